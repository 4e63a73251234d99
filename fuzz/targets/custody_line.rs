//! Fuzz target for the door `custody_line` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("custody_line");
