//! Fuzz target for the door `listings_export` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("listings_export");
