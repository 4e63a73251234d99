"""Holds PDF files against what ISO 19005-2 (PDF/A-2b) asks for: `pdfa.py FILE…`; exit 1 when something is wrong.

Written from the list of requirements, with pikepdf (qpdf) as the reader and fontTools for the fonts. It shares no code
with the program that writes the files. What it does not look at: JPEG 2000, optional content, signatures and forms,
none of which a report has: where one of them appears, that is a fault here. `--control FILE` breaks a good file in
many ways and sees that each is noticed.
"""

import io
import sys
from xml.etree import ElementTree

import pikepdf
from fontTools.cffLib import CFFFontSet
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Stream

BLEND = {"Normal", "Compatible", "Multiply", "Screen", "Overlay", "Darken", "Lighten", "ColorDodge", "ColorBurn", "HardLight",
         "SoftLight", "Difference", "Exclusion", "Hue", "Saturation", "Color", "Luminosity"}
UNKNOWN = ["/OCProperties", "/AcroForm", "/Perms", "/Requirements", "/AA", "/OpenAction"]
XMP = {"dc": "http://purl.org/dc/elements/1.1/", "xmp": "http://ns.adobe.com/xap/1.0/", "pdf": "http://ns.adobe.com/pdf/1.3/",
       "pdfaid": "http://www.aiim.org/pdfa/ns/id/", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}


class Report:
    """What is wrong with one file."""

    def __init__(self, data: bytes):
        self.faults: list[str] = []
        self.data = data
        self.pdf = pikepdf.open(io.BytesIO(data))

    def ask(self, clause: str, holds: bool, what: str) -> None:
        if not holds:
            self.faults.append(f"{clause}: {what}")

    def run(self) -> list[str]:
        self.file()
        for number, thing in enumerate(self.pdf.objects, 1):
            self.thing(number, thing)
        self.catalog()
        self.intent()
        self.metadata()
        for page in self.pdf.pages:
            self.page(page)
        return self.faults

    def file(self) -> None:
        lines = self.data.split(b"\n", 2)
        self.ask("6.1.2", self.data[:7] == b"%PDF-1." and 49 <= self.data[7] <= 55, "no header of PDF 1.1 to 1.7")
        mark = lines[1][1:5]
        self.ask("6.1.2", lines[1][:1] == b"%" and len(mark) == 4 and min(mark) > 127, "no binary comment after the header")
        self.ask("6.1.3", "/ID" in self.pdf.trailer and not self.pdf.is_encrypted, "no ID, or encrypted")
        self.ask("6.1.3", self.data.rstrip(b"\r\n").endswith(b"%%EOF"), "something stands behind the end")
        for problem in self.pdf.check_pdf_syntax():
            self.ask("6.1.4", False, f"qpdf: {problem}")
        self.ask("6.1.13", len(self.pdf.objects) <= 8_388_607, "too many objects")

    def thing(self, number: int, thing) -> None:
        """Any object: limits, filters, and kinds that are forbidden wherever they stand."""
        if isinstance(thing, pikepdf.String):
            self.ask("6.1.13", len(bytes(thing)) <= 32_767, f"object {number}: a string is too long")
        elif isinstance(thing, Name):
            self.ask("6.1.13", len(str(thing).encode()) <= 128, f"object {number}: a name is too long")
        elif isinstance(thing, int) and not isinstance(thing, bool):
            self.ask("6.1.13", -(2**31) <= thing < 2**31, f"object {number}: a number is too large")
        elif isinstance(thing, Array):
            for part in thing:
                if not getattr(part, "is_indirect", False):
                    self.thing(number, part)
        elif isinstance(thing, (Dictionary, Stream)):
            self.dictionary(number, thing)

    def dictionary(self, number: int, thing) -> None:
        for key, part in thing.items():
            self.ask("6.1.13", len(key.encode()) <= 128, f"object {number}: a key is too long")
            if not getattr(part, "is_indirect", False):
                self.thing(number, part)
        if isinstance(thing, Stream):
            filters = thing.get("/Filter", Array())
            filters = [str(one) for one in filters] if isinstance(filters, Array) else [str(filters)]
            self.ask("6.1.7", not {"/F", "/FFilter", "/FDecodeParms"} & set(thing.keys()), f"object {number}: external data")
            self.ask("6.1.7", not {"/LZWDecode", "/Crypt", "/JPXDecode"} & set(filters), f"object {number}: {filters}")
        kind, subtype = str(thing.get("/Type", "")), str(thing.get("/Subtype", ""))
        if kind == "/ExtGState":
            self.ask("6.2.5", "/TR" not in thing and "/HTP" not in thing, f"object {number}: a transfer function")
            self.ask("6.2.10", str(thing.get("/BM", "/Normal"))[1:] in BLEND, f"object {number}: blend mode")
        if subtype == "/Image":
            self.ask("6.2.8", not thing.get("/Interpolate", False), f"object {number}: interpolated")
            self.ask("6.2.8", "/Alternates" not in thing and "/OPI" not in thing, f"object {number}: alternates")
        if subtype == "/Form":
            self.ask("6.2.9", not {"/OPI", "/Ref", "/PS"} & set(thing.keys()), f"object {number}: a reference")
        self.ask("6.2.9", subtype != "/PS", f"object {number}: PostScript")
        if "/S" in thing and kind in ("/Action", "") and str(thing["/S"]) in (
            "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView", "/JavaScript"):
            self.ask("6.5.1", False, f"object {number}: action {thing['/S']}")
        if "/FontName" in thing and kind == "/FontDescriptor":
            programs = [key for key in ("/FontFile", "/FontFile2", "/FontFile3") if key in thing]
            self.ask("6.2.11.4", len(programs) == 1, f"object {number}: font {thing['/FontName']} is not embedded")
        if kind == "/Font":
            self.font(number, thing, subtype)

    def font(self, number: int, font, subtype: str) -> None:
        self.ask("6.2.11", subtype in ("/Type0", "/CIDFontType0", "/CIDFontType2"), f"object {number}: font {subtype}")
        if subtype == "/Type0":
            self.ask("6.2.11.3", str(font.Encoding) == "/Identity-H", f"object {number}: {font.Encoding}")
            self.ask("6.2.11.7", "/ToUnicode" in font, f"object {number}: no way back to letters")
        if subtype == "/CIDFontType2":
            self.ask("6.2.11.3", str(font.get("/CIDToGIDMap")) == "/Identity", f"object {number}: no map of glyphs")
        if subtype.startswith("/CIDFontType") and ("/FontFile2" in font.FontDescriptor or "/FontFile3" in font.FontDescriptor):
            self.widths(number, font)

    def widths(self, number: int, font) -> None:
        """The widths in the document are those of the embedded font."""
        descriptor = font.FontDescriptor
        if "/FontFile2" in descriptor:
            program = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()), lazy=True)
            scale = 1000 / program["head"].unitsPerEm
            own = {program.getGlyphID(name): width * scale for name, (width, _) in program["hmtx"].metrics.items()}
        else:
            raw = descriptor.FontFile3.read_bytes()
            cff = CFFFontSet()
            if raw[:4] == b"OTTO":
                cff = TTFont(io.BytesIO(raw))["CFF "].cff
            else:
                cff.decompile(io.BytesIO(raw), None)
            top = cff[0]
            own = {}
            for name in top.charset:
                glyph = top.CharStrings[name]
                glyph.draw(BoundsPen(None))
                cid = int(name[3:]) if name.startswith("cid") else top.charset.index(name)
                own[cid] = glyph.width * getattr(top, "FontMatrix", [0.001])[0] * 1000
        for cid, width in said_widths(font.get("/W", Array())):
            if cid in own:
                self.ask("6.2.11.5", abs(own[cid] - width) <= 1, f"object {number}: glyph {cid} is {own[cid]:.1f} wide, not {width}")

    def catalog(self) -> None:
        root = self.pdf.Root
        for key in UNKNOWN:
            self.ask("6.4 to 6.11", key not in root, f"the document has {key}")
        names = root.get("/Names", Dictionary())
        for key in ("/EmbeddedFiles", "/JavaScript", "/AlternatePresentations"):
            self.ask("6.8", key not in names, f"the document has {key}")

    def intent(self) -> None:
        intents = [one for one in self.pdf.Root.get("/OutputIntents", Array()) if str(one.S) == "/GTS_PDFA1"]
        self.ask("6.2.3", len(intents) == 1, f"{len(intents)} output intents")
        self.space = ""
        for one in intents:
            profile = one.DestOutputProfile.read_bytes()
            self.ask("6.2.3", profile[36:40] == b"acsp" and profile[8] <= 4, "the profile is no ICC profile")
            self.ask("6.2.3", profile[12:16] in (b"mntr", b"prtr"), f"a profile of the kind {profile[12:16]}")
            self.space = profile[16:20].decode()
            self.ask("6.2.3", {"RGB ": 3, "GRAY": 1, "CMYK": 4}.get(self.space) == one.DestOutputProfile.N, "components of the profile")

    def metadata(self) -> None:
        stream = self.pdf.Root.get("/Metadata")
        if stream is None:
            return self.ask("6.6.2.1", False, "no metadata")
        raw = stream.read_bytes()
        self.ask("6.6.2.1", b"bytes=" not in raw[:200] and b"encoding=" not in raw[:200], "the packet names a size")
        tree = ElementTree.fromstring(raw)
        said = {}
        for node in tree.iter():
            said[node.tag] = "".join(node.itertext()).strip()
            said.update(node.attrib)
        get = lambda space, name: said.get(f"{{{XMP[space]}}}{name}")
        self.ask("6.6.4", (get("pdfaid", "part"), get("pdfaid", "conformance")) == ("2", "B"), "not said to be PDF/A-2b")
        for key, space, name in (("/Title", "dc", "title"), ("/Author", "dc", "creator"), ("/Creator", "xmp", "CreatorTool"), ("/Producer", "pdf", "Producer")):
            if key in self.pdf.docinfo:
                self.ask("6.6.3", str(self.pdf.docinfo[key]) == get(space, name), f"{key} and its metadata differ")
        for key, name in (("/CreationDate", "CreateDate"), ("/ModDate", "ModifyDate")):
            if key in self.pdf.docinfo:
                digits = lambda text: "".join(c for c in text or "" if c.isdigit())[:14]
                self.ask("6.6.3", digits(str(self.pdf.docinfo[key])) == digits(get("xmp", name)), f"{key} and its metadata differ")

    def page(self, page) -> None:
        box = [float(one) for one in page.mediabox]
        self.ask("6.1.13", all(3 <= size <= 14_400 for size in (box[2] - box[0], box[3] - box[1])), "size of a page")
        self.ask("6.5.2", "/AA" not in page.obj, "a page has actions")
        for note in page.obj.get("/Annots", Array()):
            flags = int(note.get("/F", 0))
            self.ask("6.3.1", str(note.Subtype) == "/Link", f"annotation {note.Subtype}")
            self.ask("6.3.2", flags & 4 == 4 and flags & (1 | 2 | 32 | 256) == 0, f"a link that is not printed: {flags}")
            self.ask("6.5.2", "/AA" not in note, "a link has more actions")
        self.content(page, page.obj.get("/Resources", Dictionary()))

    def content(self, page, resources) -> None:
        depth = deepest = 0
        fonts = resources.get("/Font", Dictionary())
        font = None
        for operands, operator in pikepdf.parse_content_stream(page):
            word = str(operator)
            depth += (word == "q") - (word == "Q")
            deepest = max(deepest, depth)
            if word in ("rg", "RG"):
                self.ask("6.2.4.3", self.space == "RGB ", "red, green, blue without a profile for them")
            self.ask("6.2.4.3", word not in ("k", "K") or self.space == "CMYK", "printing colours without a profile for them")
            if word in ("cs", "CS", "scn", "sc") and operands and isinstance(operands[0], Name):
                space = resources.get("/ColorSpace", Dictionary()).get(str(operands[0]))
                device = str(operands[0]) in ("/DeviceRGB", "/DeviceCMYK")
                self.ask("6.2.4", not device or space is not None or self.space == "RGB ", f"colours of {operands[0]}")
            if word == "Tf":
                font = fonts.get(str(operands[0]))
                self.ask("6.2.11", font is not None, f"no font {operands[0]}")
            if word in ("Tj", "TJ", "'", '"') and font is not None:
                parts = operands[0] if word == "TJ" else [operands[-1]]
                for part in parts:
                    if isinstance(part, pikepdf.String):
                        raw = bytes(part)
                        glyphs = [raw[at : at + 2] for at in range(0, len(raw), 2)]
                        self.ask("6.2.11.8", b"\0\0" not in glyphs, f"a letter without a shape in {font.BaseFont}")
        self.ask("6.1.13", deepest <= 28, "graphics states are nested too deep")


def said_widths(table):
    """Glyph and width, of the table `W`."""
    parts = list(table)
    while parts:
        first, second = int(parts.pop(0)), parts.pop(0)
        if isinstance(second, Array):
            yield from ((first + at, float(width)) for at, width in enumerate(second))
        else:
            width = float(parts.pop(0))
            yield from ((cid, width) for cid in range(first, int(second) + 1))


def broken(data: bytes):
    """The file with one fault each, and the clause that must be named."""

    def change(how):
        pdf = pikepdf.open(io.BytesIO(data))
        how(pdf)
        out = io.BytesIO()
        pdf.save(out, encryption=pikepdf.Encryption(owner="x", user="") if how is None else False)
        return out.getvalue()

    def first(pdf, kind, key="/Type"):
        return next(one for one in pdf.objects if isinstance(one, (Dictionary, Stream)) and str(one.get(key, "")) == kind)

    def action(pdf):
        pdf.Root.OpenAction = Dictionary(Type=Name.Action, S=Name.JavaScript, JS=pikepdf.String("x"))

    def wide(pdf):
        font = next(one for one in pdf.objects if isinstance(one, Dictionary) and "/W" in one)
        font.W = Array([1, 60_000, 4321])

    def unembed(pdf):
        descriptor = first(pdf, "/FontDescriptor")
        for key in ("/FontFile2", "/FontFile3"):
            if key in descriptor:
                del descriptor[key]

    def said(pdf):
        metadata = pdf.Root.Metadata.read_bytes().replace(b"<pdfaid:part>2", b"<pdfaid:part>1")
        pdf.Root.Metadata = pdf.make_stream(metadata, Type=Name.Metadata, Subtype=Name.XML)

    yield "6.5.1", change(action)
    yield "6.2.3", change(lambda pdf: pdf.Root.__delitem__("/OutputIntents"))
    yield "6.2.11.5", change(wide)
    yield "6.2.11.4", change(unembed)
    yield "6.6.4", change(said)
    yield "6.6.3", change(lambda pdf: pdf.docinfo.__setitem__("/Title", "another"))
    yield "6.3.2", change(lambda pdf: first(pdf, "/Link", "/Subtype").__setitem__("/F", 2))
    yield "6.2.4.3", change(lambda pdf: pdf.pages[0].contents_add(b"0 0 0 1 k", prepend=True))
    yield "6.8", change(lambda pdf: pdf.attachments.__setitem__("x", pikepdf.AttachedFileSpec(pdf, b"x")))
    yield "6.1.3", data + b"more"


def main() -> int:
    if sys.argv[1] == "--control":
        with open(sys.argv[2], "rb") as file:
            data = file.read()
        missed = [clause for clause, bad in broken(data) if not any(fault.startswith(clause) for fault in Report(bad).run())]
        print(f"faults that were not noticed: {missed}")
        return bool(missed)
    wrong = 0
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            faults = Report(file.read()).run()
        wrong += bool(faults)
        for fault in sorted(set(faults))[:20]:
            print(f"{path}: {fault}")
        print(f"{path}: {len(faults)} faults")
    return bool(wrong)


sys.exit(main())
