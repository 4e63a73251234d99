//! Fuzz target for the door `checklist` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("checklist");
