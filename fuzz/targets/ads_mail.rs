//! Fuzz target for the door `ads_mail` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("ads_mail");
