//! Compiles `species-data/` into the indexes that the program embeds.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
