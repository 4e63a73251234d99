//! Fuzz target for the door `html` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("html");
