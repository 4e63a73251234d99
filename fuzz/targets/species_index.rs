//! Fuzz target for the door `species_index` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("species_index");
