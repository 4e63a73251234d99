#!/usr/bin/env bash
# Builds the release twice, in two folders with two target folders, and compares the bytes.
# Usage: packaging/reproduce.sh WORK-FOLDER
set -euo pipefail
work=$(realpath -m "${1:?usage: reproduce.sh WORK-FOLDER}")
here=$(cd "$(dirname "$0")/.." && pwd)
programs=()
for name in first second/deeper; do
  rm -rf "${work:?}/$name"
  git clone -q "$here" "$work/$name"
  (cd "$work/$name" && CARGO_TARGET_DIR="$PWD/target" bash packaging/release.sh)
  programs+=("$work/$name/target/release/pugmark")
done
sha256sum "${programs[@]}"
cmp "${programs[@]}" && echo "the same bytes"
