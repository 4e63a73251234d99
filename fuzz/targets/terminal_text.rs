//! Fuzz target for the door `terminal_text` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("terminal_text");
