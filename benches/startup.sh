#!/usr/bin/env bash
# Start-up of every command: the smallest real call of each, 20 times. For each program the median by the clock and the
# mean of the processor's time, in milliseconds.
# Usage: benches/startup.sh PROGRAM [PROGRAM …]; prints a table with two columns a program. Needs hyperfine and python3.
set -euo pipefail
programs=()
for program in "$@"; do programs+=("$(realpath "$program")"); done
[ ${#programs[@]} -gt 0 ] || { echo "usage: startup.sh PROGRAM [PROGRAM …]" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PUGMARK_HOME=$work/home PUGMARK_CONFIG=/dev/null
cd "$work"

first=${programs[0]}
echo '{"platform":"m.example","id":"1","title":"Netsuke, real ivory, no papers","price":"450 EUR"}' >ad.jsonl
"$first" -q scan ad.jsonl --format jsonl >scan.jsonl
"$first" -q case new case --title Start
"$first" -q case import case scan.jsonl
echo words >note.txt
"$first" -q evidence add --case case note.txt >added.txt

# A name, then the call; `case new` makes a folder of its own, which goes before the next run.
calls='species|species "Ara macao"
species list|species list --class Reptilia --annex A
species about|species about
scan|scan ad.jsonl
explain|explain "real ivory"
lexicon list|lexicon list --language nl
case new|case new made --title New
case show|case show case
case import|case import case scan.jsonl
case summary|case summary case
case links|case links case
case notice|case notice case
case export|case export case --as csv --out made.csv
evidence log|evidence log case
evidence verify|evidence verify case
keys show|keys show
doctor|doctor
config show|config show
completions|completions bash
man|man made-man
demo|demo made-demo'

measured=()
while IFS='|' read -r name call; do
  commands=()
  for program in "${programs[@]}"; do commands+=("$program -q $call"); done
  hyperfine -N -i -w 2 -r 20 --prepare "bash -c 'rm -rf made made.csv made-man made-demo; mkdir made-man'" --export-json "$name.json" "${commands[@]}" >/dev/null 2>&1
  measured+=("$name.json")
done <<<"$calls"
hyperfine -N -w 2 -r 20 --export-json true.json "${programs[@]/*/true}" >/dev/null 2>&1

python3 - "${measured[@]}" true.json <<'TABLE'
import json, sys
for file in sys.argv[1:]:
    cells = []
    for result in json.load(open(file))["results"]:
        cells += [f"{result['median'] * 1000:.1f}", f"{(result['user'] + result['system']) * 1000:.1f}"]
        if set(result["exit_codes"]) - {0, 1, 3}:
            cells[-1] += " (failed)"
    print("|", file.removesuffix(".json"), "|", " | ".join(cells), "|")
TABLE
