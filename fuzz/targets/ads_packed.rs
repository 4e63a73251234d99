//! Fuzz target for the door `ads_packed` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("ads_packed");
