//! Tests of `pugmark evidence`.
