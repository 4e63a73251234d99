//! Fuzz target for the door `ads_page` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("ads_page");
