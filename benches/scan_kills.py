#!/usr/bin/env python3
"""Kills scans at random moments and lets them go on: benches/scan_kills.py PUGMARK [KILLS] [MIB] [--seed N]

A scan with --checkpoint is killed (SIGKILL) after a random part of the time that it takes
undisturbed, and the same command is given again, until it ends. Its output must be, byte
for byte, that of one run without a checkpoint. Ends with 1 when one is not.
"""

import argparse
import contextlib
import gzip
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
# What is read, packed or not, and how it is printed.
SCANS = [
    ("jsonl", False, ["--format", "jsonl", "--only", "flag,review"]),
    ("text", True, ["--format", "csv"]),
    ("csv", False, ["--format", "json", "--only", "flag,review"]),
    ("jsonl", False, ["--format", "jsonl", "--threads", "1"]),
]


class Scan:
    """One of SCANS on its file, with the output and the time of an undisturbed run."""

    def __init__(self, program, folder, number, mib):
        kind, is_packed, options = SCANS[number]
        self.folder, self.name = folder, " ".join([kind + (".gz" if is_packed else ""), *options])
        ads = folder / f"ads-{kind}"
        if not ads.exists():
            subprocess.run([sys.executable, HERE / "scan_corpus.py", kind, str(mib), "50", ads], check=True)
        if is_packed:
            packed = folder / f"ads-{kind}.gz"
            with open(ads, "rb") as source, gzip.open(packed, "wb", compresslevel=3) as target:
                shutil.copyfileobj(source, target)
            ads = packed
        # The law of one day: a run may go on after midnight.
        self.command = [program, "scan", ads, *options, "--as-of", "2026-11-26", "--quiet"]
        begun = time.monotonic()
        subprocess.run([*self.command, "--output", folder / "whole"], check=True)
        self.seconds = time.monotonic() - begun
        self.whole = (folder / "whole").read_bytes()
        (folder / "whole").unlink()

    def trial(self, chance):
        """Runs the scan, killed at random; says how often it was, how often after something was saved, and if all is well."""
        output, place = self.folder / "out", self.folder / "place"
        command = [*self.command, "--output", output, "--checkpoint", place]
        kills = saved = 0
        while True:
            process = subprocess.Popen(command)
            try:
                # Longer each time, so that a machine that others made slower comes to an end too.
                status = process.wait(chance.uniform(0, self.seconds * 1.2**kills))
                break
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
                if not place.exists() and output.exists() and output.read_bytes() == self.whole:
                    # It had come to its end, but for its exit.
                    status = 0
                    break
            if place.exists() and json.loads(place.read_bytes())["blocks"] > 0:
                saved += 1
        same = status == 0 and output.read_bytes() == self.whole and not place.exists()
        output.unlink(missing_ok=True)
        place.unlink(missing_ok=True)
        return kills, saved, same


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("kills", type=int, nargs="?", default=100)
    parser.add_argument("mib", type=int, nargs="?", default=48)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    chance, kills, saved, ended, wrong = random.Random(given.seed), 0, 0, 0, []
    with tempfile.TemporaryDirectory(prefix="pugmark-kills-") as folder:
        program, folder = given.program.resolve(), pathlib.Path(folder)
        scans = [Scan(program, folder, number, given.mib) for number in range(len(SCANS))]
        with contextlib.suppress(KeyboardInterrupt):
            while kills < given.kills:
                scan = scans[ended % len(scans)]
                some, with_place, same = scan.trial(chance)
                kills, saved, ended = kills + some, saved + with_place, ended + 1
                if not same:
                    wrong.append(f"after {some} kills: {scan.name}")
                print(f"{kills} kills, {ended} scans", file=sys.stderr, flush=True)
    print("| kills | of these after something was saved | scans brought to their end | outputs that differ |")
    print("|---|---|---|---|")
    print(f"| {kills} | {saved} | {ended} | {len(wrong)} |")
    print(f"\nLoad: {', '.join(f'{part:.1f}' for part in os.getloadavg())}")
    for line in wrong:
        print(f"wrong: {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
