"""Measures how far apart the picture hashes of pugmark are: `photos.py FOLDER [FOLDER…]`, of pictures that are all different.

Makes nine copies of each picture as sellers and platforms make them (smaller, other formats, poor quality, cut at the
edges, brighter, with a mark), lets `pugmark evidence add` hash them all, and counts the bits in which a copy differs from
its picture and in which different pictures differ. Needs Pillow; PUGMARK names the program. Prints a Markdown table.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def smaller(image, width):
    return image.resize((width, max(64, image.height * width // image.width)), Image.Resampling.LANCZOS)


def cut(image, share):
    dx, dy = int(image.width * share), int(image.height * share)
    return image.crop((dx, dy, image.width - dx, image.height - dy))


def marked(image):
    image = image.copy()
    draw = ImageDraw.Draw(image)
    draw.rectangle((image.width * 0.6, image.height * 0.9, image.width * 0.98, image.height * 0.97), fill=(255, 255, 255))
    draw.text((image.width * 0.62, image.height * 0.91), "marktplein.example", fill=(40, 40, 40))
    return image


COPIES = {
    "half the size, JPEG 85": lambda image: saved(smaller(image, image.width // 2), "JPEG", quality=85),
    "320 wide, JPEG 60": lambda image: saved(smaller(image, 320), "JPEG", quality=60),
    "JPEG 20": lambda image: saved(image, "JPEG", quality=20),
    "WebP 50": lambda image: saved(image, "WEBP", quality=50),
    "brighter, more contrast": lambda image: saved(
        ImageEnhance.Contrast(ImageEnhance.Brightness(image).enhance(1.15)).enhance(1.2), "JPEG", quality=80
    ),
    "a platform's mark": lambda image: saved(marked(image), "JPEG", quality=80),
    "cut by 1 % on each side": lambda image: saved(cut(image, 0.01), "JPEG", quality=80),
    "cut by 3 % on each side": lambda image: saved(cut(image, 0.03), "JPEG", quality=80),
    "mirrored": lambda image: saved(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), "JPEG", quality=80),
}


def opened(path):
    """The picture on white, at most 1,200 wide; `None` for icons."""
    image = Image.open(path).convert("RGBA")
    if min(image.size) < 160:
        return None
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    ground = ground.convert("RGB")
    return smaller(ground, 1200) if ground.width > 1200 else ground


def hashes(folder):
    """What pugmark says of the files in `in`, by their names."""
    pugmark, case = os.environ.get("PUGMARK", "target/release/pugmark"), folder / "case"
    environment = os.environ | {"PUGMARK_HOME": str(folder / "home")}
    subprocess.run([pugmark, "-q", "case", "new", case, "--title", "photos"], check=True, env=environment)
    subprocess.run([pugmark, "-q", "evidence", "add", "--case", case, folder / "in"], check=True, env=environment)
    found = {}
    for record in (case / "items").glob("*/data/acquisition.json"):
        for file in json.loads(record.read_text())["files"]:
            if picture := file.get("picture"):
                found[Path(file["original"]).stem] = int(picture["hash"], 16)
    return found


def main():
    paths = sorted(path for root in sys.argv[1:] for path in Path(root).rglob("*") if path.suffix.lower() in ENDINGS)
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        (work / "in").mkdir()
        count, names = 0, {}
        for path in paths:
            image = opened(path)
            if image is None:
                continue
            (work / "in" / f"{count:05}-original.png").write_bytes(saved(image, "PNG"))
            for at, make in enumerate(COPIES.values()):
                (work / "in" / f"{count:05}-copy{at}.img.jpg").write_bytes(make(image))
            names[f"{count:05}"] = path.name
            count += 1
        report(hashes(work), names)


def report(found, names):
    originals = {name.split("-")[0]: bits for name, bits in found.items() if name.endswith("original")}
    steps = [0, 2, 3, 4, 5, 6, 8, 10, 12]
    print("| " + " | ".join(["what", "pairs", *(f"≤ {step}" for step in steps)]) + " |")
    print("|" + "---|" * (len(steps) + 2))

    def row(name, distances):
        shares = [sum(d <= step for d in distances) for step in steps]
        cells = [f"{n / len(distances):.1%}" if name in COPIES else str(n) for n in shares]
        print(f"| {name} | {len(distances):,} | " + " | ".join(cells) + " |")

    for at, name in enumerate(COPIES):
        pairs = [(bits, found.get(f"{key}-copy{at}.img")) for key, bits in originals.items()]
        row(name, [(a ^ b).bit_count() for a, b in pairs if b is not None])
    every = sorted(originals.items())
    apart = [(a ^ b).bit_count() for i, (_, a) in enumerate(every) for _, b in every[i + 1 :]]
    row("different pictures", apart)
    print(f"\n{len(every)} pictures with features. Nearest different ones, to look at:")
    near = ((a ^ b).bit_count() for i, (_, a) in enumerate(every) for _, b in every[i + 1 :])
    pairs = ((names[p], names[q]) for i, (p, _) in enumerate(every) for q, _ in every[i + 1 :])
    for bits, (one, other) in sorted(zip(near, pairs))[:30]:
        print(f"{bits} {one} {other}")


main()
