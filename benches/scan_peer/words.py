"""Cuts text into folded words, and reads what a seller may have meant by `i v o r y` or `iv0ry`.

A port of src/lexicon/fold.rs, src/lexicon/words.rs and src/scan/normal. A word is a tuple:
start, end, folded form, shape, gap before it, accented form, whether folding took an accent
away. Places count code points. A gap is "" (none), "S" (a space), "W" (several), "B" (a
break) or "J" and the sign between.
"""

import re
import unicodedata

WORD, NUMBER, RUN, PICTURE, CURRENCY = 2, 1, 3, 4, 5

RANGES = (
    # Invisible: zero width, direction, marks; runs without spaces; pictures.
    ("I", "ad ad 34f 34f 61c 61c 115f 1160 17b4 17b5 180b 180e 200b 200f 202a 202e 2060 206f fe00 fe0f feff feff "
          "e0000 e0fff 300 36f 640 640 64b 65f 670 670"),
    ("R", "e00 eff 1000 109f 1780 17ff 3005 3007 3041 30ff 3400 4dbf 4e00 9fff ac00 d7a3 f900 faff ff66 ff9f 20000 3ffff"),
    ("L", "1f1e6 1f1ff"),
    ("P", "2600 27bf 1f300 1faff"),
    ("C", "24 24 a3 a3 a5 a5 ffe5 ffe5 e3f e3f 20a0 20c0"),
)
RANGES = [
    (letter, int(low, 16), int(high, 16))
    for letter, text in RANGES
    for low, high in zip(text.split()[::2], text.split()[1::2])
]


class Table(dict):
    """What each character stands for, found when it is first met; for str.translate."""

    def __init__(self, find):
        super().__init__()
        self.find = find

    def __missing__(self, code):
        self[code] = value = self.find(chr(code))
        return value


# What counts as a letter beyond those of Python: vowels and marks written on to others, signs in circles.
LETTERS = "345 345 5b0 5bd 5bf 5bf 5c1 5c2 5c4 5c5 5c7 5c7 610 61a 64b 657 659 65f 670 670 6d6 6dc 6e1 6e4 6e7 6e8 6ed 6ed " \
    "e31 e31 e34 e3a e4d e4d 24b6 24e9 1f130 1f149 1f150 1f169 1f170 1f189"
LETTERS = [(chr(int(low, 16)), chr(int(high, 16))) for low, high in zip(LETTERS.split()[::2], LETTERS.split()[1::2])]


def is_letter(c):
    return c.isalpha() or unicodedata.category(c) == "Nl" or any(low <= c <= high for low, high in LETTERS)


def find_class(c):
    code = ord(c)
    if c == "\n":
        return "N"
    if c.isspace():
        return "S"
    if c in ".'’":
        return "."
    if c in ",;:()":
        return "," if c == "," else ";"
    for letter, low, high in RANGES:
        if low <= code <= high:
            return letter
    if is_letter(c):
        return "L"
    return "D" if c.isnumeric() else "O"


CLASS = Table(find_class)
TOKEN = re.compile(r"(D(?![DI]*L)(?:[DI]|[.,](?=D))*)|([LD][LDI]*)|(R[RI]*)|(PI*)|(CI*)")

SPECIAL = dict(zip("ßẞæÆœŒøØłŁđĐðÐþÞıİħ", "ss ss ae ae oe oe o o l l d d d d th th i i h".split()))
SPECIAL |= dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz"))
SPECIAL |= dict(zip("أإآٱةىکی", "ااااهيكي"))


def is_mark(c):
    return "\u0300" <= c <= "\u036f" or "\u064b" <= c <= "\u065f" or c == "\u0670"


def find_fold(c):
    code = ord(c)
    if CLASS[code] == "I":
        return ""
    if c in SPECIAL:
        return SPECIAL[c]
    if 0xAC00 <= code <= 0xD7A3 or 0x3041 <= code <= 0x30FF or 0xE01 <= code <= 0xE7F:
        return c
    if 0x1F1E6 <= code <= 0x1F1FF:
        return chr(code - 0x1F1E6 + 97)
    parts = (SPECIAL.get(part, part.lower()) for part in unicodedata.normalize("NFKD", c) if not is_mark(part))
    return "".join(letter for part in parts for letter in part if not is_mark(letter))


FOLD = Table(find_fold)
VOICED = {0xFF9E: "\u3099", 0xFF9F: "\u309a"}


def fold(text):
    return text.lower() if text.isascii() else text.translate(FOLD)


def accented(text):
    """The letters in lower case with their accents."""
    lower = unicodedata.normalize("NFC", text.lower())
    return "".join(c for c in lower if CLASS[ord(c)] != "I")


def read_word(text):
    """The folded form, the accented form, and whether folding took an accent away."""
    if any(c in text for c in "ﾞﾟ\u3099\u309a"):
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text.translate(VOICED)))
    form = text.translate(FOLD)
    lost = any(
        "\u0300" <= c <= "\u036f" or (c > "\x7f" and CLASS[ord(c)] != "I" and FOLD[ord(c)] != c.lower()) for c in text
    )
    return form, accented(text), lost


KNOWN = {}


def find_gap(between):
    classes = between.translate(CLASS)
    seen = classes.replace("I", "")
    if not seen:
        return ""
    if len(seen) == 1:
        if seen == "N":
            return "B"
        if seen == "S":
            return "S"
        if seen not in ",;":
            return "J" + between[classes.index(seen)]
    return "W" if classes.strip("S") == "" else "B"


GAPS = {" ": "S", "": "", ", ": "B"}


def cut(text):
    """The words of `text`."""
    plain, places = (text, None) if "&" not in text and not MAYBE_BROKEN(text) else undo(text)
    tokens, last, first = [], 0, True
    for match in TOKEN.finditer(plain.translate(CLASS)):
        start, end = match.span()
        shape = match.lastindex
        if first:
            gap, first = "B", False
        else:
            between = plain[last:start]
            gap = GAPS.get(between)
            if gap is None:
                gap = GAPS[between] = find_gap(between)
        last = end
        word = plain[start:end]
        if shape == WORD and word[0].isnumeric():
            split = split_unit(word)
            if split:
                form, accents, lost = known(word[:split])
                tokens.append((start, start + split, form, NUMBER, gap, accents, lost))
                start, word, gap = start + split, word[split:], ""
        form, accents, lost = known(word)
        tokens.append((start, end, form, shape, gap, accents, lost))
    if places:
        tokens = [(places[token[0]][0], places[token[1] - 1][1], *token[2:]) for token in tokens]
    return tokens


def known(word):
    if word.isascii():
        form = word.lower()
        return form, form, False
    read = KNOWN.get(word)
    if read is None:
        read = KNOWN[word] = read_word(word)
    return read


def split_unit(word):
    """How many digits stand before a unit: 14mm; 0 for a word like 4x4 or 1vory."""
    classes = word.translate(CLASS)
    digits = len(classes) - len(classes.lstrip("D"))
    letters = len(classes) - digits
    return digits if "D" not in classes[digits:] and (letters <= 3 or digits >= 2) else 0


MAYBE_BROKEN = re.compile("[ÃÂÐÑâÅÄ]").search
ENTITIES = "amp lt gt quot apos nbsp euro pound yen cent shy ndash mdash lsquo rsquo ldquo rdquo bull hellip times deg frac12 " \
    "agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml ntilde ograve " \
    "oacute ocirc otilde ouml oslash ugrave uacute ucirc uuml yacute szlig oelig scaron Agrave Aacute Acirc Atilde Auml " \
    "Aring AElig Ccedil Egrave Eacute Ecirc Euml Iacute Icirc Iuml Ntilde Oacute Ocirc Otilde Ouml Oslash Uacute Ucirc " \
    "Uuml OElig"
ENTITY = re.compile(rf"&(?:#[xX]?[0-9a-fA-F]{{1,8}}|{'|'.join(ENTITIES.split())});")
BROKEN = re.compile("[Â-ß][\x80-¿€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â..", re.DOTALL)


def undo(text):
    """The text without HTML entities and UTF-8 read as Windows-1252, and where each character stood."""
    import html

    out, places, at = [], [], 0
    while at < len(text):
        match = ENTITY.match(text, at) if text[at] == "&" else BROKEN.match(text, at)
        c = match and (html.unescape(match[0]) if text[at] == "&" else repaired(match[0]))
        if c and len(c) == 1:
            end = match.end()
        else:
            c, end = text[at], at + 1
        out.append(c)
        places.append((at, end))
        at = end
    return "".join(out), places


def repaired(text):
    try:
        raw = b"".join(c.encode("latin-1" if "\x80" <= c <= "\xff" else "cp1252") for c in text)
        c = raw.decode()
    except UnicodeError:
        return None
    return c if len(c) == 1 and unicodedata.category(c) != "Cc" else None


LONGEST = 24
LOOKS_LATIN = dict(zip("авсԁеһніјкӏморԛгѕтухѵԝαβεηικνορτυχγωցօո", "abcdehhijklmopqrstyxvwabenikvoptuxywgon"))
LOOKS_CYRILLIC = {}
for _other, _latin in LOOKS_LATIN.items():
    if "\u0400" <= _other <= "\u052f":
        LOOKS_CYRILLIC.setdefault(_latin, _other)
SIGNS = dict(zip("01!|23€4@5$697+8", "oiiizeeaassggttb"))
DIGITS_CYRILLIC = dict(zip("03461", "озчбі"))
HAS_OTHER = re.compile(r"[^a-z]|ii|(.)\1\1").search
STRETCHED = re.compile(r"(.)\1\1").search
TRUNKS = ("-", "‐", "‑", "'", "’", "/")


def letter_for(c):
    return SIGNS.get(c) or (c if is_letter(c) else None)


def word_readings(form):
    """Readings of one word by itself."""
    found = []
    digits = sum(c in "0123456789" for c in form)
    letters = len(form) - digits
    may_stand = digits and 2 <= letters >= digits and len(form) >= 4
    if form.isascii():
        if may_stand:
            for one in "il" if "1" in form else "i":
                read = [one if c == "1" else letter_for(c) for c in form]
                if None not in read:
                    found.append("".join(read))
        if "ii" in form:
            found.append(form.replace("iii", "ill").replace("ii", "ll"))
    else:
        found.append(one_script(form))
        if may_stand:
            read = [DIGITS_CYRILLIC.get(c) or (c if "\u0400" <= c <= "\u052f" else None) for c in form]
            if None not in read:
                found.append("".join(read))
    if len(form) >= 5 and STRETCHED(form):
        found.append(re.sub(r"(.)\1+", r"\1", form))
    return [read for read in found if read and read != form]


def one_script(form):
    """Latin with look-alikes of other scripts as Latin, and the other way round."""
    other = sum(c in LOOKS_LATIN for c in form)
    if not other:
        return None
    latin = sum(c.isascii() and c.isalpha() for c in form)
    if not latin and len(form) < 4:
        return None
    if latin + other == len(form):
        return "".join(LOOKS_LATIN.get(c, c) for c in form)
    return "".join(LOOKS_CYRILLIC.get(c, c) for c in form) if latin else None


def readings(tokens):
    """Other readings: first word, word after, form, whether only a disguise is written so."""
    out = []
    singles = joints = False
    for at, token in enumerate(tokens):
        form, shape = token[2], token[3]
        if shape == WORD:
            if HAS_OTHER(form):
                out += [(at, at + 1, read, True) for read in word_readings(form)]
            singles = singles or len(form) == 1
        elif shape == NUMBER:
            singles = singles or len(form) == 1
        gap = token[4]
        joints = joints or gap == "" or gap[0] == "J"
    if singles:
        spaced(tokens, out)
    if joints:
        joined(tokens, out)
    if len(out) > 1:
        out.sort(key=lambda read: read[:2])
        out = [read for at, read in enumerate(out) if not at or out[at - 1] != read]
    return out


def spaced(tokens, out):
    """`i v o r y`: single letters with the same gap between them."""
    at, count = 0, len(tokens)
    single = [token[3] <= 2 and len(token[2]) == 1 for token in tokens]
    while at < count:
        after = at + 1
        if single[at]:
            while after < count and after - at < LONGEST and single[after]:
                gap = tokens[after][4]
                if gap != tokens[at + 1][4] or gap in ("", "B"):
                    break
                after += 1
            shortest = 4 if tokens[at][2].isascii() else 3
            for first in range(at, after + 1 - shortest):
                for end in range(first + shortest, after + 1):
                    push_joined(tokens, first, end, out)
        at = after


def joined(tokens, out):
    """`ivo-ry`, `el.fen.bein`, `$kin`: words with one sign between them."""
    at, count = 0, len(tokens)
    wordlike = [token[3] in (WORD, NUMBER, CURRENCY) for token in tokens]
    while at < count:
        after = at + 1
        chain = False
        while after < count and after - at < LONGEST and wordlike[after]:
            gap = tokens[after][4]
            if gap and gap[0] != "J":
                break
            chain = chain or gap != "" or tokens[after][3] == CURRENCY
            after += 1
        if chain and wordlike[at]:
            if after - at > 2:
                push_joined(tokens, at, after, out)
            for first in range(at, after - 1):
                push_joined(tokens, first, first + 2, out)
        at = after


def push_joined(tokens, first, after, out):
    """Adds the words as one: the signs left out, and signs and digits as the letters they look like."""
    plain, meant, with_l = "", "", ""
    tall, hyphened = False, True
    for at in range(first, after):
        _, _, form, shape, gap, _, _ = tokens[at]
        if at > first:
            if gap[:1] == "J":
                letter = letter_for(gap[1]) or ""
                meant += letter
                tall = tall or gap[1] in "!|"
                with_l += "l" if gap[1] in "!|" else letter
                hyphened = hyphened and gap[1] in TRUNKS
            else:
                hyphened = hyphened and gap == ""
        if shape != CURRENCY:
            plain += form
        as_letters = "".join([letter_for(c) or c for c in form])
        meant += as_letters
        with_l += as_letters
    if len(plain) < (4 if plain.isascii() else 3) or sum(map(is_letter, plain)) < 2:
        return
    disguised = not hyphened or after - first > 2
    out.append((first, after, plain, disguised))
    for form in (meant if meant != plain else None, one_script(plain), with_l if tall else None):
        if form:
            out.append((first, after, form, disguised or form != plain))
