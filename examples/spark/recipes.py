"""pugmark beside DuckDB and Polars: three lines each. `python recipes.py ADS.parquet`"""

import io
import subprocess
import sys

import duckdb
import polars

ads = sys.argv[1]

# DuckDB: scan the file (pugmark reads Parquet itself), then ask what came out.
with open("found.jsonl", "wb") as found:
    subprocess.run(["pugmark", "scan", ads, "--only", "flag,review"], stdout=found)
print(duckdb.sql("SELECT pugmark.verdict, count(*) AS ads FROM 'found.jsonl' GROUP BY ALL ORDER BY ALL"))

# Polars: a frame goes in by a pipe, judged ads come out.
lines = polars.read_parquet(ads).write_ndjson().encode()
found = subprocess.run(["pugmark", "scan", "--only", "flag,review"], input=lines, stdout=subprocess.PIPE).stdout
print(polars.read_ndjson(io.BytesIO(found), infer_schema_length=None)["pugmark"].struct["verdict"].value_counts())
