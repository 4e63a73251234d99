//! Fuzz target for the door `time_stamp` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("time_stamp");
