"""Finds the terms of the lexicon in the words of an ad, and tells quickly that there are none.

A port of src/lexicon/index, src/scan/matching.rs and src/scan/prefilter. A hit is a tuple:
start, end, term, disguised, languages, field, first word, word after, words before, part.
"""

import re

import ahocorasick

import words
from terms import ABOUT, ASK, LEGALITY, NEGATIVE, OFFER, PART_ENDINGS, PRODUCT, SPECIMEN, TAXON, TELL, ending_fits
from words import RUN, readings

WHOLE, HEAD, TAIL = range(3)
LINKS = ("", "s", "n", "en", "e", "er", "es")
MOST = 20_000
NO_DIGITS = dict.fromkeys(map(ord, "0123456789"))
AROUND = ",.;:!?()\"'"
DECIMAL = re.compile("[0-9]+(?:[.,][0-9]+)*").fullmatch


def is_covering(long, short):
    if long in ABOUT:
        return short in ABOUT or short == NEGATIVE or (long == TAXON and short == SPECIMEN)
    if long == NEGATIVE:
        return short != NEGATIVE
    if long in (TELL, LEGALITY):
        return short in (NEGATIVE, TELL, PRODUCT)
    if long in (OFFER, ASK):
        return short in (OFFER, ASK)
    return long == short


COVERS = [[is_covering(long, short) for short in range(11)] for long in range(11)]


def agrees(way, strict, form, accents, lost):
    """Accents may be left out or wrong in a long word; in a short one they tell words apart."""
    written, marked = way
    return (
        written == accents
        or len(form) >= 6
        or not "a" <= form[0] <= "z"
        or not (lost or (strict and marked))
        or (not marked and lost and len(form) >= 5)
    )


def without_article(form):
    """The word without the Arabic article and the letters that are written on to it."""
    if not "\u0600" <= form[0] <= "\u06ff":
        return None
    bare = form.lstrip("وف")
    for article in ("ال", "لل", "بال", "كال", "ب"):
        if bare.startswith(article):
            bare = bare[len(article) :]
            return bare if len(bare) >= 3 else None
    return None


def is_kana(c):
    return "\u3041" <= c <= "\u30ff"


def starts(token, at, others):
    """The first letters of a word as it stands and as it may be meant."""
    found = {token[2][:3]}
    found.update(form[:3] for first, _, form, _ in others if first == at)
    if bare := without_article(token[2]):
        found.add(bare[:3])
    return found


class Beginnings(dict):
    """The first word of each piece of a text; None where it may be read otherwise."""

    def __missing__(self, piece):
        tokens = words.cut(piece)
        first = ""
        if tokens and tokens[0][0] == 0:
            other = without_article(tokens[0][2]) or any(read[0] == 0 for read in readings(tokens))
            first = None if other else tokens[0][2]
        self[piece] = first
        return first


class Pieces(dict):
    """What stands between two spaces, looked at once: None where no anchor can begin, True where one
    stands; else the beginnings of words that one may go on with, an initial, whether it is a single
    letter, and whether it begins and ends in a script without spaces."""

    def __init__(self, matcher):
        super().__init__()
        self.matcher = matcher

    def __missing__(self, piece):
        if len(self) > 2_000_000:
            self.clear()
        self[piece] = found = self.find(piece)
        return found

    def find(self, piece):
        if self.is_nothing(piece):
            return None
        matcher = self.matcher
        tokens = words.cut(piece)
        if not tokens:
            return None
        others = readings(tokens) if len(tokens) > 1 or words.HAS_OTHER(tokens[0][2]) else ()
        anchors = matcher.anchors
        hits = matcher.hits(tokens, others, 0, 0)
        if any(hit[2] in anchors for hit in hits):
            return True
        last = tokens[-1]
        going_on = matcher.going_on(tokens, others, len(piece)) if last[1] == len(piece) else ()
        is_letter = len(tokens) == 1 and len(piece) == 1 and last[3] <= words.WORD
        initial = last[2] if len(last[2]) == 1 and last[1] + 1 == len(piece) else ""
        begins_run, ends_run = tokens[0][3] == RUN, last[3] == RUN
        if going_on or is_letter or initial or begins_run or ends_run:
            return frozenset(going_on), initial, is_letter, begins_run, ends_run
        return None


    def is_nothing(self, piece):
        """True for one plain word that no term begins with or stands in: nearly all that are new."""
        word = piece.strip(AROUND)
        if len(word) < 2 or not word.isascii():
            return False
        form = word.lower()
        if not word.isalpha():
            if word.isalnum():
                letters = len(word.translate(NO_DIGITS))
                digits, leading = len(word) - letters, len(word) - len(word.lstrip("0123456789"))
                if 2 <= letters >= digits or (leading == digits and letters):
                    return False
            elif not DECIMAL(word):
                return False
        if form in self.matcher.whole or ("ii" in form or words.STRETCHED(form)):
            return False
        return next(self.matcher.ends.iter(f"^{form}$"), None) is None


class Pairs(dict):
    """Whether an anchor of several words begins in a piece and ends in the next or may go on after it."""

    def __init__(self, matcher):
        super().__init__()
        self.matcher = matcher

    def __missing__(self, pair):
        one, matcher = len(pair[0]), self.matcher
        tokens = words.cut(" ".join(pair))
        others = readings(tokens)
        found = any(hit[2] in matcher.anchors and hit[0] < one < hit[1] for hit in matcher.hits(tokens, others, 0, 0))
        found = found or bool(matcher.going_on(tokens, others, one))
        self[pair] = found
        return found


class Matcher:
    def __init__(self, data):
        self.whole, self.runs = data["whole"], data["runs"]
        self.kinds = [term[1] for term in data["terms"]]
        self.function_words = data["function_words"]
        self.texts = [term[0] for term in data["terms"]]
        self.denies = {at for at, term in enumerate(data["terms"]) if term[1] == LEGALITY and "no-papers" in term[4]}
        self.anchors = {at for at, term in enumerate(data["terms"]) if term[7].get("counts")}
        # Beginnings, and both ends of compounds, are looked for in ^word$.
        keys = {}
        for stem, entries in data["stems"].items():
            keys.setdefault("^" + stem, []).append((WHOLE, stem, entries))
        for part, entries in data["parts"].items():
            keys.setdefault("^" + part, []).append((HEAD, part, entries))
            for ending in PART_ENDINGS:
                keys.setdefault(f"{part}{ending}$", []).append((TAIL, part, entries))
        self.ends, self.inside = ahocorasick.Automaton(), ahocorasick.Automaton()
        for key, value in keys.items():
            self.ends.add_word(key, value)
        for text, entries in self.runs.items():
            self.inside.add_word(text, (len(text), entries))
        self.ends.make_automaton()
        self.inside.make_automaton()
        self.known, self.abbreviated = {}, self.read_abbreviated(data["terms"])
        self.pieces, self.pairs, self.beginnings = Pieces(self), Pairs(self), Beginnings()

    def going_on(self, tokens, others, within):
        """The beginnings of words with which an anchor goes on that begins before the place `within`."""
        going_on = set()
        forms = [(at, at + 1, token[2], token[5], token[6]) for at, token in enumerate(tokens) if token[3] != RUN]
        forms += [(first, after, without_article(form), *rest) for first, after, form, *rest in forms if without_article(form)]
        forms += [(first, after, form, None, False) for first, after, form, _ in others]
        for first, after, *form in forms:
            if tokens[first][0] >= within or not (found := self.candidates(*form)) or not found[1]:
                continue
            left = len(tokens) - after
            for term, _, later, _ in {id(one[2]): one[2] for listed in found[1].values() for one in listed}.values():
                if term in self.anchors and len(later) > left and all(
                    tokens[after + at][4] != "B" and self.fits(tokens[after + at], after + at, later[at], others)
                    for at in range(left)
                ):
                    pattern = later[left]
                    going_on.update(form[:3] for form in pattern[0])
                    if pattern[1]:
                        going_on.add(pattern[1][:3])
        return going_on

    def may_hold_anchor(self, text):
        """False when no word, and no words together, can be what an ad is about."""
        parts = text.split()
        known = [*map(self.pieces.__getitem__, parts)]
        if not any(known):
            return False
        if True in known:
            return True
        letters, last, end, in_run = 0, -1, len(parts) - 1, False
        for at, piece in enumerate(known):
            if piece is None:
                continue
            going_on, initial, is_letter, begins_run, ends_run = piece
            if at < end and (going_on or initial) and (first := self.beginnings[parts[at + 1]]) != "":
                if initial and self.abbreviated.get((first, initial)):
                    return True
                if (first is None or first[:3] in going_on) and self.pairs[parts[at], parts[at + 1]]:
                    return True
            is_next, last = at == last + 1, at
            letters = (letters + 1 if is_next else 1) if is_letter else 0
            if letters >= 3 or (begins_run and in_run and is_next):
                return True
            in_run = ends_run
        return False

    def read_abbreviated(self, terms):
        """The scientific names by second word and initial; None where there are several."""
        names = {}
        for at, (text, kind, _, languages, refers, *_) in enumerate(terms):
            parts = text.split(" ")
            if kind == TAXON and languages & 1 and len(parts) == 2:
                key = parts[1].lower(), parts[0][0].lower()
                if key in names and names[key] is not None and terms[names[key]][4][:1] != refers[:1]:
                    names[key] = None
                else:
                    names.setdefault(key, at)
        return names

    def candidates(self, form, accents, lost):
        """Entries that begin with a word, as how, letters of the part, entry: those of one word, and those of
        several by the first letters of the second."""
        key = form, accents, lost
        found = self.known.get(key)
        if found is None:
            ones, several = [], {}
            for one in self.find(form, accents, lost):
                term, _, later, _ = one[2]
                if not later:
                    # Neither what ends like a name nor a compound is meant by a word of a sentence.
                    if self.kinds[term] != TAXON or form not in self.function_words:
                        ones.append(one)
                    continue
                for start in {form[:3] for form in later[0][0]} | {later[0][1][:3]} - {""}:
                    several.setdefault(start, []).append(one)
            found = self.known[key] = (ones, several) if ones or several else None
        return found

    def find(self, form, accents, lost):
        found = []
        for entry in self.whole.get(form, ()):
            ways, strict = entry[3][0][form], entry[3][4]
            if any(agrees(way, strict, form, accents, lost) for way in ways):
                found.append((WHOLE, 0, entry))
        whole = {id(entry) for _, _, entry in found}
        for _, listed in self.ends.iter(f"^{form}$"):
            for how, part, entries in listed:
                if how == WHOLE:
                    rest = form[len(part) :]
                    for entry in entries:
                        if id(entry) not in whole and ending_fits(entry[3][2], part, rest):
                            found.append((WHOLE, 0, entry))
                elif how == HEAD:
                    if len(form) - len(part) >= 3:
                        for entry in entries:
                            stem, family = entry[3][1], entry[3][2]
                            is_form = id(entry) not in whole and family and form.startswith(stem)
                            if not (is_form and ending_fits(family, stem, form[len(stem) :])):
                                found.append((HEAD, len(part), entry))
                else:
                    size = next(len(part) + len(end) for end in PART_ENDINGS if form.endswith(part + end))
                    if len(form) - size >= 3:
                        found += [(TAIL, size, entry) for entry in entries]
        return found

    def is_known(self, form):
        """True when a word is one that terms begin with."""
        return any(how == WHOLE for how, *_ in self.find(form, None, False))

    def follows(self, pattern, form, accents, lost):
        ways = pattern[0].get(form)
        if ways and any(agrees(way, pattern[4], form, accents, lost) for way in ways):
            return True
        return bool(pattern[1]) and form.startswith(pattern[1]) and ending_fits(pattern[2], pattern[1], form[len(pattern[1]) :])

    def fits(self, token, at, pattern, others):
        """True when the word `token`, number `at`, is one of `pattern`."""
        form = token[2]
        if self.follows(pattern, form, token[5], token[6]):
            return True
        for first, after, read, _ in others:
            if first == at and after == at + 1 and self.follows(pattern, read, None, False):
                return True
        bare = without_article(form)
        return bare is not None and self.follows(pattern, bare, token[5], token[6])

    def hits(self, tokens, others, field, before):
        """The hits in the words of one field, by place."""
        out, count = [], len(tokens)

        def add(found, form, first, after, disguised):
            ones, several = found
            if several and after < count and tokens[after][4] != "B":
                ones = ones.copy()
                for start in starts(tokens[after], after, others):
                    ones += several.get(start, ())
            for how, size, (term, place, later, _) in ones:
                end = after + len(later)
                if end > count:
                    continue
                for at, pattern in enumerate(later, after):
                    token = tokens[at]
                    if token[4] == "B" or not self.fits(token, at, pattern, others):
                        break
                else:
                    span = tokens[first][0], tokens[end - 1][1]
                    rest = disguised, 1 << place, field, first, end, before + first
                    if how == WHOLE:
                        out.append((*span, term, *rest, False))
                    elif how == HEAD:
                        known = self.push_parts(span, rest, form[size:], True, out)
                        if known or self.kinds[term] == PRODUCT:
                            out.append((*span, term, *rest, True))
                    else:
                        self.push_parts(span, rest, form[:-size], False, out)
                        if self.kinds[term] != TAXON or len(form) - size >= 3:
                            out.append((*span, term, *rest, True))

        is_run = False
        candidates = self.candidates
        for at, (_, _, form, shape, _, accents, lost) in enumerate(tokens):
            if shape == RUN:
                is_run = True
                self.in_run(tokens, at, field, before, out)
            else:
                found = candidates(form, accents, lost)
                if found:
                    add(found, form, at, at + 1, False)
                if "\u0600" <= form[0] <= "\u06ff" and (bare := without_article(form)):
                    if found := candidates(bare, accents, lost):
                        add(found, bare, at, at + 1, False)
            if len(out) >= MOST:
                break
        if is_run:
            self.across(tokens, field, before, out)
        self.shortened(tokens, field, before, out)
        for first, after, form, disguised in others[:MOST]:
            if found := candidates(form, None, False):
                add(found, form, first, after, disguised)
        if len(out) > 1:
            out.sort(key=lambda hit: hit[:4])
            out = self.uncovered(merged(out), tokens)
        return out

    def push_parts(self, span, rest, part, is_after, out):
        """Adds the terms that the other part of a compound is; true when there are any."""
        known = False
        for link in LINKS:
            if is_after:
                bare = part[len(link) :] if part.startswith(link) else ""
            else:
                bare = part[: len(part) - len(link)] if part.endswith(link) else ""
            if len(bare) >= 3:
                for how, _, (term, place, _, _) in (self.candidates(bare, None, False) or ((), ()))[0]:
                    if how == WHOLE or is_after:
                        out.append((*span, term, rest[0], 1 << place, *rest[2:], True))
                        known = True
        return known

    def in_run(self, tokens, at, field, before, out):
        start, end, form = tokens[at][:3]
        plain = len(form) == end - start
        for last, (size, entries) in self.inside.iter(form):
            # One sign is a word at the end only, or a Chinese one before kana: 雛です is a chick, 牙刷 no tusk.
            if size == 1 and last + 1 < len(form) and (not is_kana(form[last + 1]) or is_kana(form[last])):
                continue
            span = (start + last + 1 - size, start + last + 1) if plain else (start, end)
            for term, place, alone in entries:
                if not alone or size == len(form):
                    out.append((*span, term, False, 1 << place, field, at, at + 1, before + at, False))

    def across(self, tokens, field, before, out):
        """Terms that a space parts in a script without spaces: 곰 발톱, 象 牙."""
        at, count = 0, len(tokens)
        while at < count:
            after = at + 1
            while after < count and tokens[at][3] == RUN == tokens[after][3] and tokens[after][4][:1] in ("S", "J"):
                after += 1
            if tokens[at][3] == RUN and after > at + 1:
                self.across_chain(tokens, at, after, field, before, out)
            at = after

    def across_chain(self, tokens, first, after, field, before, out):
        forms = [token[2] for token in tokens[first:after]]
        starts, owner = [], []
        for at, form in enumerate(forms):
            starts.append(len(owner))
            owner += [at] * len(form)
        for last_letter, (size, entries) in self.inside.iter("".join(forms)):
            begin = last_letter + 1 - size
            start, last = owner[begin], owner[last_letter]
            if start == last or starts[start] != begin:
                continue
            single = all(len(form) == 1 for form in forms[start : last + 1])
            ends = last_letter + 1 == (starts[last + 1] if last + 1 < len(starts) else len(owner))
            rest = last_letter + 1 - starts[last]
            token = tokens[first + last]
            end = token[0] + rest if len(token[2]) == token[1] - token[0] else token[1]
            for term, place, alone in entries:
                length = len(self.texts[term])
                if length < 2 or (length == 2 and not single) or (length < 4 and not ends) or (alone and size != len(owner)):
                    continue
                place = 1 << place
                out.append((tokens[first + start][0], end, term, single, place, field, first + start, first + last + 1,
                            before + first + start, False))

    def shortened(self, tokens, field, before, out):
        """`B. hamorii`, where only one name is shortened so."""
        for at in range(len(tokens) - 1):
            token, after = tokens[at], tokens[at + 1]
            if len(token[2]) == 1 and token[1] + 2 == after[0] and after[4] == "B" and len(after[2]) >= 5:
                term = self.abbreviated.get((after[2], token[2]))
                if term is not None:
                    out.append((token[0], after[1], term, False, 1, field, at, at + 2, before + at, False))

    def uncovered(self, found, tokens):
        """Without what a longer term makes meaningless: tiger in tiger shark."""
        if len(found) == 1:
            return found
        kinds, denies = self.kinds, self.denies
        kept = []
        for hit in found:
            start, end, short = hit[0], hit[1], kinds[hit[2]]
            # One sign of a run, as 牙 in 象牙, says nothing of its own in a longer term.
            is_sign = end - start == 1 == len(self.texts[hit[2]]) and tokens[hit[6]][3] == RUN
            # *sans CITES* claims no certificate.
            may_be_denied = short == LEGALITY and hit[2] not in denies
            for other in found:
                if other[0] >= end:
                    continue
                if other[0] <= start:
                    if end <= other[1]:
                        long = kinds[other[2]]
                        if other[1] - other[0] > end - start:
                            if COVERS[long][short] or is_sign or (may_be_denied and other[2] in denies):
                                break
                        # A part of a word that is a term itself says nothing else: Glas in Glasaal.
                        elif hit[9] and not other[9] and (long == NEGATIVE or (short == NEGATIVE and COVERS[long][short])):
                            break
                # Words of Thai are cut from the right: this one ends inside another.
                elif end < other[1] and hit[7] - hit[6] == 1 and "\u0e00" <= tokens[hit[6]][2][0] <= "\u0e7f":
                    break
            else:
                kept.append(hit)
        return kept


def merged(hits):
    """Each term once for each place, with all languages that write it so."""
    out = []
    for hit in hits:
        if out and out[-1][:3] == hit[:3]:
            out[-1] = (*out[-1][:4], out[-1][4] | hit[4], *out[-1][5:])
        else:
            out.append(hit)
    return out
