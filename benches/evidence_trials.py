#!/usr/bin/env python3
"""Tries to get past `evidence verify`, and kills commands half-way. Says what it tried and what came.

    benches/evidence_trials.py bytes     [--count 10000]   one byte changed at a random place of a case
    benches/evidence_trials.py structure [--count 200]     records, entries and files put in, taken out, exchanged, cut
    benches/evidence_trials.py kills     [--count 200]     captures, additions and imports killed at random moments

The case has pages captured by HTTP and by a browser (where one is installed), files, a note and imported ads.
Needs target/release/pugmark (or $PUGMARK). The same --seed gives the same places.
"""
import argparse
import collections
import hashlib
import http.server
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PUGMARK = os.environ.get("PUGMARK", str(ROOT / "target/release/pugmark"))
SCAN = ROOT / "tests/cli/fixtures/case/scan.jsonl"
PAGE = b"<!doctype html><title>Ad</title><link rel=stylesheet href=/s.css><img src=/tusk.png><p>Carved, 450 EUR"


class Pages(http.server.BaseHTTPRequestHandler):
    """A page with a style sheet and a picture, the same for every address that starts with /ad."""
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16

    def do_GET(self):
        kind, body = "text/html", PAGE
        if self.path == "/s.css":
            kind, body = "text/css", b"p { background: url(/paper.png) }"
        elif self.path.endswith(".png"):
            kind, body = "image/png", random.Random(self.path).randbytes(4000)
        found = self.path.startswith("/ad") or kind != "text/html"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256

    def handle_error(self, *arguments):
        """Clients that are killed break connections off."""


class Trial:
    """A case of its own, with a server beside it."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.case = self.folder / "case"
        self.server = Server(("127.0.0.1", 0), Pages)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.environment = {**os.environ, "PUGMARK_HOME": str(self.folder / "home"), "TMPDIR": str(self.folder)}
        self.must("case", "new", "case", "--title", "Trial")

    def command(self, *arguments):
        return {"args": [PUGMARK, *arguments], "cwd": self.folder, "env": self.environment}

    def must(self, *arguments):
        done = subprocess.run(**self.command(*arguments), capture_output=True)
        if done.returncode not in (0, 3):
            sys.exit(f"{arguments}: {done.returncode}\n{done.stderr.decode()}")

    def fill(self):
        """Items by HTTP and by browser, files, a note, ads."""
        capture = ["evidence", "capture", "--case", "case", "--allow-private"]
        self.must(*capture, f"{self.url}/ad/1", f"{self.url}/ad/2", f"{self.url}/sold")
        browser = shutil.which("chromium") or shutil.which("google-chrome")
        if browser:
            self.must(*capture, "--browser", "--browser-without-sandbox", "--scroll", "1", f"{self.url}/ad/3")
        (self.folder / "phone").mkdir()
        (self.folder / "phone/photo.jpg").write_bytes(random.Random(1).randbytes(20000))
        (self.folder / "phone/_chat.txt").write_text("[02.11.26, 10:00:01] A: x\n[02.11.26, 10:01:00] B: y\n")
        self.must("evidence", "add", "--case", "case", "phone", "--also", "sha1,md5")
        self.must("evidence", "note", "--case", "case", "seen")
        self.must("case", "import", "case", str(SCAN))
        assert self.failed() == [], self.failed()
        return bool(browser)

    def failed(self):
        done = subprocess.run(**self.command("evidence", "verify", "case", "--format", "jsonl"), capture_output=True)
        checks = [json.loads(line) for line in done.stdout.splitlines()]
        failed = [check for check in checks if not check["ok"] and check["check"] != "total"]
        if done.returncode not in (0, 1) or (done.returncode == 1) != bool(failed):
            sys.exit(f"verify: {done.returncode}\n{done.stderr.decode()}")
        return failed

    def files(self):
        names = (path.relative_to(self.case).as_posix() for path in self.case.rglob("*") if path.is_file())
        return sorted(names)


def name_found(failed, name):
    return any(check["file"] == name for check in failed)


def bytes_changed(trial, count, chance):
    sizes = {name: (trial.case / name).stat().st_size for name in trial.files()}
    names = [name for name, size in sizes.items() if size]
    missed, seen = [], collections.Counter()
    for _ in range(count):
        name = chance.choices(names, [sizes[name] for name in names])[0]
        # One change in ten goes into a file drawn without regard to its size.
        if chance.random() < 0.1:
            name = chance.choice(names)
        place, flip = chance.randrange(sizes[name]), chance.randrange(1, 256)
        path = trial.case / name
        with open(path, "r+b") as file:
            file.seek(place)
            before = file.read(1)
            file.seek(place)
            file.write(bytes([before[0] ^ flip]))
        if not name_found(trial.failed(), name):
            missed.append((name, place, flip))
        with open(path, "r+b") as file:
            file.seek(place)
            file.write(before)
        seen[name] += 1
    return missed, f"{len(seen)} of {len(names)} files, {sum(sizes.values()):,} bytes"


def members(path):
    """The gzip members of an archive, one a record."""
    rest, found = path.read_bytes(), []
    while rest:
        reader = zlib.decompressobj(31)
        reader.decompress(rest)
        found.append(rest[:len(rest) - len(reader.unused_data)])
        rest = reader.unused_data
    return found


def edit(parts, chance):
    """Puts in, takes out, exchanges or cuts off; says what."""
    parts, at, what = list(parts), chance.randrange(len(parts)), chance.randrange(5)
    if what == 0 and len(parts) > 1:
        del parts[at]
        return parts, "taken out"
    if what == 1 and len(parts) > 1:
        other = (at + chance.randrange(1, len(parts))) % len(parts)
        if parts[at] != parts[other]:
            parts[at], parts[other] = parts[other], parts[at]
            return parts, "exchanged"
    if what == 2:
        return parts[:at], "cut off"
    if what == 3:
        last = parts[-1]
        return parts[:-1] + [last[:chance.randrange(len(last))]], "end cut"
    parts.insert(at, chance.choice(parts))
    return parts, "put in"


def reseal(item):
    """Makes the manifests of a bag agree with its files."""
    def lines(paths, kind):
        digest = lambda path: hashlib.new(kind, path.read_bytes()).hexdigest()
        return "".join(f"{digest(path)}  {path.relative_to(item).as_posix()}\n" for path in paths)
    data = sorted(path for path in (item / "data").rglob("*") if path.is_file())
    (item / "manifest-sha256.txt").write_text(lines(data, "sha256"))
    tags = sorted(path for path in item.iterdir() if path.is_file() and not path.name.startswith("tagmanifest"))
    (item / "tagmanifest-sha256.txt").write_text(lines(tags, "sha256"))


def one_structure(trial, chance):
    """Changes something; returns what, and the files of which one must be named."""
    case, kind = trial.case, chance.choice(["log", "log and head", "archive", "archive, resealed", "files", "ads"])
    if kind.startswith("log"):
        log = case / "custody.jsonl"
        parts, what = edit(log.read_bytes().splitlines(True), chance)
        log.write_bytes(b"".join(parts))
        if kind == "log and head" and parts:
            (case / "custody.head").write_bytes(parts[-1])
        # An end cut off in the middle of a line looks like a crash, but the head tells.
        return f"{kind}: {what}", ["custody.jsonl", "custody.head"]
    if kind.startswith("archive"):
        archive = chance.choice(sorted(case.glob("items/*/data/capture.warc.gz")))
        parts, what = edit(members(archive), chance)
        archive.write_bytes(b"".join(parts))
        item = archive.parent.parent
        named = archive.relative_to(case).as_posix()
        if kind == "archive, resealed":
            reseal(item)
            return f"{kind}: {what}", [item.relative_to(case).as_posix() + "/tagmanifest-sha256.txt"]
        return f"{kind}: {what}", [named]
    if kind == "ads":
        ads = case / "ads.jsonl"
        parts, what = edit(ads.read_bytes().splitlines(True), chance)
        ads.write_bytes(b"".join(parts))
        return f"ads: {what}", ["ads.jsonl"]
    name = chance.choice([name for name in trial.files() if name != ".lock"])
    path, what = case / name, chance.choice(["removed", "copied beside", "renamed", "emptied"])
    beside = path.with_name(f"x{path.name}")
    if what == "removed" or (what == "emptied" and path.stat().st_size == 0):
        path.unlink()
    elif what == "copied beside":
        shutil.copy(path, beside)
    elif what == "renamed":
        path.rename(beside)
    else:
        path.write_bytes(b"")
    changed = beside if what == "copied beside" else path
    return f"file {what}", [changed.relative_to(case).as_posix()]


def structure_changed(trial, count, chance):
    saved = trial.folder / "saved"
    shutil.copytree(trial.case, saved)
    missed, seen = [], collections.Counter()
    for _ in range(count):
        what, names = one_structure(trial, chance)
        try:
            failed = trial.failed()
            found = any(name_found(failed, name) for name in names)
        except SystemExit:
            # A folder without a log is no case any more: an error, not a failed check.
            found = names == ["custody.jsonl"] and not (trial.case / "custody.jsonl").exists()
        if not found:
            missed.append((what, names, failed))
        shutil.rmtree(trial.case)
        shutil.copytree(saved, trial.case)
        seen[what.split(":")[-1].strip()] += 1
    return missed, ", ".join(f"{what} {times}" for what, times in sorted(seen.items()))


def killed(trial, count, chance):
    """Kills commands at random moments of what they take; the case must verify, and what was said must be there."""
    scan = SCAN.read_text()
    capture = ["evidence", "capture", "--case", "case", "--allow-private", "-j", "2"]
    took, acknowledged, ads, missed, seen = {}, set(), set(), [], collections.Counter()
    for number in range(count):
        kind = ["capture", "add", "import", "browser"][number % 4]
        if kind == "browser" and not trial.browser:
            kind = "capture"
        (trial.folder / "shot.png").write_bytes(chance.randbytes(50000))
        lines = [json.loads(line) for line in scan.splitlines()]
        for line in lines:
            line["id"] = f"{number}-{line['id']}"
        (trial.folder / "scan.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        arguments = {
            "capture": [*capture, *(f"{trial.url}/ad/{number}-{page}" for page in range(6))],
            "add": ["evidence", "add", "--case", "case", "shot.png", "phone"],
            "import": ["case", "import", "case", "scan.jsonl"],
            "browser": [*capture, "--browser", "--browser-without-sandbox", "--scroll", "0", f"{trial.url}/ad/{number}"],
        }[kind]
        process = subprocess.Popen(**trial.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        start = time.monotonic()
        if kind in took:
            time.sleep(chance.uniform(0, took[kind] * 1.1))
            process.kill()
        out = process.communicate()[0].decode()
        took.setdefault(kind, time.monotonic() - start)
        seen[f"{kind} {'killed' if process.returncode < 0 else 'to its end'}"] += 1
        if kind == "import":
            ads.update(line["id"] for line in lines if process.returncode == 0)
        else:
            acknowledged.update(json.loads(line)["item"] for line in out.splitlines() if line.endswith("}"))
        failed = trial.failed()
        if failed:
            missed.append((number, kind, failed))
    known = {json.loads(line)["record"]["id"] for line in (trial.case / "ads.jsonl").read_text().splitlines()}
    lost = [item for item in acknowledged if not (trial.case / "items" / item / "data").is_dir()]
    missed += [("lost", item) for item in lost] + [("lost", ad) for ad in ads - known]
    # The next writer sets aside what was left, but for items begun within the last minute.
    time.sleep(61)
    trial.must("evidence", "note", "--case", "case", "after all")
    if trial.failed():
        missed.append(("after all", trial.failed()))
    left = [path for path in trial.case.glob("items/.unfinished-*")]
    missed += [("left", str(path)) for path in left]
    stay = [path.name for path in trial.folder.glob("pugmark-browser-*")]
    missed += [("stays", name) for name in stay]
    ways = ", ".join(f"{what} {times}" for what, times in sorted(seen.items()))
    return missed, f"{ways}; {len(acknowledged)} items and {len(ads)} ads acknowledged"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trial", choices=["bytes", "structure", "kills"])
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    count = options.count or {"bytes": 10000}.get(options.trial, 200)
    work = {"bytes": bytes_changed, "structure": structure_changed, "kills": killed}[options.trial]
    with tempfile.TemporaryDirectory(prefix="pugmark-trials-") as folder:
        trial = Trial(folder)
        trial.browser = trial.fill()
        start = time.monotonic()
        missed, about = work(trial, count, random.Random(options.seed))
        assert trial.failed() == [], trial.failed()
        seconds = time.monotonic() - start
    browser = "with" if trial.browser else "WITHOUT"
    print(f"{options.trial}: {count} tried {browser} a browser's item, {len(missed)} wrong; {about}; {seconds:.0f} s")
    for line in missed[:20]:
        print(f"  {line}")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
