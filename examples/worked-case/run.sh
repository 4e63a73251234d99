#!/usr/bin/env bash
# From a dump of ads to a report, with pipes only. Usage: run.sh OUTDIR
# Needs bash and pugmark on the PATH; compares the result with expected/ beside this script.
# After a change that is meant: run.sh OUTDIR --accept
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: run.sh OUTDIR [--accept]}
[ ! -e "$out" ] || { echo "run.sh: $out exists already" >&2; exit 2; }
mkdir -p "$out"
export PUGMARK_HOME="$out/key" # a signing key for this exercise alone
export COLUMNS=80

# 1. Which of the thirty ads offer protected wildlife?
pugmark scan "$here/ads.jsonl" --format jsonl >"$out/scan.jsonl"

# 2. A case, and the ads in its ledger.
pugmark case new "$out/case" --title "Worked case: ivory, birds and tortoises" --number WC-1
pugmark case import "$out/case" <"$out/scan.jsonl"

# 3. The dump itself is evidence: keep it, and check every byte of the case.
pugmark evidence add --case "$out/case" "$here/ads.jsonl"
pugmark evidence verify "$out/case" --failed

# 4. The figures, for reading, for a spreadsheet, for a file of the case.
pugmark case summary "$out/case" --html "$out/report.html" --json "$out/figures.json"
pugmark case summary "$out/case" --format table | sed -E 's/[0-9]{4}-[0-9]{2}-[0-9]{2}/DATE/g' >"$out/summary.txt"
pugmark case summary "$out/case" --csv "$out/figures.csv"

# 5. Who belongs together?
pugmark case links "$out/case" --format table >"$out/links.txt"

for file in summary.txt figures.csv links.txt; do
  if [ "${2-}" = --accept ]; then
    cp "$out/$file" "$here/expected/$file"
  elif ! diff -u "$here/expected/$file" "$out/$file"; then
    echo "run.sh: $file is not as expected" >&2
    exit 1
  fi
done
echo "The case is in $out/case; open $out/report.html in a browser."
