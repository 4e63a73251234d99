"""Scans ads with pugmark inside Apache Spark: Parquet or JSON lines in, judged ads out.

    spark-submit --files pugmark scan.py ADS OUT [--only flag,review] [--partitions N]

One pugmark process a partition reads the ads as JSON lines from a pipe. Spark moves the
data, tries lost work again and puts the output in place; nothing here knows of a cluster.
"""

import argparse
import json
import os
import queue
import subprocess
import threading

from pyspark import SparkFiles
from pyspark.sql import SparkSession, functions

SCHEMA = """id string, score int, verdict string, language string, appendix string, annex string,
    price_eur double, ad string"""
COLUMNS = [part.split()[0] for part in SCHEMA.split(",")]
# 0: something was flagged, 1: nothing was, 3: ads were left out, each named on stderr.
DONE = (0, 1, 3)


def program():
    """The program that came with --files, else the one on the worker's PATH."""
    sent = SparkFiles.get("pugmark")
    return sent if os.path.exists(sent) else "pugmark"


def columns(line):
    """The values of COLUMNS of one judged ad; the last is the ad itself, as pugmark wrote it."""
    ad = json.loads(line)
    found = ad["pugmark"]
    status, price = found["status"] or {}, found["price"] or {}
    name = None if ad.get("id") is None else str(ad["id"])
    law = status.get("appendix"), status.get("annex")
    return (name, found["score"], found["verdict"], found["language"], *law, price.get("eur"), line)


def scanner(options):
    """A function for mapInPandas that pipes the column `ad` of a partition through pugmark."""

    def scan(frames):
        import pandas

        command = [program(), "scan", "--from", "jsonl", "--format", "jsonl", "--threads", "1", *options]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        lines = queue.SimpleQueue()
        reader = threading.Thread(target=lambda: [lines.put(line) for line in process.stdout])
        reader.start()

        def ready():
            found = [columns(lines.get().decode().rstrip("\n")) for _ in range(lines.qsize())]
            return pandas.DataFrame(found, columns=COLUMNS)

        try:
            for frame in frames:
                process.stdin.write("".join(f"{ad}\n" for ad in frame["ad"]).encode())
                yield ready()
            process.stdin.close()
            reader.join()
            if process.wait() not in DONE:
                raise RuntimeError(f"pugmark ended with {process.returncode}")
            yield ready()
        finally:
            process.kill()

    return scan


def ads(spark, path):
    """The ads at `path` as JSON in a column `ad`: JSON lines as they stand, Parquet with its nulls."""
    if path.rstrip("/").endswith((".jsonl", ".ndjson", ".json", ".gz")):
        return spark.read.text(path).select(functions.col("value").alias("ad"))
    record = functions.struct("*")
    return spark.read.parquet(path).select(functions.to_json(record, {"ignoreNullFields": "false"}).alias("ad"))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("ads", help="a file or folder of Parquet, or of JSON lines by its ending")
    arguments.add_argument("out", help="the folder for the judged ads, as Parquet")
    arguments.add_argument("--only", default="flag,review", help="verdicts to keep")
    arguments.add_argument("--partitions", type=int, help="deal the ads out into so many parts")
    given = arguments.parse_args()
    spark = SparkSession.builder.appName("pugmark scan").getOrCreate()
    source = ads(spark, given.ads)
    if given.partitions:
        source = source.repartition(given.partitions)
    judged = source.mapInPandas(scanner(["--only", given.only]), SCHEMA)
    judged.write.mode("overwrite").option("compression", "zstd").parquet(given.out)
    spark.stop()


if __name__ == "__main__":
    main()
