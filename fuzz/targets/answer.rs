//! Fuzz target for the door `answer` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("answer");
