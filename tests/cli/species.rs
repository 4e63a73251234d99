//! Tests of `pugmark species`.
