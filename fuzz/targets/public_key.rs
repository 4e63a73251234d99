//! Fuzz target for the door `public_key` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("public_key");
