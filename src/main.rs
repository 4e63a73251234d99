//! Starts the program: parses, runs, turns the outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    pugmark::cli::main(std::env::args_os())
}
