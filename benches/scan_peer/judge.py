"""Points, verdict and status of an ad: a port of src/scan/judgement.rs, scanner.rs and explain.rs."""

import math

import words
from language import ENGLISH, UNIVERSAL
from terms import (
    ABOUT, ASK, CODE, CODES, CONTACT, CRAFT, KINDS, LEGALITY, NEGATIVE, OFFER, PLACE, PRODUCT, SPECIMEN, TAXON, TELL,
)

SHARES = (0.4, 0.75, 1.0)
FOREIGN = (1.0, 0.7, 0.3)
ANCHORS = {
    (kind, weight): f"{name}.{word}"
    for kind, name in ((PRODUCT, "product"), (CODE, "code"), (CRAFT, "craft"))
    for weight, word in enumerate(("weak", "medium", "strong"))
}
TAXA = ("taxon.short", "taxon.word", "taxon.phrase")
CLAIMS = {
    "certificate": "document", "export-permit": "document", "ring": "mark", "chip": "mark", "captive-bred": "bred",
    "wild-caught": "bred", "antique": "age", "pre-1947": "age", "pre-convention": "age", "no-papers": "no-papers",
}
# What a language that is not known yet may still rule out.
UNSETTLED = {"ask", "isbn", "taxon.unknown", "anchor.foreign"}
GRADES = {grade: at for at, grade in enumerate(("I", "A", "II", "B", "III", "C", "D", None))}
BEHIND, MOST_MARKS, MOST_TAXA = 20.0, 2_000, 12
# How much more a price says beside a name of the first words of the title, and how much a fossil
# takes from a strong code word.
NAMED, BEGINNING, FOSSIL_CODE = 2.2, 8, 0.25


class Mark:
    """A hit, and what is known of it for the judgement."""

    __slots__ = ("start", "end", "term", "disguised", "languages", "field", "first", "after", "place", "part",
                 "text", "kind", "weight", "refers", "standing", "living", "foreign", "denied", "context")


def nearness(a, b):
    """How much two hits have to do with each other, by the words between them."""
    first, last = (a, b) if a.place <= b.place else (b, a)
    between = last.place - first.place - first.after + first.first
    if between <= 1:
        near = 1.0
    elif between <= 3:
        near = 0.8
    elif between <= 8:
        near = 0.6
    elif between <= 20:
        near = 0.4
    else:
        near = 0.25 if between <= 40 else 0.15
    return near if a.field == b.field else near * 0.9


def same_words(a, b):
    return a.field == b.field and a.start < b.end and b.start < a.end


class Judge:
    def __init__(self, data):
        self.terms, self.weights, self.taxa = data["terms"], data["weights"], data["taxa"]
        self.negations = data["negations"]
        self.flag, self.review = self.weights["threshold.flag"], self.weights["threshold.review"]
        self.contexts = {name.split(".", 1)[1]: name for name in self.weights if name.startswith("negative.")}
        del self.contexts["fossil-shark"]

    def marks(self, hits, texts, possible, told=0):
        """The hits that the language of the ad allows."""
        out = []
        for hit in hits:
            text, kind, weight, _, refers, _, _, standing, living = self.terms[hit[2]]
            understood = hit[4] & (possible | UNIVERSAL)
            if not understood and kind not in ABOUT:
                continue
            is_weak = kind == TAXON and standing["counts"] and weight != 2 and hit[7] - hit[6] == 1
            if told and is_weak and not hit[4] & told:
                # A name of one word, and the words around it are of other languages.
                is_genus = hit[4] & UNIVERSAL
                if weight == 0 and texts[hit[5]][hit[0]].islower() if is_genus else not hit[4] & ENGLISH:
                    continue
            mark = Mark()
            (mark.start, mark.end, mark.term, mark.disguised, mark.languages, mark.field, mark.first, mark.after, mark.place,
             mark.part) = hit
            mark.text, mark.kind, mark.weight, mark.refers = text, kind, weight, refers
            mark.standing, mark.living, mark.foreign = standing, living, not understood
            mark.denied = kind == NEGATIVE and self.is_denied(texts[hit[5]][: hit[0]])
            mark.context = self.context(mark)
            out.append(mark)
        return out[:MOST_MARKS]

    def context(self, mark):
        if mark.kind == NEGATIVE:
            return self.contexts.get(mark.refers[0]) if mark.refers else None
        if mark.kind == PRODUCT and mark.refers:
            if mark.refers[0].startswith("fossil") or mark.refers[0] == "mammoth-ivory":
                return "negative.fossil"
            if mark.refers[0] == "printed-leather":
                return "negative.print"
        return None

    def is_denied(self, before):
        tail = words.fold(before[-24:].encode()[-24:].decode(errors="ignore")).rstrip(" '’")
        if not tail:
            return False
        if words.CLASS[ord(tail[-1])] == "R":
            return any(tail.endswith(word) for word in self.negations if words.CLASS[ord(word[0])] == "R")
        for word in self.negations:
            if tail.endswith(word):
                rest = tail[: -len(word)]
                if not rest or not (rest[-1].isalnum() or rest[-1] == "'"):
                    return True
        return False

    def features(self, marks, at, around):
        """Name, value and mark of all that counts in an ad about the mark `at`."""
        anchor = marks[at]
        standing, kind = anchor.standing, anchor.kind
        is_taxon = kind == TAXON
        found = [("base", 1.0, None)]
        add = found.append
        if kind == TAXON:
            add(("taxon.scientific" if standing["scientific"] else TAXA[anchor.weight], 1.0, at))
        else:
            add((ANCHORS[kind, anchor.weight], 1.0, at))
        if is_taxon and standing["kept"]:
            add(("taxon.kept", 1.0 if standing["scientific"] or anchor.weight == 2 else 0.4, at))
        if anchor.part:
            add(("anchor.part", 1.0, at))
        if anchor.foreign:
            add(("anchor.foreign", FOREIGN[anchor.weight], at))
        if standing["partly"]:
            add(("anchor.partly", 1.0, at))
        if standing["below"]:
            add(("anchor.below", 1.0, at))
        if anchor.disguised:
            add(("disguised", 1.0, at))
        near = [nearness(mark, anchor) for mark in marks]
        same = [same_words(mark, anchor) for mark in marks]
        more = {
            mark.standing["about"]
            for mark, close, overlaps in zip(marks, near, same)
            if mark.kind in ABOUT and mark.standing["counts"] and (mark.kind != TAXON or not is_taxon)
            and mark.standing["about"] != standing["about"]
            and (mark.standing["class"] != standing["class"] or not mark.standing["class"])
            and not overlaps and close >= 0.5
        }
        if more:
            add(("anchor.more", float(min(2, len(more))), None))
        depth = min(1.0, anchor.place / 80.0)
        if anchor.field == 0:
            buried = depth * 0.5
        elif any(mark.field == 0 and mark.term == anchor.term for mark in marks):
            buried = 0.0
        else:
            buried = 0.3 + depth * 0.7
        if buried > 0.0:
            add(("anchor.buried", buried, at))
        self.unlisted(marks, anchor, near, add)
        self.beside(marks, at, near, same, add)
        self.negatives(marks, at, near, add)
        self.claims(marks, add)
        generic = standing["partly"] or kind == PRODUCT
        kept = standing["kept"]
        shelf = around["category"]
        for name, there in (
            ("price", around["price"]), ("grams", around["grams"]), ("contact", around["contact"]), ("isbn", around["isbn"]),
            (f"category.{shelf}", shelf and (shelf != "alive" or kept)), ("size", around["size"] and kept),
            ("taxon.unknown", around["unknown"] and generic),
        ):
            if there:
                add((name, NAMED if name == "price" and self.is_named_for_sale(anchor, found) else 1.0, None))
        return found

    def is_named_for_sale(self, anchor, found):
        """True where the title names an animal or plant of a group that is mostly traded alive,
        and nothing speaks of something else."""
        standing = anchor.standing
        return (
            anchor.kind == TAXON and (standing["scientific"] or anchor.weight == 2) and not anchor.part
            and anchor.field == 0 and anchor.place < BEGINNING and standing["kept"]
            and any(name == "clean" for name, _, _ in found)
        )

    def unlisted(self, marks, anchor, near, add):
        """A taxon that is not listed and is named beside an anchor that could be of it."""
        if anchor.weight == 2 and anchor.kind == TAXON:
            return
        best = None
        for at, mark in enumerate(marks):
            standing = mark.standing
            if mark.kind == TAXON and standing["exempt"] and (standing["scientific"] or mark.weight == 2) \
                    and standing["class"] == anchor.standing["class"]:
                value = max(near[at], 0.8 if mark.field == 0 else 0.0)
                if best is None or value > best[1]:
                    best = ("taxon.unlisted", value, at)
        if best:
            add(best)

    def beside(self, marks, at, near, same, add):
        """Parts, forms, tells, offers and requests around the anchor."""
        anchor = marks[at]
        kind = {TAXON: "taxon", CRAFT: "craft"}.get(anchor.kind, "product")
        is_kept = anchor.kind == TAXON and anchor.standing["kept"]
        best = {}
        close = set()
        for place, mark in enumerate(marks):
            wanted = mark.kind
            if wanted == NEGATIVE and mark.denied and mark.context == "negative.imitation":
                wanted = TELL
            # Work that is typical of the material: *puzzle ball* beside *ivory*.
            if wanted == CRAFT and anchor.kind == PRODUCT and mark.standing["about"] == anchor.standing["about"]:
                wanted = SPECIMEN
            if wanted == ASK:
                share = SHARES[mark.weight]
                value = 1.0 if mark.place <= 1 else share if mark.field == 0 else 0.25 * share
                if ASK not in best or value > best[ASK][0]:
                    best[ASK] = value, place
                continue
            if wanted not in (SPECIMEN, TELL, OFFER, CONTACT):
                continue
            if mark.kind == SPECIMEN and near[place] >= 0.5:
                close.add(mark.term)
            if same[place] and not mark.part:
                continue
            if mark.kind == SPECIMEN and anchor.kind == PRODUCT and mark.text in anchor.text:
                continue
            share = SHARES[mark.weight]
            if is_kept and mark.living:
                share = max(share, 0.65)
            value = near[place]
            if wanted == TELL and mark.weight == 2:
                value = max(value, 0.75)
            value *= share
            if wanted not in best or value > best[wanted][0]:
                best[wanted] = value, place
        if SPECIMEN in best:
            add((f"{kind}.specimen", *best[SPECIMEN]))
            if len(close) > 1:
                add(("specimen.more", float(min(3, len(close) - 1)), None))
        if TELL in best:
            add((f"{kind}.tell", *best[TELL]))
        for wanted, name in ((OFFER, "offer"), (CONTACT, "contact")):
            if wanted in best:
                value, place = best[wanted]
                add((name, max(value, 0.5), place))
        if ASK in best:
            add(("ask", *best[ASK]))

    def negatives(self, marks, at, near, add):
        """For each context the strongest word of it."""
        anchor = marks[at]
        contexts = {}
        for place, mark in enumerate(marks):
            name = mark.context
            if not name or mark.denied or (place == at and name == "negative.print"):
                continue
            if name == "negative.fossil" and any(is_of_sharks(mark) for mark in marks):
                name = "negative.fossil-shark"
            close = near[place]
            if mark.field == 0 != anchor.field:
                close = max(close, 0.6)
            if mark.weight == 2:
                value = 1.0
            else:
                value = (0.9 if mark.kind == PRODUCT or mark.weight == 1 else 0.4) * close
            if name == "negative.pet-supplies":
                is_first = (mark.place, mark.start) < (anchor.place, anchor.start)
                if mark.field == 0 and (is_first or anchor.field != 0):
                    value = max(value, 0.8) * 2.0
                else:
                    value *= 0.4
            elif name == "negative.fossil" and anchor.kind == CODE and anchor.weight == 2:
                value *= FOSSIL_CODE
            if name not in contexts or value > contexts[name][0]:
                contexts[name] = value, place
        if all(value < 0.3 for value, _ in contexts.values()):
            add(("clean", 1.0, None))
        for name in sorted(contexts):
            add((name, *contexts[name]))

    def claims(self, marks, add):
        claims = {}
        for place, mark in enumerate(marks):
            if mark.kind == LEGALITY and mark.refers and mark.refers[0] in CLAIMS:
                name, value = f"claim.{CLAIMS[mark.refers[0]]}", SHARES[mark.weight]
                if name not in claims or value > claims[name][0]:
                    claims[name] = value, place
        for name in sorted(claims):
            add((name, *claims[name]))

    def judged(self, marks, around):
        """Points, features and place of each anchor, the most points first."""
        weights = self.weights
        found = []
        for at, mark in enumerate(marks):
            if mark.kind in ABOUT and mark.standing["counts"]:
                features = self.features(marks, at, around)
                points = 0.0
                for name, value, _ in features:
                    points += value * weights.get(name, 0.0)
                found.append((points, features, at))
        found.sort(key=lambda one: (-one[0], one[2]))
        return found

    def points_by(self, marks, around):
        """The points of `judged` alone, by whether a price and whether a contact is given."""
        weights, anchors = self.weights, []
        around = around | {"price": True, "contact": True}
        for at, mark in enumerate(marks):
            if mark.kind in ABOUT and mark.standing["counts"]:
                features = self.features(marks, at, around)
                # What was read from a word counts whatever the figures are.
                anchors.append([(mark is None and name, value * weights.get(name, 0.0)) for name, value, mark in features])

        def points(price, contact):
            out = {name for name, given in (("price", price), ("contact", contact)) if not given}
            return max((sum(worth for name, worth in features if name not in out) for features in anchors), default=0.0)

        return points

    def ceiling(self, hits, texts, around):
        """The most points that words alone can come to: none is foreign, price and contacts are given."""
        is_ascii = all(map(str.isascii, texts))
        marks = self.marks(hits, texts, -1)
        for mark in marks:
            if mark.kind == NEGATIVE and not (is_ascii and mark.languages & (UNIVERSAL | ENGLISH)):
                mark.denied = True
        around = around | {"price": True, "contact": True, "isbn": True, "unknown": True}
        weights, most = self.weights, -1e9
        for at, mark in enumerate(marks):
            if mark.kind in ABOUT and mark.standing["counts"]:
                points = 0.0
                for name, value, _ in self.features(marks, at, around):
                    worth = value * weights.get(name, 0.0)
                    if worth > 0 or name not in UNSETTLED:
                        points += worth
                most = max(most, points)
        return most + 1e-6

    def score(self, points):
        return int(min(100.0, max(0.0, math.floor(points + 0.5))))

    def verdict(self, score):
        return "flag" if score >= self.flag else "review" if score >= self.review else "clear"

    def finding(self, ad, marks, judged, language):
        """What pugmark prints of it, but claims, duties and reasons."""
        points, features, _ = judged[0]
        anchors = sorted(at for other, _, at in judged if other >= points - BEHIND)
        by_mark = {at: 0.0 for at in anchors}
        for name, value, at in features:
            worth = value * self.weights.get(name, 0.0)
            if at is not None and (worth or at in by_mark):
                by_mark[at] = by_mark.get(at, 0.0) + worth
        hits = []
        for at in sorted(by_mark):
            mark = marks[at]
            name, text = ad.fields[mark.field]
            product, taxa = self.terms[mark.term][5:7]
            hits.append({
                "term": text[mark.start : mark.end], "kind": KINDS[mark.kind], "product": product,
                "taxon": taxa[0][0] if mark.kind == TAXON and taxa else None,
                "language": language_of(mark.languages, language), "field": name, "start": mark.start, "end": mark.end,
                "points": rounded(by_mark[at]),
            })
        order = {name: at for at, (name, _) in reversed([*enumerate(ad.fields)])}
        hits.sort(key=lambda hit: (order[hit["field"]], hit["start"], hit["end"]))
        score = self.score(points)
        return {
            "score": score, "verdict": self.verdict(score), "language": language, "hits": hits,
            "status": self.status(meant for at in anchors for meant in self.terms[marks[at].term][6]),
        }

    def status(self, taxa):
        """The listings of the taxa, the strictest over all."""
        listed = {name: (name, appendix, annex) for name, appendix, annex, _ in taxa if appendix or annex}
        if not listed:
            return None
        listed = sorted(listed.values(), key=lambda one: (grade(one[1]), one[0]))

        def strictest(at):
            grades = [one for meant in listed if meant[at] for one in meant[at].split("/")]
            return min(grades, key=lambda one: GRADES[one]) if grades else None

        return {
            "appendix": strictest(1), "annex": strictest(2),
            "taxa": [
                dict(zip(("name", "class", "order", "family", "appendix", "annex"), (name, *self.taxa[name], appendix, annex)))
                for name, appendix, annex in listed[:MOST_TAXA]
            ],
        }


def is_of_sharks(mark):
    return any(to.startswith("shark-") or to in ("fossil-shark-tooth", "Elasmobranchii") for to in mark.refers)


def grade(listed):
    return GRADES[listed.split("/")[0] if listed else None]


def rounded(points):
    return int(math.copysign(math.floor(abs(points) + 0.5), points))


def language_of(languages, spoken):
    """The language of the ad where the term has it, else the term's first."""
    if spoken and languages >> PLACE[spoken] & 1:
        return spoken
    code = next(code for place, code in enumerate(CODES) if languages >> place & 1)
    return None if code == "xx" else code
