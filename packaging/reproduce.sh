#!/usr/bin/env bash
# Builds the release twice, in two folders with two target folders, and compares the bytes.
# Usage: packaging/reproduce.sh WORK-FOLDER [cargo arguments], for instance --target x86_64-unknown-linux-musl
# Leaves WORK-FOLDER/first.bin and second.bin; what was built on the way goes (3 GB at a time).
set -euo pipefail
work=$(realpath -m "${1:?usage: reproduce.sh WORK-FOLDER [cargo arguments]}")
shift
here=$(cd "$(dirname "$0")/.." && pwd)
# What is committed meanwhile must not come into the second.
commit=$(git -C "$here" rev-parse HEAD)
build() { # NAME FOLDER [cargo arguments]
  local name=$1 folder=$work/$2
  shift 2
  rm -rf "${folder:?}"
  git clone -q --no-checkout "$here" "$folder"
  git -C "$folder" checkout -q --detach "$commit"
  (cd "$folder" && CARGO_TARGET_DIR="$PWD/target" bash packaging/release.sh "$@")
  find "$folder/target" -path '*/release/pugmark' -exec cp {} "$work/$name.bin" \;
  rm -rf "${folder:?}"
}
build first first "$@"
build second second/deeper "$@"
sha256sum "$work/first.bin" "$work/second.bin"
cmp "$work/first.bin" "$work/second.bin" && echo "the same bytes"
