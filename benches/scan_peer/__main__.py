"""Makes the findings of `pugmark scan` in Python, with orjson and pyahocorasick, for benches/scan.sh.

    scan_peer prepare PUGMARK TABLES            tables of the words, taxa and points, once
    scan_peer scan TABLES ADS.jsonl [--count]   an ad a line with its finding; or one line of counts
    scan_peer compare PUGMARK TABLES ADS.jsonl  how far the findings are those of pugmark

Most ads are passed over by their pieces between two spaces, each looked at once and then
remembered; only where an anchor may stand the words are cut and matched. Of the modules,
words.py cuts and folds, terms.py makes the tables, matching.py finds terms, language.py,
figures.py and judge.py do what their names say.
"""

import argparse
import collections
import gc
import json
import pickle
import re
import resource
import subprocess
import sys
import time

import language
import terms
import words
from figures import Figures, contacts
from judge import Judge
from language import Languages
from matching import Matcher

TITLE, TEXT, CATEGORY, PRICE, CURRENCY, QUANTITY, COUNTRY, LANGUAGE = range(8)
# The names in the bench's and the example ads; pugmark knows those of six languages.
ROLES = {
    "title": TITLE, "description": TEXT, "text": TEXT, "category": CATEGORY, "price": PRICE, "currency": CURRENCY,
    "quantity": QUANTITY, "country": COUNTRY, "language": LANGUAGE, "lang": LANGUAGE,
}
SCIENTIFIC = (
    ("us", "is", "as", "os", "on", "um", "ops", "ys", "ax", "ias", "ium", "ichas"),
    ("us", "is", "um", "ae", "ii", "ensis", "oides", "atus", "ata", "icus"),
)
BINOMIAL = re.compile("[A-Z][a-z]+ [a-z]+").fullmatch


class Ad:
    """The fields of a record by what they are for; titles first."""

    __slots__ = ("fields", "categories", "price", "currency", "quantity", "country", "language")

    def __init__(self, record):
        titles, others, self.categories = [], [], []
        self.price = self.currency = self.quantity = self.country = self.language = None
        for name, value in record.items():
            role = ROLES.get(name)
            if role is None or value is None or value is True or value is False:
                continue
            if type(value) is list:
                value = " ".join(map(str, value))
            if type(value) is not str:
                value = str(value)
            if role == TITLE:
                titles.append((name, value))
            elif role <= CATEGORY:
                others.append((name, value))
                if role == CATEGORY:
                    self.categories.append(name)
            elif role == PRICE:
                self.price = value if value.strip() else None
            elif role == CURRENCY:
                self.currency = code(value, 3)
            elif role == COUNTRY:
                self.country = code(value, 2)
            elif role == LANGUAGE:
                self.language = value[:2]
            elif value.strip().isdecimal():
                self.quantity = int(value)
        self.fields = titles + others


def code(text, letters):
    text = text.strip()
    return text if len(text) == letters and text.isascii() and text.isalpha() and text.isupper() else None


class Scanner:
    def __init__(self, tables):
        with open(tables, "rb") as file:
            data = pickle.load(file)
        self.matcher, self.judge, self.figures = Matcher(data), Judge(data), Figures(data)
        self.languages = Languages(data["function_words"], data["profiles"])
        self.may_hold_anchor = self.matcher.may_hold_anchor

    def read(self, ad):
        """The words and hits of an ad that names what a finding can be about; else nothing."""
        matcher = self.matcher
        hits, lists, before = [], [], 0
        for field, (_, text) in enumerate(ad.fields):
            tokens = words.cut(text)
            hits += matcher.hits(tokens, words.readings(tokens), field, before)
            before += len(tokens)
            lists.append(tokens)
        if not any(hit[2] in matcher.anchors for hit in hits):
            return None
        return hits, lists

    def around(self, ad, lists):
        """What else is read but the language, price and contacts."""
        grams = size = False
        for (name, _), tokens in zip(ad.fields, lists):
            if name not in ad.categories:
                weight, length = self.figures.measures(tokens)
                grams, size = grams or weight, size or length
        shelf = None
        for name, text in ad.fields:
            if name in ad.categories and (shelf := self.figures.shelf(text)):
                break
        return {"grams": grams, "size": size, "category": shelf}

    def must_be_clear(self, ad, read, around):
        """True when no language, price or contact would make more than clear of an ad."""
        texts = [text for _, text in ad.fields]
        most = self.judge.ceiling(read[0], texts, around)
        return self.judge.score(most) < self.judge.review

    def marks(self, ad, read, around):
        hits, lists = read
        texts = [text for _, text in ad.fields]
        kinds = self.matcher.kinds
        met = [(hit[4], len(texts[hit[5]][hit[0] : hit[1]].encode()), kinds[hit[2]] == terms.TAXON) for hit in hits]
        spoken, possible, told = self.languages.spoken(texts, lists, met, ad.language)
        around["isbn"] = any(
            len(token[2]) == 13 and token[2].startswith(("978", "979")) and token[2].isdecimal()
            for tokens in lists for token in tokens
        )
        around["unknown"] = any(self.has_unknown_name(text, tokens) for text, tokens in zip(texts, lists))
        return spoken, self.judge.marks(hits, texts, possible, told)

    def has_unknown_name(self, text, tokens):
        for one, two in zip(tokens, tokens[1:]):
            is_long = two[4] == "S" and len(one[2]) >= 5 <= len(two[2])
            if is_long and one[2].endswith(SCIENTIFIC[0]) and two[2].endswith(SCIENTIFIC[1]):
                if BINOMIAL(f"{text[one[0] : one[1]]} {text[two[0] : two[1]]}") and not self.matcher.is_known(one[2]):
                    return True
        return False

    def read_figures(self, ad, lists, spoken):
        """Price, number of specimens and contacts."""
        price = self.figures.price_of_fields(ad.price, ad.currency) if ad.price else None
        found = []
        for (name, text), tokens in zip(ad.fields, lists):
            if name not in ad.categories:
                price = price or self.figures.price(tokens, text, ad.currency)
                found += contacts(text, ad.country)
        if price and price["currency"] == "JPY" and not ad.currency and spoken == "zh":
            price = self.figures.made(price["amount"], "CNY")
        return price, found

    def finding(self, ad):
        """The finding of an ad that is not clear; else nothing."""
        read = self.read(ad)
        if not read:
            return None
        around = self.around(ad, read[1])
        if self.must_be_clear(ad, read, around):
            return None
        spoken, marks = self.marks(ad, read, around)
        price, found = self.read_figures(ad, read[1], spoken)
        judged = self.judge.judged(marks, around | {"price": bool(price), "contact": bool(found)})
        if not judged or self.judge.score(judged[0][0]) < self.judge.review:
            return None
        finding = self.judge.finding(ad, marks, judged, spoken)
        lists = (tokens for (name, _), tokens in zip(ad.fields, read[1]) if name not in ad.categories)
        quantity = ad.quantity if ad.quantity is not None else next(filter(None, map(self.figures.quantity, lists)), None)
        return finding | {"price": price, "quantity": quantity, "contacts": found}

    def verdict(self, ad):
        """The verdict alone: price and contacts are read only where they decide."""
        read = self.read(ad)
        if not read:
            return "clear"
        around = self.around(ad, read[1])
        if self.must_be_clear(ad, read, around):
            return "clear"
        spoken, marks = self.marks(ad, read, around)
        judge = self.judge
        points = judge.points_by(marks, around)
        verdicts = {
            given: judge.verdict(judge.score(points(*given)))
            for given in ((False, False), (True, True), (True, False), (False, True))
        }
        if len(set(verdicts.values())) == 1:
            return verdicts[False, False]
        price, found = self.read_figures(ad, read[1], spoken)
        return verdicts[bool(price), bool(found)]


def texts_of(record):
    """All texts in which words are looked for, as one; the sign between them parts words."""
    return " | ".join([value for name, value in record.items() if ROLES.get(name, 9) <= CATEGORY and type(value) is str])


def scan(scanner, path, count, out):
    import orjson

    loads, may_hold_anchor = orjson.loads, scanner.may_hold_anchor
    verdicts = collections.Counter()
    with open(path, "rb") as lines:
        for line in lines:
            record = loads(line)
            title, text = record.get("title"), record.get("description")
            if type(title) is str and type(text) is str and "category" not in record and "text" not in record:
                whole = f"{title} | {text}"
            else:
                whole = texts_of(record)
            if not may_hold_anchor(whole):
                verdicts["clear"] += 1
            elif count:
                verdicts[scanner.verdict(Ad(record))] += 1
            else:
                finding = scanner.finding(Ad(record))
                verdicts[finding["verdict"] if finding else "clear"] += 1
                if finding:
                    record["pugmark"] = finding
                    out.write(orjson.dumps(record) + b"\n")
    return verdicts


def timed(work):
    begun, of_wall = time.process_time(), time.monotonic()
    result = work()
    return result, round(time.process_time() - begun, 3), round(time.monotonic() - of_wall, 3)


SAME = ("term", "kind", "taxon", "product", "language", "field", "start", "end")


def compare(program, scanner, path):
    """Both findings of every ad, laid side by side."""
    import orjson

    said = subprocess.run([program, "scan", path, "--format", "jsonl"], stdout=subprocess.PIPE).stdout.splitlines()
    counts = collections.Counter()
    examples = []
    with open(path, "rb") as lines:
        for line, answer in zip(lines, said, strict=True):
            record, theirs = orjson.loads(line), orjson.loads(answer)["pugmark"]
            may_hold = scanner.may_hold_anchor(texts_of(record))
            mine = scanner.finding(Ad(record)) if may_hold else None
            verdict = mine["verdict"] if mine else "clear"
            counts["ads"] += 1
            counts["same verdict"] += verdict == theirs["verdict"]
            counts["same with --count"] += verdict == (scanner.verdict(Ad(record)) if may_hold else "clear")
            if verdict != theirs["verdict"]:
                examples.append(("verdict", theirs["score"], mine and mine["score"], record))
            if theirs["verdict"] == "clear":
                counts["more than clear here only"] += verdict != "clear"
                continue
            counts["shown by pugmark"] += 1
            counts["shown by both"] += verdict != "clear"
            counts["flagged by pugmark"] += theirs["verdict"] == "flag"
            counts["flagged by both"] += theirs["verdict"] == verdict == "flag"
            counts["hits of pugmark"] += len(theirs["hits"])
            if not mine:
                continue
            ours = collections.Counter(tuple(hit[of] for of in SAME) for hit in mine["hits"])
            there = collections.Counter(tuple(hit[of] for of in SAME) for hit in theirs["hits"])
            counts["same hits"] += (both := (ours & there).total())
            counts["hits here only"] += ours.total() - both
            counts["same points of hits"] += (
                collections.Counter((*(hit[of] for of in SAME), hit["points"]) for hit in mine["hits"])
                & collections.Counter((*(hit[of] for of in SAME), hit["points"]) for hit in theirs["hits"])
            ).total()
            theirs["status"] and theirs["status"].pop("as_of")
            for name in ("score", "language", "status", "price", "quantity", "contacts"):
                counts[f"same {name}"] += mine[name] == theirs[name]
                if mine[name] != theirs[name]:
                    examples.append((name, theirs[name], mine[name], record))
            if ours != there:
                examples.append(("hits", [*(there - ours)], [*(ours - there)], record))
    for name, number in counts.items():
        print(f"{name}: {number:,}")
    return examples


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["prepare", "scan", "compare"])
    parser.add_argument("arguments", nargs="+")
    parser.add_argument("--count", action="store_true", help="print only counts, and how long it took")
    parser.add_argument("--show", type=int, default=0, help="of what differs so many examples")
    args = parser.parse_args()
    # Nothing here refers to itself, and millions of objects stay.
    gc.disable()
    if args.what == "prepare":
        program, out = args.arguments
        tables = terms.prepare(program) | {"profiles": language.read_profiles()}
        with open(out, "wb") as file:
            pickle.dump(tables, file, protocol=5)
        return
    *program, tables, ads = args.arguments
    scanner, built, _ = timed(lambda: Scanner(tables))
    if args.what == "compare":
        for example in compare(program[0], scanner, ads)[: args.show]:
            print(json.dumps(example, ensure_ascii=False))
        return
    verdicts, core, seconds = timed(lambda: scan(scanner, ads, args.count, sys.stdout.buffer))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = {"build": built, "scan": core, "seconds": seconds, "memory": memory, "records": verdicts.total(), **verdicts}
    print(json.dumps(said), file=sys.stdout if args.count else sys.stderr)


if __name__ == "__main__":
    main()
