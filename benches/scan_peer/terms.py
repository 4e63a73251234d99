"""Makes the tables that the peer looks words up in, from what pugmark says and ships.

A port of src/lexicon/inflection.rs, endings.rs, read.rs and index/compile.rs, and of
src/scan/meaning.rs for the scope `listed`. Terms stand in pugmark's order, since ties are
settled by it.
"""

import csv
import json
import pathlib
import re
import subprocess

import words
from words import fold

DATA = pathlib.Path(__file__).resolve().parent.parent.parent / "species-data"
CODES = "la en fr de nl es it pt pl cs ru uk zh ja ko vi th id ar tr sv fi hu xx".split()
PLACE = {code: place for place, code in enumerate(CODES)}
KINDS = "taxon product specimen craft tell offer ask contact legality code negative".split()
TAXON, PRODUCT, SPECIMEN, CRAFT, TELL, OFFER, ASK, CONTACT, LEGALITY, CODE, NEGATIVE = range(11)
ABOUT = {TAXON, PRODUCT, CRAFT, CODE}
WEIGHTS = {"weak": 0, "medium": 1, "strong": 2}

ENDINGS = {
    "west": " a ach ami am ata ati atek ech eho ej ek em emi emu er ey i ich ie iego iej iemu im imi in ich iho imu iom "
    "iow ka ki ke ku kiem kow kami ku ko m mi my och om ou ove ovi ow owa owe owi owie owych owej owym owa ovy ova ovou "
    "ovym ovych u um umi us y ych ym ymi yho ymu ze zi ia iu e ego ek ku cie ce cy on onu onem nej neho nych nym ni nou "
    "na ne ny",
    "east": "а у ом ем е ы и ов ев ей ам ям ами ями ах ях ой ою ею ей я ю ь ью ья ье ий ый ой ого его ому ему ым им ом ем "
    "ых их ыми ими ая яя ое ее ую юю ые ие ою ею і ї є їв ів ові еві єві єю ій їй ої ьої ому ьому ії иї ею ю ому ими їх іх "
    "ми овый овая овое овые ового овой овую овым овых овий ова ове ові ових овим ову ової овою иный иная инный ка ки ку кой "
    "ке ок кам ками ків ик ика иков иком чик чика ек ёк онок ёнок енок ята ят ятами еня енята енят ко ца це ці цы ами ин "
    "ина ины ину ячий ячья ый ая иха ихи ису ис иса иск ска ск ч ча чи чей чий чья чьи",
    "sv": "n en t et r ar er or na rna arna erna orna s ns ens ts ets rs ars ers ors nas rnas arnas ernas ornas",
    "fi": "n t a ta tta ssa sta an en in on un yn han hin hon hun seen lla lta lle ksi na ja jen ien iden itten ia oja ojen "
    "oita oiden oissa oista oihin oilla oilta oille oina eja ejen eita eiden eissa eista ita issa ista iin illa ilta ille "
    "iksi ina i ni si nsa mme nne kin ko",
    "hu": "k ok ek ak t at et ot nak nek ban ben bol val vel hoz hez ra re rol tol ba be on en n kat ket okat eket akat ja je "
    "jai jei juk i ig ert kent a e m d uk nk onk okkal ekkel okban ekben oknak eknek okrol ekrol okbol ekbol os es as bal "
    "bel cal cel dal del gal gel jal jel kal kel lal lel mal mel nal nel pal pel ral rel sal sel tal tel zal zel",
    "ar": "ه ها هم ي ك نا ات ين ون ان يه ا اء تين يات اتها اته",
}
ENDINGS = {family: frozenset(text.split()) for family, text in ENDINGS.items()}
TURKISH = "lar ler i u a e ya ye yi yu da de ta te dan den tan ten in un nin nun im um si su na ne ni nu nda nde ndan nden " \
    "la le yla yle li lu lik luk siz suz ci cu ca ce n m dir dur tir tur miz muz niz nuz ki cik cuk cigi sini sunu"
TURKISH = re.compile(f"(?:{'|'.join(TURKISH.split())})+").fullmatch
PART_ENDINGS = ("", "e", "en", "er", "n", "s", "es")


def ending_fits(family, stem, rest):
    """True when `rest` may follow `stem`."""
    if not rest:
        return True
    if len(rest) > 8 or not rest.isalpha():
        return False
    if family == "any":
        return len(rest) <= 6
    if family == "tr":
        return (stem[-1] in "aeiou" or rest[0] not in "nmsy") and TURKISH(rest) is not None
    return rest in ENDINGS[family] and (family != "east" or len(rest) <= 2 or len(stem) >= 4)


def replaced(word, changes):
    """The forms that a change of the end makes: ("co", "chi ci")."""
    return [word[: -len(end)] + new for end, news in changes for new in news.split() if word.endswith(end)]


def forms(word, code, inflection):
    """Whole forms, a stem with the family of its endings or None, and whether compounds count."""
    whole = [word]
    if inflection == "fixed" or len(word) < 3 or re.search("[0-9]", word):
        return whole, None, False
    compound = inflection == "compound" and len(word) >= 4
    if inflection == "stem":
        return whole, (word, "any"), compound
    if code in SPELLED:
        SPELLED[code](word, inflection, whole)
    stem = None
    if code in ("pl", "cs", "ru", "uk"):
        stem = slavic(word, inflection)
    elif code in ("tr", "sv", "fi", "hu", "ar"):
        stem = word, code
    return whole, stem, compound


def english(word, inflection, whole):
    if inflection == "verb":
        stem = word.removesuffix("e")
        whole += [word + "s", stem + "ed", stem + "ing"]
        return
    if inflection == "adjective":
        return
    whole.append(word + "s")
    if word.endswith("y"):
        whole.append(word[:-1] + "ies")
    elif word.endswith(("s", "x", "z", "o", "ch", "sh")):
        whole.append(word + "es")
    elif word.endswith(("fe", "f")):
        whole.append(re.sub("fe?$", "", word) + "ves")
    else:
        whole += replaced(word, [("tooth", "teeth"), ("foot", "feet")])


def french(word, inflection, whole):
    if inflection == "verb":
        stem = word.removesuffix("er")
        whole += [stem + ending for ending in "e es ons ez ent é ée és ées".split()]
        return
    if word.endswith(("eau", "eu", "ou")):
        whole.append(word + "x")
    elif word.endswith("al"):
        whole.append(word[:-2] + "aux")
    if not word.endswith(("s", "x", "z")):
        whole.append(word + "s")
    if inflection == "adjective":
        whole += replaced(word, FRENCH)
        whole += [word + "e", word + "es"]


def german(word, inflection, whole):
    if inflection == "verb":
        stem = word.removesuffix("en") if word.endswith("en") else word.removesuffix("n")
        whole += [stem + ending for ending in "e t te ten est et".split()]
        return
    if inflection == "adjective":
        stem = word.removesuffix("e")
        whole += [stem + ending for ending in ("", "e", "en", "er", "es", "em")]
        return
    whole += [word + ending for ending in "e en n s es r er ern chen nen".split()]
    vowels = [at for at, c in enumerate(word) if c in "aouäöü"]
    if vowels and word[vowels[-1]] in "aou":
        at = vowels[-1]
        if word[at] == "u" and word[at - 1 : at] == "a":
            stem = word[: at - 1] + "äu" + word[at + 1 :]
        else:
            stem = word[:at] + {"a": "ä", "o": "ö", "u": "ü"}[word[at]] + word[at + 1 :]
        whole += [stem + ending for ending in ("", "e", "en", "er", "ern", "n", "chen", "lein")]


def dutch(word, inflection, whole):
    stems, vowels = [], "aeiou"
    if len(word) >= 3 and word[-1] not in vowels:
        head, a, b, last = word[:-3], word[-3], word[-2], word[-1]
        if a in vowels and a == b:
            stems.append(head + a + {"f": "v", "s": "z"}.get(last, last))
        elif b in vowels and a not in vowels:
            stems.append(head + a + b + last + last)
    if word.endswith(("f", "s")):
        stems.append(word[:-1] + ("v" if word.endswith("f") else "z"))
    if inflection == "adjective":
        whole += [word + "e"] + [stem + "e" for stem in stems]
        return
    whole += [word + ending for ending in "s en n je jes tje tjes pje pjes".split()]
    whole += [stem + ending for stem in stems for ending in ("en", "etje", "etjes")]


FRENCH = [("f", "ve ves"), ("x", "se ses"), ("er", "ère ères"), ("en", "enne ennes"), ("el", "elle elles")]
IBERIAN = [
    ("z", "ces"), ("ão", "ões ãos ães"), ("m", "ns"), ("al", "ales ais"), ("el", "eles éis eis"), ("il", "iles is eis"),
    ("ol", "oles óis"), ("ón", "ones"), ("o", "a as os ito itos"), ("a", "ita itas"),
]
ITALIAN = [
    ("co", "chi ci ca che"), ("go", "ghi gi ga ghe"), ("ca", "che"), ("ga", "ghe"), ("cia", "ce cie"), ("gia", "ge gie"),
    ("io", "i ia ie"), ("o", "i a e ini ino"), ("a", "e i"), ("e", "i"),
]


def iberian(word, _, whole):
    whole += [word + "s", *replaced(word, IBERIAN)]
    if word[-1] not in "aeiousmz":
        whole += [word + "es", word + "a"]


SPELLED = {
    "en": english, "fr": french, "de": german, "nl": dutch, "es": iberian, "pt": iberian,
    "it": lambda word, _, whole: whole.extend(replaced(word, ITALIAN)),
    "id": lambda word, _, whole: whole.append(word + "nya"),
}
ADJECTIVE = tuple("ый ий ой ая яя ое ее ые ие ій".split())


def slavic(word, inflection):
    longest = 2 if inflection == "adjective" or (len(word) >= 6 and word.endswith(ADJECTIVE)) else 1
    stem = word
    for _ in range(longest):
        if len(stem) > 3 and stem[-1] in "aeiouyáéíóúýěąęůаеиоуыэюяіїєьйё":
            stem = stem[:-1]
    latin = not "\u0400" <= word[0] <= "\u052f"
    if len(stem) < (4 if latin else 3):
        return None
    return stem, "west" if latin else "east"


def read_lists(name):
    """Rows of a file whose second column holds words parted by `|`."""
    with open(DATA / "lexicon" / name, encoding="utf-8") as lines:
        next(lines)
        return [(code, rest.rstrip("\n").split("|")) for code, rest in (line.split(",", 1) for line in lines)]


def read_csv(name):
    with open(DATA / name, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def function_words():
    found = {}
    for code, listed in read_lists("function-words.csv"):
        for word in listed:
            found[fold(word)] = found.get(fold(word), 0) | 1 << PLACE[code]
    return found


def lexicon_terms(program):
    """text, kind, refers_to, inflection, weight, place of the language."""
    said = subprocess.run([program, "lexicon", "list", "--format", "jsonl"], stdout=subprocess.PIPE, check=True).stdout
    for line in said.splitlines():
        row = json.loads(line)
        kind, weight = KINDS.index(row["kind"]), WEIGHTS[row["weight"]]
        yield row["term"], kind, tuple(row["refers_to"]), row["inflection"], weight, PLACE[row["language"]]


def name_terms():
    """The names of taxa; one that several bear is one term."""
    homes = {}
    for row in read_csv("taxa.csv"):
        moved = row["kind"] in ("synonym", "former", "included")
        homes[row["name"]] = row["accepted" if moved else "name"]
    bearers = {}
    rows = [(0, name, home) for name, home in homes.items()]
    for path in (DATA / "names").glob("*.csv"):
        if path.stem in PLACE:
            rows += [
                (PLACE[path.stem], row["name"], homes[row["taxon"]])
                for row in read_csv(f"names/{path.name}")
                if row["taxon"] in homes
            ]
    for place, name, home in rows:
        letters = sum(words.is_letter(c) or c.isnumeric() for c in name)
        shortest = 2 if CODES[place] in ("zh", "ja", "ko", "th") else 3
        if letters >= shortest and not name.startswith("-") and not name.endswith("-"):
            bearers.setdefault((place, name.lower()), set()).add(home)
    for (place, text), taxa in sorted(bearers.items()):
        yield text, TAXON, tuple(sorted(taxa)), name_inflection(CODES[place], text), name_weight(CODES[place], text), place


def name_inflection(code, text):
    if code in ("la", "vi", "xx"):
        return "fixed"
    if code in ("zh", "ja", "ko", "th"):
        return "inside"
    single = " " not in text and "-" not in text
    return "compound" if code in ("de", "nl", "sv") and single and len(text) >= 4 else "noun"


def name_weight(code, text):
    if " " in text or "-" in text:
        return 2
    if text.isascii() and len(text) <= 3:
        return 0
    if words.CLASS[ord(text[0])] == "R":
        long = len(text) >= (3 if all("\u3400" <= c <= "\u9fff" for c in text) else 4)
    else:
        long = code in ("de", "nl", "sv", "fi", "hu") and len(text) >= 10
    return 2 if long else 1


class Meanings:
    """What pugmark says of the taxa that a term means."""

    def __init__(self, program, refers):
        names = {name for row in read_csv("taxa.csv") for name in (row["name"], row["accepted"]) if name}
        self.products = {row["id"]: [*filter(None, row["taxa"].split("|"))] for row in read_csv("products.csv")}
        names |= {taxon for taxa in self.products.values() for taxon in taxa}
        names |= {row["taxon"] for row in read_csv("lexicon/kept.csv")} | refers
        self.program, self.answers = program, {}
        self.ask(names)
        self.genera = {row["name"]: row["genus"] for row in read_csv("taxa.csv")}
        kept = [self.answers[row["taxon"]] for row in read_csv("lexicon/kept.csv")]
        self.kept = {answer["taxon"]["name"] for answer in kept if answer}

    def ask(self, names):
        names = sorted(names)
        command = [self.program, "species", "-", "--format", "jsonl"]
        said = subprocess.run(command, input="\n".join(names).encode(), stdout=subprocess.PIPE).stdout
        for name, line in zip(names, said.splitlines(), strict=True):
            answer = json.loads(line)
            assert answer["query"] == name
            self.answers[name] = answer if answer["found"] else None

    def meant(self, answer):
        """Taxon, Appendices, Annexes, whether only taxa below it are listed."""
        name, below = answer["taxon"]["name"], answer["below"]
        listed = [answer["cites"]["appendix"], answer["eu"]["annex"]]
        if any(listed):
            # Of a genus that is listed but for most of its species both count.
            most = re.search(r"most species of \S+ in the data are (.*?), not in", " ".join(answer["notes"]))
            for at, word in enumerate(("Appendix", "Annex")):
                more = re.findall(rf"{word} (\S+)", most[1]) if most else []
                listed[at] = "/".join(sorted({*more, *filter(None, [listed[at]])})) or None
            return name, *listed, False
        if below:
            return name, below["appendix"], below["annex"], True
        return name, None, None, False

    def of(self, text, kind, refers, weight, languages):
        """The product, the taxa that are meant, and the standing in the judgement."""
        named, of_product, product = [], [], None
        for to in refers:
            if kind != TAXON and to in self.products:
                product = product or to
                of_product += self.products[to]
            else:
                named.append(to)
        names = named or of_product
        answers = {}
        for name in names:
            if answer := self.answers[name]:
                answers.setdefault(answer["taxon"]["name"], answer)
        taxa = [self.meant(answer) for answer in answers.values()]
        listed = [bool(appendix or annex) for _, appendix, annex, _ in taxa]
        classes = {answer["taxon"]["class"] for answer in answers.values()}
        is_name = kind == TAXON
        return product, taxa, {
            "counts": any(listed),
            "partly": not all(listed),
            "kept": is_name and any(map(self.is_kept, answers.values())),
            "exempt": bool(taxa) and not any(listed),
            "class": next(iter(classes)) or "" if len(classes) == 1 else "",
            "about": next(iter(answers)) if is_name and taxa else refers[0] if refers else "",
            "below": bool(taxa) and all(meant[3] or not is_listed for meant, is_listed in zip(taxa, listed)),
            "scientific": is_name and languages & 1 == 1 and " " in text,
        }

    def is_kept(self, answer):
        taxon = answer["taxon"]
        above = [taxon["name"], taxon["class"], taxon["order"], taxon["family"], self.genera.get(taxon["name"])]
        return any(name in self.kept for name in above)


class Compiler:
    """Fills the tables; see src/lexicon/index/compile.rs."""

    def __init__(self):
        self.function_words = function_words()
        self.terms, self.known, self.patterns, self.shared = [], {}, {}, {}
        self.whole, self.stems, self.parts, self.runs = {}, {}, {}, {}

    def add(self, text, kind, refers, inflection, weight, place):
        lower = text.lower()
        tokens = words.cut(lower)
        folded = "".join(token[2] for token in tokens)
        if not tokens or (kind == TAXON and len(tokens) == 1 and folded in self.function_words):
            return
        key = (kind, weight, folded, refers)
        term = self.known.get(key)
        if term is None:
            term = self.known[key] = len(self.terms)
            self.terms.append([text, kind, weight, 0, refers])
        self.terms[term][3] |= 1 << place
        if all(token[3] == words.RUN for token in tokens):
            self.runs.setdefault(folded, []).append((term, place, inflection == "fixed"))
            return
        patterns = []
        for start, end, *_ in tokens:
            written = lower[start:end]
            of_word = inflection if len(written) >= 4 or len(tokens) == 1 else "fixed"
            patterns.append(self.pattern(written, CODES[place], of_word))
        self.entry(term, place, patterns)
        if kind <= CRAFT and len(patterns) == 2 and CODES[place] in ("pl", "cs", "ru", "uk"):
            self.entry(term, place, patterns[::-1])

    def pattern(self, word, code, inflection):
        """Whole forms with their accents, stem, ending, part of compounds, whether ä is not a."""
        key = (word, None if inflection == "fixed" else code, inflection)
        if key in self.patterns:
            return self.patterns[key]
        whole, stem, compound = forms(word, code, inflection)
        whole += [
            form.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue") for form in whole if re.search("[äöü]", form)
        ]
        folded = {}
        for at, form in enumerate(whole):
            short = fold(form)
            if at and short in self.function_words:
                continue
            ways = folded.setdefault(short, [])
            way = (words.accented(form), short != form)
            if way not in ways:
                ways.append(way)
        code = key[1] or ""
        shortest = 3 if code in ("es", "fr", "it", "pt") else 4
        strict = (len(word) <= shortest and code != "vi") or code in ("de", "sv", "fi", "hu", "tr")
        pattern = (folded, fold(stem[0]) if stem else "", stem and stem[1], fold(word) if compound else "", strict)
        self.patterns[key] = pattern
        return pattern

    def entry(self, term, place, patterns):
        first, *later = patterns
        later = tuple(later)
        entry = (term, place, later, first)
        for form in first[0]:
            self.whole.setdefault(form, []).append(entry)
        if len(first[1]) >= 3:
            self.stems.setdefault(first[1], []).append(entry)
        if first[3] and not later:
            self.parts.setdefault(first[3], []).append(entry)


def prepare(program):
    """All tables, from the program and the files that it was built of."""
    compiler = Compiler()
    for term in lexicon_terms(program):
        compiler.add(*term)
    for term in name_terms():
        compiler.add(*term)
    meanings = Meanings(program, {to for term in compiler.terms if term[1] in ABOUT for to in term[4]})
    living = {fold(word) for _, listed in read_lists("living.csv") for word in listed}
    terms = []
    for text, kind, weight, languages, refers in compiler.terms:
        if kind in ABOUT:
            about = meanings.of(text, kind, refers, weight, languages)
        else:
            about = next((to for to in refers if to in meanings.products), None), [], {}
        terms.append((text, kind, weight, languages, refers, *about, kind == SPECIMEN and fold(text) in living))
    records = {answer["taxon"]["name"]: answer["taxon"] for answer in meanings.answers.values() if answer}
    return {
        "terms": terms,
        "whole": compiler.whole, "stems": compiler.stems, "parts": compiler.parts, "runs": compiler.runs,
        "function_words": compiler.function_words,
        "taxa": {name: tuple(record[of] for of in ("class", "order", "family")) for name, record in records.items()},
        "weights": {row["feature"]: float(row["points"]) for row in read_csv("lexicon/weights.csv")},
        "negations": sorted({fold(word) for _, listed in read_lists("negations.csv") for word in listed}),
        "categories": [(shelf, fold(word)) for shelf, listed in read_lists("categories.csv") for word in listed],
        "measures": {fold(row["word"]): (row["kind"], row["value"]) for row in read_csv("lexicon/measures.csv")},
        "rates": {row["currency"]: float(row["rate"]) for row in read_csv("rates.csv")},
    }
