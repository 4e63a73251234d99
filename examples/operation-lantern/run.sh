#!/usr/bin/env bash
# Works Operation Lantern from the dump to the customs sheet and holds every figure against the answers made by hand.
# Usage: run.sh OUTDIR. Needs pugmark on PATH, and python3.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
out="${1:?usage: run.sh OUTDIR (it must not exist)}"
mkdir "$out"
export PUGMARK_HOME="$out/home" COLUMNS=100
cd "$out"

# A scan that flags something exits 0.
pugmark scan "$here/ads.jsonl" --format jsonl >scan.jsonl
pugmark case new case --title "Operation Lantern" --number EX/2026/3 --investigator "Course desk"
pugmark case import case scan.jsonl
# What a person decided on the ads that the scan was least sure of.
pugmark case review case --csv "$here/decisions.csv"
pugmark case summary case --html report.html --csv figures.csv --json summary.json
pugmark case links case --html networks.html --csv edges.csv --format json >links.json
pugmark case customs "$here/parcels.csv" --case case --format json >parcels.json

python3 "$here/answers/count.py" "$here/ads.jsonl" "$here/answers/ads.csv" "$here/../../species-data/rates.csv" >counted.csv
diff "$here/answers/figures.csv" counted.csv && echo "The answers add up."
python3 "$here/check.py" "$here/answers" .
