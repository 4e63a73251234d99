#!/usr/bin/env bash
# Compares `evidence verify` with `sha256sum -c` over the same case.
#
#   benches/verify.sh [MEGABYTES [SHAPE]]      default: 5120 files
#
# SHAPE is `files` (of 64 MB each), `one` (a single file) or `archive` (a captured page with
# pictures of 4 MB that do not compress). Needs pugmark in PATH and python3; `one` needs twice the space.
set -euo pipefail
megabytes="${1:-5120}" shape="${2:-files}"
work="$(mktemp -d "${TMPDIR:-/tmp}/pugmark-verify.XXXXXX")"
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
export PUGMARK_HOME="$work/home"
pugmark -q case new case --title "Bench"
case "$shape" in
files)
  for _ in $(seq $((megabytes / 64))); do
    head -c 64M /dev/urandom >dump
    pugmark -q evidence add --case case dump >/dev/null
  done
  rm dump
  ;;
one)
  head -c "${megabytes}M" /dev/urandom >dump
  pugmark -q evidence add --case case dump >/dev/null
  rm dump
  ;;
archive)
  mkdir site
  for number in $(seq $((megabytes / 4))); do
    head -c 4M /dev/urandom >"site/$number.png"
    echo "<img src=/$number.png>" >>site/index.html
  done
  python3 -m http.server --bind 127.0.0.1 --directory site 8437 >/dev/null 2>&1 &
  server=$!
  sleep 2
  pugmark -q evidence capture --case case --allow-private --max-parts 100000 \
    --max-size "$((megabytes * 2))M" http://127.0.0.1:8437/ >/dev/null || test $? = 3
  rm -r site
  ;;
esac
python3 - <<'PYTHON'
import os, resource, statistics, subprocess, time
sums = "cd case/items && for item in */; do (cd $item && sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt); done"
commands = {"sha256sum -c": ["bash", "-ec", sums], "pugmark": ["pugmark", "-q", "evidence", "verify", "case"]}
times = {name: [] for name in commands}
memory = {}
for round in range(6):
    for name, command in commands.items():
        start = time.monotonic()
        with open(os.devnull, "w") as null:
            process = subprocess.Popen(command, stdout=null)
            _, status, usage = os.wait4(process.pid, 0)
        assert status == 0, name
        memory[name] = max(memory.get(name, 0), usage.ru_maxrss // 1024)
        if round:  # the first fills the cache
            times[name].append(time.monotonic() - start)
size = int(subprocess.run(["du", "-sm", "case/items"], capture_output=True, text=True).stdout.split()[0])
medians = {name: statistics.median(values) for name, values in times.items()}
for name, seconds in medians.items():
    print(f"{name:14} {seconds:6.2f} s  {size / seconds:6.0f} MB/s  {memory[name]} MB")
print(f"ratio {medians['sha256sum -c'] / medians['pugmark']:.2f} over {size} MB; load {os.getloadavg()[0]:.1f}")
PYTHON
