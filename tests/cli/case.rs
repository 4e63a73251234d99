//! Tests of `pugmark case`.
