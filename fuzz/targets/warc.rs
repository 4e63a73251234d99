//! Fuzz target for the door `warc` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("warc");
