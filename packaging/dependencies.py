#!/usr/bin/env python3
"""Writes docs/dependencies.md: what each direct dependency is for and what it costs, measured with `cargo metadata`.

Reasons stand in packaging/dependencies.csv. Usage: packaging/dependencies.py (in the repository, after `cargo fetch`)
"""
import csv
import glob
import json
import os
import re
import subprocess
import sys

HEAD = """# Dependencies

Every package that the program itself names, with its reason: for whoever has to judge or reduce them. Written by
`packaging/dependencies.py`, which measures: **all** is how many packages it needs in all, itself included; **alone** how many
would go with it; **KiB** the Rust source of those that would go; **published** the date of the version in use. Which licences
are allowed is in `deny.toml`; `packaging/sbom.py` writes the bill of materials (CycloneDX) of all {total} packages.

| package | for | instead of | all | alone | KiB | published |
|---|---|---|---:|---:|---:|---|
"""
TAIL = """
## Which could be taken out

In this order:

- `reqwest`: a second HTTP client beside `hyper`, for the official lists and for authorities. Captures need `hyper`, since
  they keep bytes as they were sent; a small client over it could do the rest.
- `terminal_size`, `rustix`: `rustix` alone can say both the width of a terminal and the space on a disk.
- `uuid`: sixteen bytes of `getrandom` and a format string, but for the ids of exports, which follow from their content.
- `whatlang`: trigrams of sixty languages beside our own list of small words; first measure what is lost without it.

Last published long ago, but widely used, and without open faults that we know of: `fst` (2021), `maud` (2025), `ring` (2025).
"""


def load():
    command = ["cargo", "metadata", "--locked", "--offline", "--format-version", "1", "--all-features"]
    command += ["--filter-platform", "x86_64-unknown-linux-musl"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


class Graph:
    def __init__(self, metadata):
        self.packages = {package["id"]: package for package in metadata["packages"]}
        self.nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
        self.root = metadata["resolve"]["root"]

    def below(self, key):
        kinds = {None} if key == self.root else {None, "build"}
        dependencies = self.nodes[key]["deps"]
        return [d["pkg"] for d in dependencies if any(k["kind"] in kinds for k in d["dep_kinds"])]

    def closure(self, start, without=None):
        seen, todo = set(), [start]
        while todo:
            key = todo.pop()
            if key not in seen and key != without:
                seen.add(key)
                todo += self.below(key)
        return seen

    def source_kib(self, keys):
        folders = (os.path.dirname(self.packages[key]["manifest_path"]) + "/src" for key in keys)
        files = (os.path.join(at, f) for folder in folders for at, _, fs in os.walk(folder) for f in fs)
        return sum(os.path.getsize(file) for file in files if file.endswith(".rs")) // 1024


def published(name, version):
    """The day of a version, from cargo's own copy of the index; empty where it has none."""
    low = name.lower()
    place = f"{low[:2]}/{low[2:4]}" if len(low) > 3 else f"3/{low[0]}" if len(low) == 3 else str(len(low))
    home = os.environ.get("CARGO_HOME", os.path.expanduser("~/.cargo"))
    for file in glob.glob(f"{home}/registry/index/*/.cache/{place}/{low}"):
        with open(file, "rb") as index:
            for line in re.findall(rb'\{"name".*?\}(?=\x00)', index.read(), re.S):
                entry = json.loads(line)
                if entry["vers"] == version:
                    return entry.get("pubtime", "")[:10]
    return ""


def main():
    graph = Graph(load())
    with open("packaging/dependencies.csv", encoding="utf-8") as file:
        reasons = {row["name"]: row for row in csv.DictReader(file)}
    everything, rows = graph.closure(graph.root), []
    direct = {graph.packages[key]["name"]: key for key in graph.below(graph.root)}
    for name, key in sorted(direct.items()):
        if name not in reasons:
            sys.exit(f"packaging/dependencies.csv has no reason for {name}")
        alone = everything - graph.closure(graph.root, without=key)
        version, reason = graph.packages[key]["version"], reasons[name]
        cells = [f"`{name}` {version.split('+')[0]}", reason["reason"], reason["instead"]]
        cells += [len(graph.closure(key)), len(alone), f"{graph.source_kib(alone):,}"]
        rows.append(" | ".join(map(str, cells + [published(name, version)])))
    with open("docs/dependencies.md", "w", encoding="utf-8") as page:
        page.write(HEAD.format(total=len(everything) - 1) + "".join(f"| {row} |\n" for row in rows) + TAIL)
    print(f"{len(rows)} direct dependencies, {len(everything) - 1} in all")


if __name__ == "__main__":
    main()
