"""In which language an ad is written: src/scan/language.rs, and of whatlang what it calls.

The trigrams and alphabets are read from the sources of the crate whatlang, which cargo keeps.
"""

import os
import pathlib
import re
import sys
from collections import Counter

from terms import CODES, PLACE
from words import Table, is_letter

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NAMES = "Eng Fra Deu Nld Spa Ita Por Pol Ces Rus Ukr Cmn Jpn Kor Vie Tha Ind Ara Tur Swe Fin Hun"
CODE_OF = dict(zip(NAMES.split(), "en fr de nl es it pt pl cs ru uk zh ja ko vi th id ar tr sv fi hu".split()))
KEEP, ENOUGH, SETTLED, TOLD = 0.55, 3.0, 6.0, 0.75
FEWEST_LETTERS, MOST_LETTERS = 12, 200
UNIVERSAL = 1 | 1 << PLACE["xx"]
ENGLISH = 1 << PLACE["en"]


def bits(codes):
    return sum(1 << PLACE[code] for code in codes.split())


LATIN = bits("en fr de nl es it pt pl cs vi id tr sv fi hu")
NAMED_ONLY = bits("sv fi hu")


def read_profiles():
    """For Latin and Cyrillic: languages, the place of each trigram by language, and the alphabets."""
    version = re.search(r'name = "whatlang"\nversion = "(.*?)"', (ROOT / "Cargo.lock").read_text())[1]
    home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))
    source = next(home.glob(f"registry/src/*/whatlang-{version}/src"), None)
    if source is None:
        sys.exit(f"no sources of whatlang {version} in {home}: run `cargo fetch`")
    text = (source / "trigrams/profiles.rs").read_text("utf-8")
    profiles = {}
    for script, name in (("L", "latin"), ("C", "cyrillic")):
        listed = re.search(rf"static {name.upper()}_LANGS.*?\n\];", text, re.DOTALL)[0]
        languages, places = [], {}
        for part in listed.split("Lang::")[1:]:
            if (language := part[:3]) in CODE_OF:
                for at, trigram in enumerate(re.findall(r"Trigram\('(.*?)', '(.*?)', '(.*?)'\)", part)):
                    trigram = "".join(c.replace("\\'", "'") for c in trigram)
                    places.setdefault(trigram, []).append((len(languages), at))
                languages.append(CODE_OF[language])
        alphabets = (source / f"alphabets/{name}.rs").read_text("utf-8")
        letters = dict(re.findall(r'const ([A-Z]{3}): &str =\s*"(.*?)"', alphabets))
        mapping = (source / "scripts/lang_mapping.rs").read_text("utf-8")
        order = re.findall("Lang::(...)", re.search(rf"const {name.upper()}_LANGS.*?\];", mapping, re.DOTALL)[0])
        alphabets = [(CODE_OF[one], frozenset(letters[one.upper()])) for one in order if one in CODE_OF]
        profiles[script] = languages, places, alphabets
    return profiles | {"scripts": read_scripts(source)}


def find_script(c):
    """Latin, Cyrillic, Russian, Ukrainian, Han, kana, hangul, Thai, Arabic letters."""
    if c.isascii():
        return "l" if c.isalpha() else " "
    for letters, name in (("ыэёъ", "r"), ("іїєґ", "u")):
        if c in letters:
            return name
    for low, high, name in (
        ("\u0400", "\u052f", "c"), ("\u3041", "\u30ff", "k"), ("\u3400", "\u9fff", "h"), ("\uac00", "\ud7a3", "g"),
        ("\u0e00", "\u0e7f", "t"), ("\u0600", "\u06ff", "a"),
    ):
        if low <= c <= high:
            return name
    return "l" if is_letter(c) else " "


SCRIPT = Table(find_script)


def scripts(texts):
    """The languages whose script the texts are written in."""
    if all(text.isascii() for text in texts):
        return LATIN if any(text.lower() != text.upper() for text in texts) else 0
    seen = Counter("".join(text[:2000] for text in texts).translate(SCRIPT))
    cyrillic = seen["c"] + seen["r"] + seen["u"]
    han, kana, hangul = seen["h"] * 3, seen["k"] * 2, seen["g"] * 3
    total = max(1, seen["l"] + cyrillic + han + kana + hangul + seen["t"] + seen["a"])
    found = LATIN if seen["l"] * 8 >= total else 0
    if cyrillic * 8 >= total:
        found |= bits("ru" if seen["r"] and not seen["u"] else "uk" if seen["u"] and not seen["r"] else "ru uk")
    if kana * 8 >= total or (kana and han * 8 >= total):
        found |= bits("ja")
    elif han * 8 >= total:
        found |= bits("zh ja")
    for count, code in ((hangul, "ko"), (seen["t"], "th"), (seen["a"], "ar")):
        if count * 8 >= total:
            found |= bits(code)
    return found


STOPS = {code: " " for code in (*range(0x41), *range(0x5B, 0x61), *range(0x7B, 0x7F))}


def read_scripts(source):
    """The scripts that whatlang tells apart, in its order, with their ranges of signs."""
    signs = (source / "scripts/chars.rs").read_text("utf-8")
    order = re.findall(r"\(Script::(\w+), chars::(\w+), 0\)", (source / "scripts/detect.rs").read_text("utf-8"))
    found = []
    for name, function in order:
        body = re.search(rf"fn {function}\(ch: char\) -> bool \{{(.*?)\n\}}", signs, re.DOTALL)[1]
        pairs = re.findall(r"'(\\u\{\w+\}|.)'(?:\.\.='(\\u\{\w+\}|.)')?", body)
        found.append((name, [(sign(low), sign(high or low)) for low, high in pairs]))
    return found


def sign(written):
    return chr(int(written[3:-1], 16)) if len(written) > 1 else written


class Languages:
    """Tells the language of ads."""

    def __init__(self, function_words, profiles):
        self.function_words = function_words
        self.profiles = profiles
        self.shares = {}
        # Each script has a letter of its own; what is of none is not counted.
        self.letters = {name: chr(97 + at) for at, (name, _) in enumerate(profiles["scripts"])}
        self.main = Table(self.find_main)

    def find_main(self, c):
        if not STOPS.get(ord(c)):
            for name, ranges in self.profiles["scripts"]:
                if any(low <= c <= high for low, high in ranges):
                    return self.letters[name]
        return " "

    def main_script(self, found, seen):
        """The script that most letters are of. Of two as many whatlang takes the one that stands further
        ahead in its list, where each script moves up by one with each of its letters."""
        most = max(seen.values())
        if sum(count == most for count in seen.values()) > 1:
            order = [*self.letters.values()]
            for letter in found.replace(" ", ""):
                if at := order.index(letter):
                    order[at - 1], order[at] = order[at], order[at - 1]
            return next(letter for letter in order if seen[letter] == most)
        return max(seen, key=seen.get)

    def share(self, languages):
        """The places of a set of languages, and how many they are."""
        found = self.shares.get(languages)
        if found is None:
            places = [place for place in range(len(CODES)) if languages >> place & 1]
            found = self.shares[languages] = places, len(places)
        return found

    def spoken(self, texts, token_lists, hits, hint):
        """The likeliest language (or None), and as bits those that are not ruled out, and those that words speak
        for which are no names."""
        evidence, of_names = [0.0] * len(CODES), [0.0] * len(CODES)
        share, words = self.share, self.function_words
        for languages, size, is_name in hits:
            if not languages & UNIVERSAL and size >= 3:
                places, count = share(languages)
                for place in places:
                    (of_names if is_name else evidence)[place] += min(size, 16) / 8 / count
        for tokens in token_lists:
            for token in tokens:
                languages = words.get(token[2])
                if languages:
                    places, count = share(languages)
                    for place in places:
                        evidence[place] += 1.5 / count
        if hint in PLACE:
            evidence[PLACE[hint]] += 1.5
        told = sum(1 << place for place, amount in enumerate(evidence) if amount >= TOLD)
        evidence = [words + names for words, names in zip(evidence, of_names)]
        possible = scripts(texts)
        places, count = share(possible)
        if count != 1:
            most, after = sorted([*(evidence[place] for place in places), 0.0, 0.0], reverse=True)[:2]
            if most < SETTLED or after > most * 0.4:
                letters = min(MOST_LETTERS, sum(sum(map(str.isalpha if text.isascii() else is_letter, text)) for text in texts))
                added = min(5.0, max(0.5, letters / 40))
                # Where no other language would come near with all that they may add, they are not asked.
                if letters >= FEWEST_LETTERS and not (most >= ENOUGH and after + added < most * KEEP):
                    self.by_trigrams(" ".join(texts), added, evidence)
        evidence = [amount if possible >> place & 1 else 0.0 for place, amount in enumerate(evidence)]
        if not places:
            return None, 0, told
        best = max(places, key=lambda place: (evidence[place], -place))
        most = evidence[best]
        if most < ENOUGH and count != 1:
            return CODES[best] if most > 1.0 else None, possible & ~NAMED_ONLY | 1 << best, told
        found = 1 << best | ENGLISH
        for place, amount in enumerate(evidence):
            if amount >= most * KEEP:
                found |= 1 << place
        return CODES[best], found, told

    def by_trigrams(self, text, most, evidence):
        """Adds what trigrams say: `most` where they are sure."""
        found = self.whatlang(text)
        if found:
            evidence[PLACE[found[0]]] += found[1] * most

    def whatlang(self, text):
        """The language and how sure it is, as whatlang finds them."""
        found = text.translate(self.main)
        seen = Counter(found)
        seen.pop(" ", None)
        if not seen:
            return None
        letters = self.letters
        script = self.main_script(found, seen)
        for name, code in (("Latin", "L"), ("Cyrillic", "C")):
            if script == letters[name]:
                return self.by_letters(text.lower(), code)
        if script == letters["Mandarin"]:
            japanese = seen[letters["Hiragana"]] + seen[letters["Katakana"]]
            share = japanese / (seen[script] + japanese)
            return ("ja", 1.0 if share > 0.2 else 0.5) if share > 0.05 else ("zh", 0.5 if share > 0.02 else 1.0)
        only = {"Hangul": "ko", "Thai": "th", "Hiragana": "ja", "Katakana": "ja", "Arabic": "ar"}
        return next(((code, 1.0) for name, code in only.items() if script == letters[name]), None)

    def by_letters(self, text, script):
        languages, places, alphabets = self.profiles[script]
        spaced = text.translate(STOPS)
        letters = Counter(spaced)
        letters.pop(" ", None)
        count = sum(letters.values())
        scores = []
        for code, alphabet in alphabets:
            known = sum(number for letter, number in letters.items() if letter in alphabet)
            scores.append((max(0, 2 * known - count) / count, code))
        scores.sort(key=lambda score: -score[0])
        spaced = f" {spaced} "
        trigrams = Counter(map("".join, zip(spaced, spaced[1:], spaced[2:])))
        # A space stands between two letters or not at all.
        wanted = [(number, one) for one, number in trigrams.items() if one[1] != " " or (one[0] != " " and one[2] != " ")]
        ordered = sorted(wanted, reverse=True)[:600]
        distances = [90_000] * len(languages)
        for at, (_, trigram) in enumerate(ordered):
            for language, place in places.get(trigram, ()):
                distances[language] += abs(at - place) - 300
        unique = len(ordered)
        most = unique * 300
        by_trigram = {}
        for code, distance in zip(languages, distances):
            by_trigram[code] = (most - max(0, distance - max(0, 300 - unique) * 300)) / most
        weight = min(2 / 3, max(1 / 3, 2 / 3 - count / 300))
        mixed = [(score * weight + by_trigram.get(code, 0.0) * (1 - weight), code) for score, code in scores]
        mixed.sort(key=lambda score: -score[0])
        (first, code), (second, _) = mixed[:2]
        if not first or not second:
            return code, first
        sure = 3 / unique + 0.015
        rate = (first - second) / second
        return code, 1.0 if rate > sure else rate / sure
