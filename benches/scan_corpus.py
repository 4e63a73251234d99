#!/usr/bin/env python3
"""Writes made-up listings in several languages, the same bytes for the same arguments.

    benches/scan_corpus.py KIND SIZE_MB EVERY OUT [--seed N]

KIND is text (an ad a line), jsonl or csv. One ad in EVERY names something from
`species-data/lexicon` or `species-data/names` and offers it; the others are ordinary
goods, one in forty of them with a word that only sounds like wildlife (a Jaguar, a
leopard print). Words of the ordinary ads come from the lists below and from a long tail
of names, part numbers, sizes and prices, because real dumps are full of words that are
seen once.
"""
import argparse
import csv
import io
import json
import pathlib
import random

ROOT = pathlib.Path(__file__).resolve().parent.parent / "species-data"

GOODS = {
    "en": "sofa table chair lamp bicycle washing-machine fridge jacket jeans trainers handbag phone laptop camera printer "
    "bookshelf mattress pram toaster kettle drill lawnmower guitar keyboard dress raincoat boots watch ring necklace "
    "carpet curtain mirror vase plates saucepan football helmet skis tent rucksack suitcase monitor speaker radio",
    "de": "Sofa Tisch Stuhl Lampe Fahrrad Waschmaschine Kühlschrank Jacke Jeans Turnschuhe Handtasche Handy Laptop Kamera "
    "Drucker Bücherregal Matratze Kinderwagen Toaster Wasserkocher Bohrmaschine Rasenmäher Gitarre Kleid Regenmantel "
    "Stiefel Armbanduhr Halskette Teppich Vorhang Spiegel Teller Kochtopf Fußball Schlitten Zelt Rucksack Koffer "
    "Kleiderschrank Schreibtischstuhl Winterreifen Dachgepäckträger Kinderfahrradsitz Gartenmöbelgarnitur",
    "fr": "canapé table chaise lampe vélo lave-linge réfrigérateur veste jean baskets téléphone ordinateur appareil-photo "
    "imprimante bibliothèque matelas poussette grille-pain bouilloire perceuse tondeuse guitare robe imperméable bottes "
    "montre collier tapis rideau miroir assiettes casserole ballon casque tente valise enceinte pneus étagère",
    "nl": "bank tafel stoel lamp fiets wasmachine koelkast jas spijkerbroek schoenen telefoon laptop camera printer "
    "boekenkast matras kinderwagen broodrooster waterkoker boormachine grasmaaier gitaar jurk regenjas laarzen horloge "
    "ketting vloerkleed gordijn spiegel borden pan voetbal helm tent rugzak koffer bureaustoel kledingkast",
    "es": "sofá mesa silla lámpara bicicleta lavadora nevera chaqueta vaqueros zapatillas teléfono portátil cámara "
    "impresora estantería colchón cochecito tostadora hervidor taladro cortacésped guitarra vestido impermeable botas "
    "reloj collar alfombra cortina espejo platos cacerola casco mochila maleta altavoz neumáticos",
    "it": "divano tavolo sedia lampada bicicletta lavatrice frigorifero giacca scarpe telefono computer fotocamera "
    "stampante libreria materasso passeggino tostapane bollitore trapano tosaerba chitarra vestito impermeabile stivali "
    "orologio collana tappeto tenda specchio piatti pentola pallone casco zaino valigia pneumatici",
    "pl": "kanapa stół krzesło rower pralka lodówka kurtka dżinsy telefon komputer aparat drukarka regał materac wózek "
    "toster czajnik wiertarka kosiarka gitara sukienka płaszcz buty zegarek naszyjnik dywan zasłona lustro talerze "
    "garnek piłka kask namiot plecak walizka głośnik opony",
    "ru": "диван стол стул лампа велосипед холодильник куртка джинсы кроссовки телефон ноутбук камера принтер шкаф "
    "матрас коляска тостер чайник дрель газонокосилка гитара платье плащ сапоги часы ожерелье зеркало тарелки "
    "кастрюля шлем палатка рюкзак чемодан колонка шины",
    "zh": "沙发 餐桌 椅子 台灯 自行车 洗衣机 冰箱 外套 牛仔裤 运动鞋 手机 笔记本电脑 相机 打印机 书架 床垫 婴儿车 烤面包机 电水壶 吉他 连衣裙 雨衣 "
    "手表 地毯 窗帘 盘子 炒锅 头盔 帐篷 背包 行李箱 音箱 轮胎",
}
SAID = {
    "en": "in good condition|hardly used|from a smoke-free home|collection only please|can post if needed|bought last "
    "year for the new flat|selling because we are moving house|some signs of wear on the left side|all parts and the "
    "manual are there|works perfectly|size runs small|original box included|measurements on request|two are available|"
    "the colour is closer to dark blue than on the pictures|cash on collection|no offers below the asking amount|was "
    "serviced in spring|batteries are not included|will be packed carefully",
    "de": "in gutem Zustand|kaum benutzt|aus einem Nichtraucherhaushalt|nur Abholung|Versand gegen Aufpreis möglich|"
    "letztes Jahr für die neue Wohnung gekauft|wegen Umzug abzugeben|leichte Gebrauchsspuren auf der linken Seite|"
    "Anleitung und alle Teile sind dabei|funktioniert einwandfrei|fällt klein aus|Originalverpackung vorhanden|Maße auf "
    "Anfrage|zwei Stück vorhanden|die Farbe ist eher dunkelblau als auf den Bildern|Barzahlung bei Abholung|keine "
    "Rücknahme da Privatverkauf|wurde im Frühjahr gewartet|ohne Batterien|wird sorgfältig verpackt",
    "fr": "en bon état|peu servi|maison non-fumeur|à venir chercher sur place|envoi possible en supplément|acheté l'an "
    "dernier pour le nouvel appartement|vendu cause déménagement|quelques traces d'usure sur le côté gauche|notice et "
    "toutes les pièces fournies|fonctionne parfaitement|taille petit|boîte d'origine|dimensions sur demande|deux "
    "disponibles|la couleur est plus foncée que sur les photos|paiement en espèces|révisé au printemps|sans piles",
    "nl": "in goede staat|nauwelijks gebruikt|uit rookvrij huis|alleen ophalen|verzenden kan tegen meerprijs|vorig jaar "
    "gekocht voor het nieuwe huis|weg wegens verhuizing|lichte gebruikssporen aan de linkerkant|handleiding en alle "
    "onderdelen erbij|werkt perfect|valt klein uit|originele doos aanwezig|afmetingen op aanvraag|contant bij afhalen",
    "es": "en buen estado|poco uso|recogida en mano|se puede enviar con gastos aparte|comprado el año pasado para el piso "
    "nuevo|se vende por mudanza|algunas marcas de uso en el lado izquierdo|con instrucciones y todas las piezas|funciona "
    "perfectamente|talla pequeño|caja original|medidas a petición|hay dos disponibles|pago en efectivo",
    "it": "in buone condizioni|poco usato|ritiro a mano|spedizione possibile a parte|comprato l'anno scorso per la nuova "
    "casa|vendo per trasloco|qualche segno di usura sul lato sinistro|con istruzioni e tutti i pezzi|funziona "
    "perfettamente|scatola originale|misure su richiesta|pagamento in contanti",
    "pl": "w dobrym stanie|mało używany|tylko odbiór osobisty|możliwa wysyłka|kupiony w zeszłym roku do nowego "
    "mieszkania|sprzedam z powodu przeprowadzki|lekkie ślady użytkowania|instrukcja w komplecie|działa bez zarzutu|"
    "oryginalne pudełko|wymiary na zapytanie|płatność gotówką",
    "ru": "в хорошем состоянии|почти не использовался|только самовывоз|возможна отправка почтой|куплен в прошлом году "
    "для новой квартиры|продаю в связи с переездом|небольшие следы использования|инструкция в комплекте|работает "
    "отлично|оригинальная коробка|размеры по запросу|оплата наличными",
    "zh": "九成新|几乎没用过|只限自取|可以邮寄|去年为新家购买|因搬家出售|左侧有轻微使用痕迹|说明书和配件齐全|功能正常|原装盒子|尺寸可询问|现金交易",
}
SOUNDS = [
    "Jaguar XF diesel, full history", "leopard print blouse size 12", "ivory wedding dress, never worn",
    "Python programming for beginners, 3rd edition", "Puma trainers size 42", "Tiger of Sweden Anzug Gr. 50",
    "robe imprimé léopard taille 38", "Lacoste polo heren maat L", "coral red lipstick", "toy crocodile with sound",
]
OFFER = {
    "en": "For sale: {}, old, {}", "de": "Verkaufe {}, alt, {}", "fr": "À vendre : {}, ancien, {}",
    "nl": "Te koop: {}, oud, {}", "es": "Vendo {}, antiguo, {}", "it": "Vendo {}, antico, {}",
    "pl": "Sprzedam {}, stare, {}", "ru": "Продам {}, старинное, {}", "zh": "出售{}，老的，{}",
}
LANGUAGES = ["en"] * 5 + ["de"] * 3 + ["fr"] * 2 + ["nl"] * 2 + ["es", "it", "pl", "ru", "zh"]
SYLLABLES = "ba be bo ca co da de di el en er fa fi ga ha in ka ke la le li lo ma me mi mo na ne ni no pa ra re ri ro sa se "
SYLLABLES = (SYLLABLES + "si so ta te ti to ul va ve vi wa zo stein berg ville ford ton").split()


def wildlife(language):
    """Products and names of the language, as the word lists have them."""
    terms = []
    with open(ROOT / "lexicon" / f"{language}.csv", newline="") as file:
        terms += [r["term"] for r in csv.DictReader(file) if r["kind"] == "product" and r["weight"] == "strong"]
    with open(ROOT / "names" / f"{language}.csv", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        names = [row[1] for row in rows]
    return terms, names


class Market:
    def __init__(self, seed, every):
        self.random = random.Random(seed)
        self.every = every
        self.count = 0
        self.goods = {code: words.split() for code, words in GOODS.items()}
        self.said = {code: text.split("|") for code, text in SAID.items()}
        self.wild = {code: wildlife(code) for code in GOODS}

    def rare(self):
        """A word of the long tail: a name, a part number, a size."""
        r = self.random
        kind = r.randrange(4)
        if kind == 0:
            return "".join(r.choices(SYLLABLES, k=r.randint(2, 4))).capitalize()
        if kind == 1:
            return f"{r.choice('ABCDEFGHKLMNPRSTVWX')}{r.choice('ABCDEFGHKLMNPRSTVWX')}{r.randint(100, 99999)}"
        if kind == 2:
            return f"{r.randint(5, 240)}x{r.randint(5, 240)}cm"
        return f"{r.randint(1, 999)}.{r.randint(0, 99):02}"

    def ad(self):
        r = self.random
        self.count += 1
        language = r.choice(LANGUAGES)
        glue = "" if language == "zh" else " "
        said = r.sample(self.said[language], r.randint(2, 5))
        price = r.choice([5, 10, 15, 25, 40, 60, 80, 120, 250, 399, 1250]) + r.randint(0, 4)
        if self.count % self.every == 0:
            terms, names = self.wild[language]
            what = r.choice(terms) if r.random() < 0.6 else r.choice(names)
            title = OFFER[language].format(what, said.pop())
        elif r.random() < 0.025:
            title = r.choice(SOUNDS)
        else:
            title = f"{self.rare()} {r.choice(self.goods[language])}{glue}{said.pop()}"
        text = ("，" if language == "zh" else ", ").join(said)
        for _ in range(r.randint(0, 2)):
            text += f" {self.rare()}"
        return language, title, text, price

    def line(self, kind):
        language, title, text, price = self.ad()
        if kind == "text":
            return f"{title}. {text}, {price} EUR\n"
        r = self.random
        fields = {
            "id": f"{self.count:09}", "url": f"https://market.example/{language}/{r.randint(10**8, 10**9)}",
            "title": title, "description": text, "price": price, "currency": "EUR",
            "seller": self.rare().lower(), "location": self.rare(), "date": f"2026-{r.randint(1, 12):02}-{r.randint(1, 28):02}",
        }
        if kind == "jsonl":
            return json.dumps(fields, ensure_ascii=False) + "\n"
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(fields.values())
        return out.getvalue()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["text", "jsonl", "csv"])
    parser.add_argument("size_mb", type=int)
    parser.add_argument("every", type=int)
    parser.add_argument("out")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    market = Market(args.seed, args.every)
    with open(args.out, "w", encoding="utf-8") as out:
        written = 0
        if args.kind == "csv":
            written += out.write("id,url,title,description,price,currency,seller,location,date\n")
        while written < args.size_mb << 20:
            line = market.line(args.kind)
            out.write(line)
            written += len(line.encode())


if __name__ == "__main__":
    main()
