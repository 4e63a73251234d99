//! The text that tells a stranger how to check a case folder.

/// File name of the text in the case folder.
pub const README_FILE: &str = "README.txt";

/// The text: what is where, how to check it without this program, and what that does not prove.
pub const README: &str = include_str!("case-readme.txt");
