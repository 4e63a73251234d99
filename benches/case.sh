#!/usr/bin/env bash
# `pugmark case import`, `summary` and `links` on made-up scan records: seconds and peak memory as their number grows.
# Needs python3, GNU time and a release build. Writes nothing outside a temporary folder. Counts: 10000 100000 1000000.
set -euo pipefail
cd "$(dirname "$0")/.."
pugmark="${PUGMARK:-$PWD/target/release/pugmark}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export PUGMARK_HOME="$work/home"

"$pugmark" scan examples/worked-case/ads.jsonl --format jsonl >"$work/scan.jsonl" || true
uptime
[ $# -gt 0 ] || set -- 10000 100000 1000000
for count in "$@"; do
  python3 benches/case_ads.py "$count" "$work/scan.jsonl" >"$work/ads.jsonl"
  ls -l "$work/ads.jsonl" | awk '{ printf "%d bytes\n", $5 }'
  "$pugmark" -q case new "$work/case" --title bench
  measure() { /usr/bin/time -f "$count ads, $1: %e s, %U s of CPU, %M KiB" "$pugmark" -q case "${@:2}" >/dev/null; }
  measure "import" import "$work/case" "$work/ads.jsonl"
  measure "import again" import "$work/case" "$work/ads.jsonl"
  measure "summary" summary "$work/case" --json "$work/summary.json"
  measure "links" links "$work/case" --format json
  rm -rf "$work/case"
done
