#!/usr/bin/env python3
"""What one would use without pugmark, for benches/scan.sh: finds terms in made-up listings.

    scan_peers.py terms LEXICON.jsonl OUT [COUNT]      from `pugmark lexicon list --format jsonl`
    scan_peers.py parquet ADS.jsonl OUT                the same records, by pyarrow
    scan_peers.py python ADS.jsonl TERMS               orjson and pyahocorasick
    scan_peers.py vectorscan ADS.txt TERMS HOW         hyperscan, the Python package of Vectorscan

scan_peer/ makes the findings of pugmark in Python. The last two here print one JSON object:
seconds to build and to scan (time on a core), matches, and what they learnt. HOW is `literal`
(no word boundaries, each match handed to Python), `engine` (the same, nothing handed over) or
`words` (boundaries by the engine).
"""

import json
import pathlib
import random
import re
import sys
import time
import unicodedata

# Letters of scripts that write without spaces: a word needs no boundary there.
UNSPACED = re.compile("[\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
BLOCK = 1 << 20


def fold(text):
    return unicodedata.normalize("NFKC", text).casefold()


def write_terms(lexicon, out, count=None):
    """All terms, folded, each once; or COUNT of them, the same ones each time."""
    with open(lexicon, encoding="utf-8") as lines:
        terms = sorted({" ".join(fold(json.loads(line)["term"]).split()) for line in lines} - {""})
    if count is not None:
        terms = sorted(random.Random(7).sample(terms, min(int(count), len(terms))))
    pathlib.Path(out).write_text("".join(f"{term}\n" for term in terms), "utf-8")


def write_parquet(ads, out):
    """The same records, 100,000 to a row group."""
    import itertools

    import pyarrow
    import pyarrow.parquet

    with open(ads, encoding="utf-8") as lines:
        groups = iter(lambda: [json.loads(line) for line in itertools.islice(lines, 100_000)], [])
        first = pyarrow.Table.from_pylist(next(groups))
        with pyarrow.parquet.ParquetWriter(out, first.schema, compression="zstd") as writer:
            writer.write_table(first)
            for group in groups:
                writer.write_table(pyarrow.Table.from_pylist(group, first.schema))


def timed(work):
    begun = time.process_time()
    result = work()
    return result, time.process_time() - begun


def read_terms(path):
    return pathlib.Path(path).read_text("utf-8").splitlines()


def python(ads, terms):
    """Every term at word boundaries in title and description of every ad, with its place."""
    import ahocorasick
    import orjson

    def build():
        automaton = ahocorasick.Automaton()
        for term in read_terms(terms):
            first, last = (term[at].isalnum() and not UNSPACED.match(term[at]) for at in (0, -1))
            automaton.add_word(term, (len(term), first, last, term))
        automaton.make_automaton()
        return automaton

    def scan(automaton):
        records = matches = found = 0
        with open(ads, "rb") as lines:
            for line in lines:
                ad = orjson.loads(line)
                text = fold(f"{ad['title']}\n{ad['description']}")
                hits, size = [], len(text)
                for at, (length, first, last, term) in automaton.iter(text):
                    begin, end = at - length + 1, at + 1
                    if first and begin and text[begin - 1].isalnum():
                        continue
                    if last and end < size and text[end].isalnum():
                        continue
                    hits.append((begin, end, term))
                records += 1
                matches += len(hits)
                found += bool(hits)
        return {"records": records, "matches": matches, "records_with_matches": found}

    automaton, built = timed(build)
    counts, scanned = timed(lambda: scan(automaton))
    return {"build": built, "scan": scanned, **counts}


def vectorscan(ads, terms, how):
    """Every term in every block of a megabyte."""
    import hyperscan

    terms, flags = read_terms(terms), hyperscan.HS_FLAG_CASELESS
    if how == "words":
        # \b of ASCII only: the engine refuses it together with HS_FLAG_UCP.
        quoted = (re.sub(r"([^\w\s])", r"\\\1", term) for term in terms)
        expressions, flags = [rf"\b{term}\b".encode() for term in quoted], flags | hyperscan.HS_FLAG_UTF8
    else:
        expressions = [term.encode() for term in terms]
    database = hyperscan.Database()
    ids, literal = list(range(len(terms))), how != "words"
    _, built = timed(
        lambda: database.compile(
            expressions=expressions, ids=ids, elements=len(terms), flags=flags, literal=literal
        )
    )
    matches = 0

    def note(*_):
        nonlocal matches
        matches += 1

    def scan():
        with open(ads, "rb") as file:
            rest = b""
            while block := file.read(BLOCK):
                block, line_feed, rest = (rest + block).rpartition(b"\n")
                database.scan(block + line_feed, match_event_handler=None if how == "engine" else note)

    _, scanned = timed(scan)
    return {"build": built, "scan": scanned, "matches": matches, "terms": len(terms)}


def main():
    what, *arguments = sys.argv[1:]
    result = {"terms": write_terms, "parquet": write_parquet, "python": python, "vectorscan": vectorscan}[what](*arguments)
    if result:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
