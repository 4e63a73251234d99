//! Fuzz target for the door `picture` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("picture");
