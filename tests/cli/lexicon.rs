//! Tests of `pugmark lexicon`.
