//! Tests of `pugmark explain`.
