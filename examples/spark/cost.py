"""What a terabyte of JSON lines costs: `python cost.py PUGMARK [MIB] [RATE]`.

Runs scan.py with two threads on MIB of made-up ads (benches/scan_corpus.py, one offer in
200) and on a quarter of it, and counts the seconds that all its processes spent on a core.
The difference is what the data cost, the rest what a job costs however small. RATE is the
price of a core for an hour.
"""

import contextlib
import ctypes
import os
import pathlib
import subprocess
import sys
import tempfile

from cluster import finish, submit

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benches"))
from scan_corpus import Market  # noqa: E402

PR_SET_CHILD_SUBREAPER = 36
# The daemon that forks Spark's Python processes throws away what they used; without it a
# part costs the start of a Python more.
COUNTED = ["spark.python.use.daemon=false"]


def write(path, size):
    market, written = Market(7, 200), 0
    with open(path, "wb") as out:
        while written < size:
            written += out.write(market.line("jsonl").encode())
    return written


def core_seconds(job):
    """The time on a core of a job and of all processes that it leaves behind."""
    before = os.times()
    job()
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main():
    pugmark = pathlib.Path(sys.argv[1]).resolve()
    size = int(sys.argv[2] if len(sys.argv) > 2 else 256) << 20
    rate = float(sys.argv[3] if len(sys.argv) > 3 else 0.05)
    # What the Java machine leaves behind comes to this process, which waits for it and so counts it.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="pugmark-cost-") as folder:
        ads, out = pathlib.Path(folder) / "ads.jsonl", pathlib.Path(folder) / "out"
        points = []
        for part in (size // 4, size):
            written = write(ads, part)
            job = lambda: finish(submit("local[2]", pugmark, ads, out, settings=COUNTED))
            points.append((written, core_seconds(job)))
        command = [pugmark, "scan", ads, "--only", "flag,review", "--threads", "1"]
        alone = core_seconds(lambda: subprocess.run(command, stdout=subprocess.DEVNULL))
    (few, short), (many, long) = points
    each = (long - short) / (many - few)
    print(f"in Spark: {short:.1f} core-seconds for {few / 1e6:.0f} MB, {long:.1f} for {many / 1e6:.0f} MB;")
    print(f"that is {long - each * many:.0f} for a job and {1 / each / 1e6:.1f} MB a second and core")
    print(f"pugmark alone: {alone:.1f} core-seconds for {many / 1e6:.0f} MB, {many / alone / 1e6:.1f} MB a second and core")
    hours = each * 1e12 / 3600
    print(f"a terabyte: {hours:.1f} core-hours x {rate} = {hours * rate:.2f}")
    print(f"load: {', '.join(f'{part:.1f}' for part in os.getloadavg())}")


if __name__ == "__main__":
    main()
