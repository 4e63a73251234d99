//! Fuzz target for the door `ads_parquet` of `pugmark::foreign`.
#![no_main]

#[path = "../door.rs"]
mod door;

door!("ads_parquet");
