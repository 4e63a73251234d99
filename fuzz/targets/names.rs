//! Fuzz target for the door `names` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("names");
