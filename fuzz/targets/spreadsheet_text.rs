//! Fuzz target for the door `spreadsheet_text` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("spreadsheet_text");
