//! Fuzz target for the door `added_file` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("added_file");
