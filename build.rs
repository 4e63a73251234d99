//! Compiles `species-data/` into the indexes that the program embeds.

#[path = "build/lexicon.rs"]
mod lexicon;
#[path = "build/species.rs"]
mod species;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    for input in ["build.rs", "build", "species-data", "src/species", "src/lexicon"] {
        println!("cargo::rerun-if-changed={input}");
    }
    let data = PathBuf::from("species-data");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo names the folder"));
    if let Err(faults) = lexicon::compile(&data, &out) {
        for line in faults.to_string().lines() {
            println!("cargo::error={line}");
        }
        return ExitCode::FAILURE;
    }
    match species::compile(&data, &out) {
        Ok(left_out) => {
            if let Some(line) = left_out {
                println!("cargo::warning={line}");
            }
            ExitCode::SUCCESS
        }
        Err(faults) => {
            for line in faults.to_string().lines() {
                println!("cargo::error=species-data/{line}");
            }
            ExitCode::FAILURE
        }
    }
}
