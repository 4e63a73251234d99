//! Fuzz target for the door `file_name` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("file_name");
