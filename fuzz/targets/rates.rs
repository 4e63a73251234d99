//! Fuzz target for the door `rates` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("rates");
