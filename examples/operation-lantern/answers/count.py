"""Counts answers/ads.csv into figures, apart from pugmark: `count.py ADS.jsonl ANSWERS.csv RATES.csv`.

Prints `list,key,ads,unique_ads,specimens,value_eur,without_price,ad_ids`, sorted.
"""

import csv
import datetime
import json
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal


def main() -> None:
    ads_file, answers_file, rates_file = sys.argv[1:]
    with open(ads_file, encoding="utf-8") as file:
        ads = {f"{ad['platform']}/{ad['id']}": ad for ad in map(json.loads, file)}
    with open(rates_file, encoding="utf-8", newline="") as file:
        rates = {row["currency"]: Decimal(row["rate"]) for row in csv.DictReader(file)} | {"EUR": Decimal(1)}
    with open(answers_file, encoding="utf-8", newline="") as file:
        answers = [row for row in csv.DictReader(file) if row["offers_listed_specimen"] == "yes"]
    lists: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in answers:
        ad = ads[row["ad_id"]]
        year, week, _ = datetime.date.fromisoformat(ad["date"]).isocalendar()
        lists["total", "all"].append(row)
        lists["country", ad["country"]].append(row)
        lists["platform", ad["platform"]].append(row)
        lists["seller", f"{ad['platform']}/{ad['seller']}"].append(row)
        lists["week", f"{year}-W{week:02}"].append(row)
        for name in ("language", "group", "taxon", "appendix", "annex"):
            lists[name, row[name]].append(row)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow("list key ads unique_ads specimens value_eur without_price ad_ids".split())
    for (name, key), rows in sorted(lists.items()):
        # One ad an offer: the first that gives a price.
        offers: dict[str, dict[str, str]] = {}
        for row in sorted(rows, key=lambda row: (not row["amount"], ads[row["ad_id"]]["date"])):
            offers.setdefault(row["same_offer_as"] or row["ad_id"], row)
        value = Decimal(0)
        for row in offers.values():
            if row["amount"] and row["currency"] in rates:
                eur = Decimal(row["amount"]) / rates[row["currency"]]
                value += eur.quantize(Decimal("0.01"), ROUND_HALF_UP)
        specimens = sum(int(row["specimens"] or 1) for row in offers.values())
        without = sum(not row["amount"] for row in rows)
        ids = " ".join(sorted(row["ad_id"] for row in rows))
        out.writerow([name, key, len(rows), len(offers), specimens, f"{value:.2f}", without, ids])


main()
