//! Fuzz target for the door `style_sheet` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("style_sheet");
