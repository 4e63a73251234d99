"""Checks precheck.py: `python check.py PUGMARK`.

One by one and all at once must come to the same; a filter that is killed, or that hangs,
must hold the listing and answer the next one; no listing may stop the filter.
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from precheck import ACTIONS, NO_ANSWER, Precheck

HERE = pathlib.Path(__file__).resolve().parent
IVORY = {"id": "ivory", "title": "Hand-carved elephant ivory netsuke, Schreger lines visible, 42 g"}
HOSTILE = [
    {"title": "half a pair \ud800 \udc00"},
    {"title": "no number", "price": float("nan")},
    {"title": "two\nlines\r\nin one\0"},
    {"id": 7, "images": ["photographs only"]},
    {"title": "deep", "more": {"a": [[[[]]]]}},
    {"title": "long " * 200_000},
    {},
]


def ads():
    files = sorted((HERE.parent / "ads").glob("??.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line]


def one_by_one_is_as_all_at_once(program):
    listings, precheck = ads(), Precheck(program)
    found = [precheck.ask(listing) for listing in listings]
    assert precheck.close() == 0
    lines = "".join(json.dumps(listing) + "\n" for listing in listings)
    batch = subprocess.run([program, "scan", "--format", "jsonl"], input=lines.encode(), stdout=subprocess.PIPE)
    expected = [json.loads(line)["pugmark"] for line in batch.stdout.splitlines()]
    assert len(found) == len(expected) > 500
    assert found == expected, "one by one and all at once must come to the same"
    assert {part["verdict"] for part in found} == set(ACTIONS), "the listings show too little"


def a_filter_that_dies_or_hangs_holds_the_listing(program):
    for stop in (signal.SIGKILL, signal.SIGSTOP):
        # Time to load on a busy machine too; then a short wait for the one that hangs.
        precheck = Precheck(program, seconds=10)
        assert precheck.action(IVORY)[0] == ACTIONS["flag"]
        os.kill(precheck.process.pid, stop)
        precheck.seconds = 0.5
        begun = time.monotonic()
        assert precheck.action(IVORY) == (NO_ANSWER, None), stop
        assert time.monotonic() - begun < 10
        precheck.seconds = 10
        assert precheck.action(IVORY)[0] == ACTIONS["flag"], "it was not started again"
        precheck.close()


def no_listing_stops_the_filter(program):
    precheck = Precheck(program, seconds=30)
    first = precheck.process
    for listing in HOSTILE:
        assert precheck.ask(listing)["verdict"] == "clear", str(listing)[:80]
        assert precheck.ask(IVORY)["verdict"] == "flag"
    assert precheck.process is first, "it had to be started again"
    precheck.close()


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    checks = [
        one_by_one_is_as_all_at_once,
        a_filter_that_dies_or_hangs_holds_the_listing,
        no_listing_stops_the_filter,
    ]
    for check in checks:
        check(program)
        print(f"ok: {check.__name__.replace('_', ' ')}")
    print(f"{len(checks)} passed, 0 failed")


if __name__ == "__main__":
    main()
