//! Fuzz target for the door `content_coding` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("content_coding");
