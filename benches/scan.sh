#!/bin/sh
# Measures `pugmark scan` beside wc and ripgrep on made-up listings: scan.sh [MIB]
set -eu
cd "$(dirname "$0")/.."
size=${1:-64}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
program=$PWD/target/release/pugmark
for every in 200 5; do
    text="$work/text-$every.txt"
    python3 benches/scan_corpus.py text "$size" "$every" "$text"
    hyperfine -i -N -w 1 -r 5 \
        -n "pugmark, 1 in $every" "$program scan $text --count" \
        -n "pugmark, 1 thread" "$program scan $text --count --threads 1" \
        -n "wc -w" "env LC_ALL=C wc -w $text"
    if command -v rg > /dev/null; then
        "$program" lexicon list --format jsonl | python3 -c 'import json, sys
for line in sys.stdin:
    term = json.loads(line)
    if term["kind"] in ("product", "code", "craft", "taxon"):
        print(term["term"])' > "$work/terms"
        hyperfine -i -N -r 1 -n "rg -F -i -w" "rg -F -i -w -c -f $work/terms $text"
    fi
done
for kind in jsonl csv; do
    file="$work/ads.$kind"
    python3 benches/scan_corpus.py "$kind" "$size" 200 "$file"
    hyperfine -i -N -w 1 -r 5 -n "pugmark, $kind" "$program scan $file --count" \
        -n "wc -w" "env LC_ALL=C wc -w $file"
done
/usr/bin/time -f '%M KiB at most' "$program" scan "$work/text-200.txt" --count
