//! The words of ads in every language, compiled for matching.
