//! Fuzz target for the door `scan_record` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("scan_record");
