//! Fuzz target for the door `normaliser` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("normaliser");
