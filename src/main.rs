//! Starts the program: parses, runs, turns the outcome into an exit code.

use std::process::ExitCode;

/// The allocator of musl has one lock for all threads, which scans wait for.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    pugmark::cli::main(std::env::args_os())
}
