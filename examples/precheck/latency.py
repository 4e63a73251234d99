"""Measures how long precheck.py waits for an answer: `python latency.py PUGMARK [LISTINGS]`.

The listings are made up by benches/scan_corpus.py, one after the other as they would come
from a shop, once with one offer of wildlife in 200 and once with one in 5.
"""

import json
import os
import pathlib
import sys
import time

from precheck import Precheck

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benches"))
from scan_corpus import Market  # noqa: E402


def waits(program, every, count):
    """The milliseconds of each answer, sorted; how many were not clear; the program's time on a core for one."""
    market = Market(7, every)
    listings = [json.loads(market.line("jsonl")) for _ in range(count)]
    precheck, taken, found = Precheck(program, seconds=60), [], 0
    precheck.ask(listings[0])  # loads what is loaded once
    for listing in listings:
        begun = time.perf_counter()
        verdict = precheck.ask(listing)["verdict"]
        taken.append((time.perf_counter() - begun) * 1000)
        found += verdict != "clear"
    before = os.times()
    precheck.close()
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    return sorted(taken), found, seconds / (count + 1) * 1000


def first_answer(program):
    begun = time.perf_counter()
    precheck = Precheck(program, seconds=60)
    precheck.ask({"title": "ivory netsuke"})
    taken = (time.perf_counter() - begun) * 1000
    precheck.close()
    return taken


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    print("| offers of wildlife | listings | not clear | p50 | p99 | p99.9 | longest | time on a core |")
    print("|---|---|---|---|---|---|---|---|")
    for every in (200, 5):
        taken, found, core = waits(program, every, count)
        at = lambda share: f"{taken[min(int(len(taken) * share), len(taken) - 1)]:.3f} ms"
        print(f"| 1 in {every} | {count:,} | {found} | {at(0.5)} | {at(0.99)} | {at(0.999)} | {taken[-1]:.1f} ms | {core:.3f} ms |")
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"\nFrom the start of the program to its first answer: {first_answer(program):.0f} ms. Load: {load}.")


if __name__ == "__main__":
    main()
