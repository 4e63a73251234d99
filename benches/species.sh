#!/usr/bin/env bash
# `pugmark species` beside `true` (start-up) and SQLite FTS5 (throughput), in one run.
# Needs hyperfine, python3, GNU time and a release build. Writes nothing outside a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."
pugmark="$PWD/target/release/pugmark"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python3 benches/sqlite_fts5.py build "$work/names.db" species-data
python3 - "$work" <<'PY'
import csv, pathlib, random, sys
random.seed(7)
names = []
for path in sorted(pathlib.Path("species-data/names").glob("*.csv")):
    with path.open(encoding="utf-8", newline="") as file:
        names += [row["name"] for row in csv.DictReader(file)]
with open("species-data/taxa.csv", encoding="utf-8", newline="") as file:
    taxa = [row["name"] for row in csv.DictReader(file)]
names += taxa
work = pathlib.Path(sys.argv[1])
work.joinpath("exact.txt").write_text("\n".join(random.choice(names) for _ in range(400_000)) + "\n", encoding="utf-8")

def slip(name: str) -> str:
    at = random.randrange(1, len(name) - 1)
    return random.choice((name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], name[:at] + "x" + name[at + 1 :]))

long_names = [name for name in taxa if len(name) > 10 and " " in name]
work.joinpath("fuzzy.txt").write_text("\n".join(slip(random.choice(long_names)) for _ in range(20_000)) + "\n", encoding="utf-8")
PY

hyperfine -N --warmup 5 --runs 200 "$pugmark species 'Panthera tigris' --format jsonl" true
# The peer gets a hundredth of the slips: all of them take it a quarter of an hour.
head -n 200 "$work/fuzzy.txt" >"$work/fuzzy-peer.txt"
cp "$work/exact.txt" "$work/exact-peer.txt"
for kind in exact fuzzy; do
  hyperfine --warmup 1 --runs 5 -i \
    -n "pugmark $kind, $(wc -l <"$work/$kind.txt") names" \
    "$pugmark species - --format jsonl <$work/$kind.txt" \
    -n "sqlite-fts5 $kind, $(wc -l <"$work/$kind-peer.txt") names" \
    "python3 benches/sqlite_fts5.py $kind $work/names.db <$work/$kind-peer.txt"
done
for input in exact fuzzy; do
  /usr/bin/time -f "peak memory $input: %M KiB" "$pugmark" species - --format jsonl <"$work/$input.txt" >"$work/out.jsonl" || true
  wc -l <"$work/out.jsonl"
done
