"""Holds what pugmark found against the answers: `check.py ANSWERS OUTDIR`. Exit code 1: something differs."""

import csv
import json
import pathlib
import sys


def rows(path: pathlib.Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def figures(answers: pathlib.Path, out: pathlib.Path) -> list[str]:
    wanted = {(row["list"], row["key"]): row for row in rows(answers / "figures.csv")}
    found = {}
    for row in rows(out / "figures.csv"):
        found[row["list"], row["key"]] = row | {"ad_ids": " ".join(sorted(row["ad_ids"].split()))}
    lists = {name for name, _ in wanted}
    faults = [f"figure not in the answers: {key}" for key in found if key[0] in lists and key not in wanted]
    for key, row in wanted.items():
        if key not in found:
            faults.append(f"figure missing: {key}")
            continue
        for column, value in row.items():
            if found[key][column] != value:
                faults.append(f"{key} {column}: {found[key][column]}, in the answers {value}")
    return faults


def networks(answers: pathlib.Path, out: pathlib.Path) -> list[str]:
    wanted: dict[str, set[str]] = {}
    for row in rows(answers / "networks.csv"):
        wanted.setdefault(row["network"], set()).add(row["account"])
    clusters = json.loads((out / "links.json").read_text(encoding="utf-8"))["clusters"]
    found = [set(cluster["accounts"]) for cluster in clusters]
    faults = [f"network missing: {name}" for name, accounts in wanted.items() if accounts not in found]
    return faults + [f"no such network: {sorted(one)}" for one in found if one not in wanted.values()]


def parcels(answers: pathlib.Path, out: pathlib.Path) -> list[str]:
    wanted = {row["parcel"]: row["risk"] for row in rows(answers / "parcels.csv")}
    sheet = json.loads((out / "parcels.json").read_text(encoding="utf-8"))
    found = {parcel["parcel"]: parcel["risk"] for parcel in sheet}
    keys = sorted(wanted.keys() | found.keys())
    return [
        f"parcel {key}: {found.get(key)}, in the answers {wanted.get(key)}"
        for key in keys
        if wanted.get(key) != found.get(key)
    ]


def main() -> None:
    answers, out = map(pathlib.Path, sys.argv[1:])
    faults = figures(answers, out) + networks(answers, out) + parcels(answers, out)
    for fault in faults:
        print(fault)
    count = len(rows(answers / "figures.csv"))
    if faults:
        sys.exit(1)
    print(f"{count} figures, the networks and the parcels are as the answers say.")


main()
