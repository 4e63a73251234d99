"""Makes scan records for benches/case.sh: `case_ads.py COUNT SCAN.jsonl`, of real ones with other words.

One ad in ten repeats an earlier text, one telephone number in ten thousand ads is shared.
"""

import json
import random
import sys

WORDS = (
    "carved ivory figure old tusk parrot tame cage young shell skin large small rare private collection house attic "
    "photos asked price talk pick evening week condition very good slight damage left side signed base wood stand green "
    "ring papers garden collector estate dealer market city river summer winter blue brass silver glass picture frame"
).split()
PLATFORMS = ["bazaar.example", "kleinkram.example", "bonnes-affaires.example", "marktplein.example", "mercado.example"]


def main() -> None:
    random.seed(7)
    count = int(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        records = [json.loads(line) for line in file]
    flagged = [record for record in records if record["pugmark"]["verdict"] == "flag"]
    texts: list[str] = []
    for number in range(count):
        record = json.loads(json.dumps(random.choice(flagged)))
        repeated = texts and random.random() < 0.1
        text = random.choice(texts) if repeated else " ".join(random.choices(WORDS, k=60))
        texts.append(text)
        del texts[:-1000]
        record |= {
            "id": str(number),
            "platform": random.choice(PLATFORMS),
            "seller": f"s{random.randrange(count // 5 + 1)}",
            "description": text,
            "date": f"2026-{random.randrange(1, 11):02d}-{random.randrange(1, 29):02d}",
        }
        phone = f"+49151{random.randrange(count * 5):08d}"
        record["pugmark"]["contacts"] = [{"kind": "phone", "value": phone, "text": phone}]
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


main()
