#!/bin/sh
# Measures `pugmark scan` beside wc, ripgrep, Vectorscan, Python and gzip on made-up listings
# and prints Markdown: scan.sh [MIB]. Needs python3, ripgrep and GNU time.
#   RUNS=5          runs of each program (the median counts)
#   PEER_MIB=32     what the slow ones get: the beginning of the same file
#   RG_TERMS=30000  terms that ripgrep gets
#   PUGMARK=…       the program, instead of target/release/pugmark
#   PYTHON=…        a Python with scan_requirements.txt, instead of a new environment
#   ONLY=text,jsonl,csv,peer,memory,lexicon,start   some parts only; peer is scan_peer, which
#                   makes the same findings in Python, and how far they are the same
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
if [ -z "${PYTHON:-}" ]; then
    python3 -m venv "$work/venv"
    PYTHON=$work/venv/bin/python
    "$PYTHON" -m pip install -q --disable-pip-version-check -r "$here/scan_requirements.txt"
fi
"$PYTHON" "$here/scan_measure.py" "${PUGMARK:-$here/../target/release/pugmark}" "${1:-64}" "$work"
