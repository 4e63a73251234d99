"""Prices, measures, numbers of specimens and contacts: a port of src/scan/extract and category.rs."""

import math
import re

import words
from words import NUMBER, RUN, fold

DIGITS = {zero + at: str(at) for zero in (0x660, 0x6F0, 0x966, 0xE50, 0xFF10) for at in range(10)}
APART = {ord(c): None for c in "'’ \u00a0\u202f"}
MANY = re.compile("[0-9.,]+").fullmatch


def parse(text):
    """A number; a lone separator before exactly three digits parts thousands."""
    if text[:1].isalpha():
        return None
    clean = text.translate(APART) if text.isascii() else text.translate(APART).translate(DIGITS)
    if not clean or not MANY(clean):
        return None
    last = max(clean.rfind("."), clean.rfind(","))
    if last < 0:
        return float(clean)
    sign, whole, decimals = clean[last], clean[:last], clean[last + 1 :]
    other = "," if sign == "." else "."
    if sign in whole or (len(decimals) == 3 and other not in whole and whole != "0"):
        clean = clean.replace(".", "").replace(",", "")
    else:
        clean = f"{whole.replace(other, '')}.{decimals}"
    try:
        return float(clean)
    except ValueError:
        return None


def half_up(value):
    return math.floor(value + 0.5)


GLUED = {"rp": "IDR", "rm": "MYR", "rs": "INR", "eur": "EUR", "usd": "USD", "chf": "CHF"}
GLUED_PRICE = {word: re.compile(rf"(?<![^\W_]){word}\.*([0-9][0-9.,]*)( *(?:ribu|rb|k|juta|jt)(?![^\W_]))?") for word in GLUED}
GLUED_TIMES = {"rb": 1e3, "ribu": 1e3, "k": 1e3, "jt": 1e6, "juta": 1e6}
DASHED = (",-", ",–", ".-", ":-")
SUMS = "jt juta trieu nghin ngan ribu rb".split()
SPELLED = dict(zip(
    "cinco cinq cuatro deux dois dos drei drie dua duas due dva dwa dwie five four funf iki quatre sechs six three tiga tre "
    "tres tri trois trzy twee two uc vier vijf zes zwei два две три".split(),
    map(int, "5 5 4 2 2 2 3 3 2 2 2 2 2 2 5 4 5 2 4 6 6 3 3 3 3 3 3 3 2 2 3 4 5 6 2 2 2 3".split()),
))
HAN = re.compile("([两兩二三四五六七八九十])[只隻个個条條件头頭匹羽枚]")
HAN_VALUES = dict(zip("两兩二三四五六七八九十", (2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10)))


class Figures:
    """Reads the figures of the words of an ad; a token is what words.py makes."""

    def __init__(self, data):
        self.units, self.rates = {}, data["rates"]
        for word, (kind, value) in data["measures"].items():
            if kind in ("gram", "centimetre", "pair", "times"):
                value = float(value or 1)
            self.units[word] = kind, value
        self.pairs = [word for word, unit in self.units.items() if unit == ("pair", 2.0) and len(word) >= 2]
        self.shelves = {}
        for shelf, word in data["categories"]:
            self.shelves[word] = shelf

    def unit(self, word):
        """What a word makes of a number; of a run without spaces its beginning counts."""
        found = self.units.get(word)
        if found is None and word and words.CLASS[ord(word[0])] == "R":
            for end in range(min(4, len(word) - 1), 0, -1):
                if found := self.units.get(word[:end]):
                    return found
        return found

    def number_at(self, tokens, at):
        """The number that begins at a word, and the word after it."""
        form = tokens[at][2]
        value = parse(form)
        if value is None:
            return None
        after, count = at + 1, len(tokens)
        if len(form) <= 3 and form.isdigit() and value > 0:
            while after < count and tokens[after][4] == "S":
                group = tokens[after][2]
                if not (group[:3].isdecimal() and (len(group) == 3 or (len(group) == 6 and group[3] == ","))):
                    break
                more = parse(group)
                if more is None:
                    return None
                value, after = value * 1000 + more, after + 1
        while after < count and tokens[after][4] != "B":
            unit = self.unit(tokens[after][2])
            if not unit or unit[0] != "times":
                break
            value, after = value * unit[1], after + 1
        return value, after

    def numbers(self, tokens):
        for at, token in enumerate(tokens):
            if token[2][0].isnumeric() and (found := self.number_at(tokens, at)):
                yield at, *found

    def measures(self, tokens):
        """Whether a weight and a length are given."""
        grams = size = False
        for _, _, after in self.numbers(tokens):
            if after < len(tokens) and tokens[after][4] != "B" and (unit := self.unit(tokens[after][2])):
                grams, size = grams or unit[0] == "gram", size or unit[0] == "centimetre"
        return grams, size

    def quantity(self, tokens):
        for at in range(len(tokens)):
            found = self.counted(tokens, at) or self.spelled(tokens, at) or self.paired(tokens, at)
            if found:
                return found
        return None

    def counted(self, tokens, at):
        found = self.number_at(tokens, at)
        if not found:
            return None
        value, after = found
        count = len(tokens)
        unit = self.unit(tokens[after][2]) if after < count and tokens[after][4] != "B" else None
        by_word = unit and unit[0] == "piece"
        by_sign = any(
            0 <= place < count and tokens[place][2] in ("x", "×") and tokens[gap][4] in ("", "S")
            and not is_size(tokens, place)
            for place, gap in ((after, after), (at - 1, at))
        )
        by_lot = at >= 1 and any(
            unit and unit[0] == "lot"
            for unit in (self.unit(tokens[at - 1][2]), at >= 2 and self.unit(f"{tokens[at - 2][2]} {tokens[at - 1][2]}"))
        )
        return whole(value) if by_word or by_sign or by_lot else None

    def spelled(self, tokens, at):
        _, _, form, shape, *_ = tokens[at]
        if shape == RUN:
            found = HAN.search(form)
            return HAN_VALUES[found[1]] if found else None
        value = SPELLED.get(form)
        if value and at + 1 < len(tokens) and tokens[at + 1][4] != "B":
            unit = self.unit(tokens[at + 1][2])
            return value if unit and unit[0] == "piece" else None
        return None

    def paired(self, tokens, at):
        unit = self.unit(tokens[at][2])
        if unit and unit[0] == "pair":
            each = unit[1]
        elif tokens[at][3] == RUN and any(word in tokens[at][2] for word in self.pairs):
            each = 2.0
        else:
            return None
        before = parse(tokens[at - 1][2]) if at and tokens[at - 1][3] == NUMBER else None
        return whole((before if before is not None and before <= 50 else 1.0) * each)

    def price_of_fields(self, price, currency):
        tokens = words.cut(price)
        found = self.price(tokens, price, currency)
        if found is None:
            number = next(self.numbers(tokens), None)
            found = number and self.made(number[1], currency)
        return found

    def price(self, tokens, text, currency):
        """The first price in a text."""
        lower = text.lower()
        for word, code in GLUED.items():
            if word in lower:
                for match in GLUED_PRICE[word].finditer(lower):
                    value = parse(match[1].rstrip(".,"))
                    if value:
                        return self.made(value * GLUED_TIMES.get((match[2] or "").strip(), 1.0), currency or code)
        at = 0
        while at < len(tokens):
            found = self.number_at(tokens, at)
            if not found:
                at += 1
                continue
            value, after = found
            money = self.money(tokens, text, at, after)
            if money and value > 0 and not self.is_postage(tokens, at):
                value = self.lower_end(tokens, text, at, value) or value
                return self.made(value * money[1], currency or money[0])
            at = after
        return None

    def made(self, amount, currency):
        amount = half_up(amount * 100) / 100
        if not 0 < amount < 1e12:
            return None
        rate = 1.0 if currency == "EUR" else self.rates.get(currency)
        return {"amount": amount, "currency": currency, "eur": half_up(amount / rate * 100) / 100 if rate else None}

    def lower_end(self, tokens, text, at, upper):
        if at and text[tokens[at - 1][1] : tokens[at][0]].strip() in ("-", "–", "—"):
            lower = parse(tokens[at - 1][2])
            return lower if lower and 0 < lower < upper else None
        return None

    def is_postage(self, tokens, at):
        return any((unit := self.unit(token[2])) and unit[0] == "postage" for token in tokens[max(0, at - 3) : at])

    def money(self, tokens, text, at, after):
        """Currency and factor of a number that is money."""
        count = len(tokens)
        unit, is_near = None, False
        if after < count:
            between = text[tokens[after - 1][1] : tokens[after][0]]
            is_near = tokens[after][4] != "B" or between in (",- ", ",– ") or (between == ". " and after - 1 > at)
            unit = self.unit(tokens[after][2]) if is_near else None
            if unit and unit[0].startswith("currency"):
                return unit[1], 10_000.0 if unit[0] == "currency-10000" else 1.0
        if at:
            before = tokens[at - 1]
            joined = tokens[at][4] != "B" or tokens[at][0] - before[1] <= 2
            kind, code = self.unit(before[2]) or ("", None)
            if joined and kind.startswith("currency") and is_prefix(code, before[2]):
                factor = 10_000.0 if kind == "currency-10000" else 1.0
                if before[2] == "$" and before[4] == "" and at >= 2:
                    of_sign, dollar = self.unit(tokens[at - 2][2] + "$") or ("", None)
                    code = dollar if of_sign.startswith("currency") else code
                return code, factor
            if joined and kind in ("price-before", "price-after"):
                return None, 1.0
        if unit and unit[0] == "price-after":
            return None, 1.0
        if text.startswith(DASHED, tokens[after - 1][1]):
            return None, 1.0
        if after > at + 1:
            word = tokens[after - 1][2]
            unit = self.unit(word)
            if unit and unit[0] == "times" and (after >= count or tokens[after][4] == "B" or word in SUMS):
                return None, 1.0
        return None

    def shelf(self, category):
        """What the shop's category is for."""
        folded = fold(category)
        for part in reversed(re.split("[>/|›»;:]", folded)):
            shelf = self.shelves.get(part.strip()) or self.shelf_of_words(part)
            if shelf:
                return "supplies" if shelf == "alive" and any(word in folded for word in ACCESSORIES) else shelf
        return None

    def shelf_of_words(self, part):
        found = {self.shelf_of_word(word) for word in re.findall(r"[^\W_']+(?:'[^\W_]*)*", part)}
        return next((shelf for shelf in ("supplies", "elsewhere", "alive", "nature") if shelf in found), None)

    def shelf_of_word(self, word):
        shelf = self.shelves.get(word)
        if shelf or words.CLASS[ord(word[0])] != "R":
            return shelf
        inside = [known for known in self.shelves if known in word and all(words.CLASS[ord(c)] == "R" for c in known)]
        return self.shelves[max(inside, key=lambda known: (len(known.encode()), known))] if inside else None


ACCESSORIES = (
    "accessories,accessory,accessoires,accesorios,accessori,acessorios,akcesoria,supplies,zubehor,toebehoren,"
    "doplnky,potreby,аксессуары,аксесуари,用品,용품,phu kien,อุปกรณ์,perlengkapan,مستلزمات,aksesuar"
).split(",")


def is_size(tokens, at):
    return 0 < at < len(tokens) - 1 and tokens[at - 1][3] == NUMBER == tokens[at + 1][3]


def whole(value):
    return int(value) if 1 <= value <= 100_000 and value == int(value) else None


def is_prefix(code, form):
    """Words like `p` mean money after a number only."""
    return (len(form) >= 2 and form not in ("eu", "st") and not (code == "TRY" and form == "try")) or all(
        words.CLASS[ord(c)] == "C" or c == "฿" for c in form
    )


MESSENGERS = {
    "whatsapp": "whatsapp|whats app|wa|watsapp|wapp", "telegram": "telegram|tg|телеграм|тг|t.me",
    "wechat": "wechat|weixin|wx|vx|微信|威信|薇信", "line": "line id|lineid|line", "kik": "kik", "signal": "signal",
    "instagram": "instagram|insta|ig", "snapchat": "snapchat|snap", "viber": "viber", "zalo": "zalo",
    "kakaotalk": "kakaotalk|kakao|카톡|카카오톡", "qq": "qq",
}
MESSENGERS = [(kind, word) for kind, listed in MESSENGERS.items() for word in listed.split("|")]
ANY_MESSENGER = re.compile("|".join(re.escape(word) for _, word in MESSENGERS))
HANDLE = re.compile(r"[ \-\u00a0]*(?:id|ID)?([:： =@号號(]*)([A-Za-z0-9_.\-]*)")
MAIL = re.compile(r"[A-Za-z0-9._%+\-]+@([A-Za-z0-9.\-]+)")
HOST = re.compile(r".+\.[A-Za-z]{2,}", re.DOTALL).fullmatch
LINK = re.compile(r"https?://|(?:(?<=[\s(<\"'])|^)(?:www\.|t\.me/|wa\.me/|m\.me/)")
SPELLED_DIGITS = dict(zip(
    "zero one two three four five six seven eight nine null eins zwei drei vier fünf sechs sieben acht neun zéro un deux trois "
    "quatre cinq sept huit neuf nul een twee drie vijf zes zeven negen cero uno dos tres cuatro cinco seis siete ocho nueve"
    .split(), "0123456789" "0123456789" "01234" "5789" "01235679" "0123456789",
))
SPELLED_DIGIT = re.compile(rf"(?<![^\W_])(?:{'|'.join(SPELLED_DIGITS)})(?![^\W_])", re.IGNORECASE)
PHONE = re.compile(r"(?<![€$£#_.,\-])[+(0-9][0-9 \-./()\u00a0]*")
AT_SIGN = re.compile(r"(?<!\S)[^\w\s]*(?:at|arobase|ät|arroba|chiocciola|собака)[^\w\s]*|[\[({]", re.IGNORECASE)
COUNTRY_CODES = dict(pair.split(":") for pair in (
    "AT:43 AU:61 BE:32 BR:55 CA:1 CH:41 CN:86 CZ:420 DE:49 DK:45 ES:34 FI:358 FR:33 GB:44 HK:852 HU:36 ID:62 IE:353 IN:91 "
    "IT:39 JP:81 KR:82 LU:352 MX:52 MY:60 NL:31 PL:48 PT:351 RO:40 RU:7 SE:46 SG:65 SK:421 TH:66 TR:90 TW:886 UA:380 US:1 "
    "VN:84 ZA:27").split())
WITHOUT_ZERO = [
    ("ES", 9, "6789", 0), ("PT", 9, "29", 0), ("IT", 10, "3", 0), ("PL", 9, "45678", 0), ("CZ", 9, "23567", 0),
    ("DK", 8, "23456", 0), ("RU", 11, "87", 1), ("RU", 10, "9", 0), ("US", 10, "23456789", 0), ("CA", 10, "23456789", 0),
    ("CN", 11, ("13", "14", "15", "16", "17", "18", "19"), 0), ("HK", 8, "569", 0), ("SG", 8, "89", 0),
    ("MX", 10, "23456789", 0), ("HU", 11, ("06",), 2),
]


def contacts(text, country):
    """The contacts in a text, in order."""
    found = []
    if "@" in text:
        for match in MAIL.finditer(text):
            host = match[1].rstrip(".-")
            if HOST(host):
                written = text[match.start() : match.start(1)] + host
                found.append(("email", written.lower(), written))
    if AT_SIGN.search(text):
        disguised_mails(text, found)
    for match in LINK.finditer(text.lower()) if "/" in text or "www" in text.lower() else ():
        written = re.split("[\\s<>\"']", text[match.start() :], maxsplit=1)[0].rstrip(".,);!")
        if len(written) > len(match[0]) + 2:
            link(written, found)
    lower = text.lower()
    if ANY_MESSENGER.search(lower) and len(lower) == len(text):
        for kind, word in MESSENGERS:
            at = lower.find(word)
            while at >= 0:
                before = lower[at - 1] if at else " "
                if not (before.isascii() and (before.isalnum() or before in "./")):
                    if name := handle(text, at + len(word), kind, word):
                        found.append((kind, name.lower(), name))
                at = lower.find(word, at + len(word))
    phones(text, country, found)
    seen, out = set(), []
    for kind, value, written in found:
        if (kind, value) not in seen:
            seen.add((kind, value))
            out.append({"kind": kind, "value": value, "text": written})
    return out


def handle(text, at, kind, word):
    marks, name = HANDLE.match(text, at).groups()
    name = name.rstrip(".-")
    if kind == "qq" and len(name) >= 5 and name.isdigit():
        return name
    is_name = len(name) >= 4 and re.search("[A-Za-z]", name) and (marks or not word.isascii() or re.search("[0-9]", name))
    return name if is_name else None


def disguised_mails(text, found):
    """`name at gmail dot com`, `name (at) web.de`."""
    parts = [(match.start(), match[0]) for match in re.finditer(r"[(\[{<]?[^\s(\[{<)\]}]*[)\]}]?", text) if match[0]]
    for at in range(1, len(parts)):
        sign = re.sub(r"^\W+|\W+$", "", parts[at][1]).lower()
        if parts[at][1] != "@" and sign not in ("at", "arobase", "ät", "arroba", "chiocciola", "собака"):
            continue
        local = parts[at - 1][1]
        if len(local) < 2 or not re.fullmatch(r"[A-Za-z0-9._%+\-]+", local):
            continue
        domain, end = "", parts[at][0] + len(parts[at][1])
        for place, word in parts[at + 1 : at + 7]:
            clean = re.sub(r"^\W+|\W+$", "", word).lower()
            if word == "." or clean in ("dot", "punkt", "point", "punt", "punto", "точка"):
                domain += "."
            elif (not domain or domain.endswith(".")) and re.fullmatch(r"[A-Za-z0-9.\-]+", word):
                domain += word
            else:
                break
            end = place + len(word)
        domain = domain.rstrip(".").lower()
        if HOST(domain):
            found.append(("email", f"{local.lower()}@{domain}", text[parts[at - 1][0] : end]))


def link(written, found):
    bare = written.split("://", 1)[-1]
    lower = bare.lower()
    if lower.startswith("t.me/"):
        found.append(("telegram", lower[5:].rstrip("/"), written))
    elif lower.startswith("wa.me/"):
        found.append(("whatsapp", "+" + re.sub("[^0-9]", "", lower[6:]), written))
    else:
        found.append(("link", bare.rstrip("/"), written))


def phones(text, country, found):
    """Telephone numbers, also with digits as words."""
    plain, places = text if text.isascii() else text.translate(DIGITS), None
    if SPELLED_DIGIT.search(plain):
        out, places, last = [], [], 0
        for match in SPELLED_DIGIT.finditer(plain):
            out.append(plain[last : match.start()])
            places += [(at, at + 1) for at in range(last, match.start())]
            out.append(SPELLED_DIGITS[match[0].lower()])
            places.append(match.span())
            last = match.end()
        out.append(plain[last:])
        places += [(at, at + 1) for at in range(last, len(plain))]
        plain = "".join(out)
    at = 0
    while match := PHONE.search(plain, at):
        start = match.start()
        before = plain[start - 1] if start else " "
        at = start + 1
        if before.isalnum() and words.CLASS[ord(before)] != "R":
            continue
        digits, last = "", start
        for end in range(start, match.end()):
            c = plain[end]
            if c.isdigit():
                digits, last = digits + c, end + 1
            elif c == "+":
                digits += c
            elif end >= last + 2 and end != start:
                break
        if last == start or plain[last : last + 1].isalpha():
            continue
        at = last
        value = phone(digits, country)
        if value:
            begin, end = (places[start][0], places[last - 1][1]) if places else (start, last)
            if not any(text[begin:end] in known for _, _, known in found):
                found.append(("phone", value, text[begin:end]))


def phone(digits, country):
    bare = digits.lstrip("+")
    if digits.startswith("+") or bare.startswith("00"):
        number = bare if digits.startswith("+") else bare[2:]
        if not 9 <= len(number) <= 15:
            return None
        trunk = re.match("(49|44|33|32|31|43|41)0", number)
        return "+" + (trunk[1] + number[3:] if trunk else number)
    for of, count, heads, cut in WITHOUT_ZERO:
        if of == country and len(bare) == count and bare.startswith(tuple(heads)):
            return f"+{COUNTRY_CODES[of]}{bare[cut:]}"
    if not 9 <= len(bare) <= 12 or not bare.startswith("0"):
        return None
    code = COUNTRY_CODES.get(country)
    return f"+{code}{bare if code == '39' else bare[1:]}" if code else bare
