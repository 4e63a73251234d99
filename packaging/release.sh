#!/usr/bin/env bash
# Builds the program as it is released: without the paths of this machine in it, so that the same sources and the same
# toolchain give the same bytes anywhere. Usage: packaging/release.sh [cargo arguments]
# packaging/deb.sh packs what comes out, or a plain build. `--target x86_64-unknown-linux-musl` makes a static one, which runs on any
# Linux; a static build with glibc would load the C library of the machine to look up names, and fail beside another one.
set -euo pipefail
cd "$(dirname "$0")/.."
home=${CARGO_HOME:-$HOME/.cargo}
flags=(--remap-path-prefix "$PWD=/pugmark" --remap-path-prefix "$home=/cargo")
# Separated by 0x1f, so that paths may hold spaces.
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; echo "${flags[*]}")
export CARGO_ENCODED_RUSTFLAGS
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
cargo build --release --locked --features pdf "$@"
