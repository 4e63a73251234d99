#!/usr/bin/env python3
"""The named peer of `pugmark species -`: SQLite FTS5 over the same names.

build DB SPECIES_DATA   compiles names/*.csv and taxa.csv into DB
exact DB < NAMES        answers each line through the word index
fuzzy DB < NAMES        answers each line through the trigram index, best rank first
"""
import csv
import pathlib
import sqlite3
import sys


def build(db: str, data: str) -> None:
    pathlib.Path(db).unlink(missing_ok=True)
    connection = sqlite3.connect(db)
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(name, taxon UNINDEXED)")
    connection.execute("CREATE VIRTUAL TABLE grams USING fts5(name, taxon UNINDEXED, tokenize='trigram')")
    rows = []
    for path in sorted(pathlib.Path(data, "names").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += [(row["name"], row["taxon"]) for row in csv.DictReader(file)]
    with pathlib.Path(data, "taxa.csv").open(encoding="utf-8", newline="") as file:
        rows += [(row["name"], row["accepted"] or row["name"]) for row in csv.DictReader(file)]
    for table in ("words", "grams"):
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
        connection.execute(f"INSERT INTO {table}({table}) VALUES ('optimize')")
    connection.commit()


def phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def exact(db: str) -> None:
    connection = sqlite3.connect(db)
    find = "SELECT taxon FROM words WHERE words MATCH ? LIMIT 5"
    for line in sys.stdin:
        answer = connection.execute(find, (phrase(line.strip()),)).fetchall()
        print(line.strip(), *[taxon for (taxon,) in answer], sep="\t")


def fuzzy(db: str) -> None:
    connection = sqlite3.connect(db)
    find = "SELECT taxon FROM grams WHERE grams MATCH ? ORDER BY rank LIMIT 1"
    for line in sys.stdin:
        text = line.strip()
        grams = " OR ".join(phrase(text[i : i + 3]) for i in range(max(len(text) - 2, 1)))
        answer = connection.execute(find, (grams,)).fetchall()
        print(text, *[taxon for (taxon,) in answer], sep="\t")


if __name__ == "__main__":
    {"build": build, "exact": exact, "fuzzy": fuzzy}[sys.argv[1]](*sys.argv[2:])
