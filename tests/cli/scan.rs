//! Tests of `pugmark scan`.
