//! Fuzz target for the door `certificates` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("certificates");
