"""Runs scan.py on a Spark cluster of two workers on this machine and kills parts of it.

    python check.py PUGMARK

The judged ads must be those, to the byte, that pugmark gives without Spark: from Parquet
with an executor killed in the middle of the work, from JSON lines with a whole worker
killed. Then the recipes for DuckDB and Polars must count what pugmark counts.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pandas

from cluster import Cluster, finish, submit, wait_for

HERE = pathlib.Path(__file__).resolve().parent
COPIES = int(os.environ.get("COPIES", "10"))
PARTS = 24


def ads():
    """The labelled ads several times over, each copy with ids of its own."""
    files = sorted((HERE.parent / "ads").glob("??.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line]
    fields = ("title", "text", "price", "currency", "category")
    for copy in range(COPIES):
        for number, ad in enumerate(lines):
            yield {"id": f"{copy}-{number}"} | {key: ad.get(key) for key in fields}


def prepare(folder):
    """The same ads as a folder of Parquet and one of JSON lines, a file a part, and as one file of Parquet."""
    table = pandas.DataFrame(ads())
    # zstd: the snappy of Spark takes glibc for musl where both are installed.
    table.to_parquet(folder / "all.parquet", compression="zstd", row_group_size=1000)
    for kind in ("ads.parquet", "ads.jsonl"):
        (folder / kind).mkdir()
    for part in range(PARTS):
        rows = table[part::PARTS]
        rows.to_parquet(folder / "ads.parquet" / f"{part:02}.parquet", compression="zstd")
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows.to_dict("records"))
        (folder / "ads.jsonl" / f"{part:02}.jsonl").write_text(lines, "utf-8")
    return len(table)


def kill(process, job, out):
    """Kills what `process` gives when some parts are done and others are not; says how many were done."""
    done = lambda: list(out.glob("_temporary/*/task_*"))
    wait_for(lambda: len(done()) >= 3 or job.poll() is not None, "the first parts")
    if job.poll() is not None:
        finish(job)
    victim = process()
    assert victim, "there is nothing to kill"
    finished = len(done())
    os.kill(victim, signal.SIGKILL)
    assert 3 <= finished < PARTS and not (out / "_SUCCESS").exists(), "the work was done before the kill"
    return finished


def same_as_alone(pugmark, folder, kind):
    """Compares what Spark gave with one run of the program on the same files; says how many ads that are."""
    out = folder / f"out-{kind}"
    assert (out / "_SUCCESS").exists(), f"{out} is not complete"
    found = sorted(pandas.read_parquet(out)["ad"])
    files = sorted((folder / f"ads.{kind}").iterdir())
    alone = subprocess.run([pugmark, "scan", "--only", "flag,review", *files], stdout=subprocess.PIPE)
    expected = sorted(alone.stdout.decode().splitlines())
    assert alone.returncode == 0 and len(expected) > 1000, "too little was found: the comparison shows nothing"
    assert found == expected, f"{kind}: {len(found)} ads, but {len(expected)} without Spark"
    return len(found)


def on_the_cluster(pugmark, folder, cluster, kind, victim, name):
    out, begun = folder / f"out-{kind}", time.monotonic()
    # As many parts as files; Spark would put small ones together.
    options = ["--only", "flag,review", "--partitions", str(PARTS)]
    job = submit(cluster.address, pugmark, folder / f"ads.{kind}", out, *options)
    try:
        done = kill(victim, job, out)
        finish(job)
    finally:
        job.kill()
    seconds = time.monotonic() - begun
    count = same_as_alone(pugmark, folder, kind)
    print(f"ok: {kind}, {name} killed after {done} of {PARTS} parts: {count} ads as without Spark, {seconds:.0f} s", flush=True)


def recipes(pugmark, folder):
    """Runs recipes.py: DuckDB and Polars must count what pugmark counts."""
    shutil.copy(pugmark, folder / "pugmark")
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    command = [sys.executable, HERE / "recipes.py", "all.parquet"]
    said = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True).stdout.decode()
    lines = (folder / "found.jsonl").read_text("utf-8").splitlines()
    verdicts = [json.loads(line)["pugmark"]["verdict"] for line in lines]
    for verdict in ("flag", "review"):
        counted = re.findall(rf"{verdict}\W+(\d+)", said)
        assert counted == [str(verdicts.count(verdict))] * 2, f"{verdict}: {said}"
    print("ok: DuckDB and Polars count the same")


def main():
    pugmark = pathlib.Path(sys.argv[1]).resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pugmark-spark-"))
    try:
        print(f"{prepare(folder)} ads", flush=True)
        with Cluster(folder) as cluster:
            on_the_cluster(pugmark, folder, cluster, "parquet", lambda: cluster.executor(1), "an executor")
            assert b"exitStatus 137" in cluster.log(1), "no worker saw an executor die"
            on_the_cluster(pugmark, folder, cluster, "jsonl", lambda: cluster.workers[1].pid, "a worker")
        recipes(pugmark, folder)
        print("3 passed, 0 failed")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
