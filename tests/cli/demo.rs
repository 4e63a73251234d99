//! Tests of `pugmark demo`.
