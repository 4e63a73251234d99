//! Fuzz target for the door `lexicon` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("lexicon");
