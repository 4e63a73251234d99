#!/usr/bin/env python3
"""What a power cut would leave of a case, at every moment of the commands that write to it.

    benches/power_cut.py [--seed N] [--each N]      # needs strace and target/release/pugmark (or $PUGMARK)

Each command runs under strace. Its calls are played again on a model of a disk, in which nothing is
safe that no fsync, fdatasync or syncfs covered: content of a file by its own, names by that of their
folder. After every call that changes the model, states are made that a cut may leave: only what is
safe; all that was written; names without content; content without names; and mixtures drawn at
random, in which a file may end in the middle of what was last written. Of each the case must verify,
must take another entry and verify again, and must hold every item and ad that was acknowledged on
standard output before.
"""
import argparse, http.server, json, os, random, re, shutil, subprocess, sys, tempfile, threading
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PUGMARK = os.environ.get("PUGMARK", str(ROOT / "target/release/pugmark"))
CALLS = "openat,write,pwrite64,writev,ftruncate,fsync,fdatasync,syncfs,rename,renameat,renameat2,mkdir,mkdirat," \
        "unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat,close,dup,copy_file_range,sendfile,fallocate"


class File:
    def __init__(self, data=b"", safe=None):
        self.data, self.safe = bytearray(data), safe

    def sync(self):
        self.safe = bytes(self.data)


class Folder:
    def __init__(self):
        self.names, self.safe = {}, {}

    def sync(self):
        self.safe = dict(self.names)


def load(path):
    """A file or folder as it is on the disk, all of it safe."""
    if path.is_dir():
        folder = Folder()
        folder.names = {entry.name: load(entry) for entry in path.iterdir()}
        folder.sync()
        return folder
    return File(path.read_bytes(), path.read_bytes())


def everything(node):
    yield node
    if isinstance(node, Folder):
        for child in set(node.names.values()) | set(node.safe.values()):
            yield from everything(child)


def store(node, path, choose):
    """Writes the state that `choose` picks of each node."""
    if isinstance(node, File):
        path.write_bytes(choose(node))
        return
    path.mkdir()
    for name, child in choose(node).items():
        store(child, path / name, choose)


safe = lambda node: node.safe if isinstance(node, Folder) else node.safe or b""
written = lambda node: node.names if isinstance(node, Folder) else bytes(node.data)
names_only = lambda node: node.names if isinstance(node, Folder) else node.safe or b""
content_only = lambda node: node.safe if isinstance(node, Folder) else bytes(node.data)


def mixture(draw):
    def choose(node):
        if isinstance(node, Folder):
            # Each name by itself is as it was or as it is now; those of one rename together.
            names, left = {}, sorted(node.names.keys() | node.safe.keys())
            while left:
                together, side = [left.pop(0)], draw.choice([node.names, node.safe])
                for name in together:
                    here = {id(names.get(name)) for names in (node.names, node.safe) if name in names}
                    near = [other for other in left if here & {id(names.get(other)) for names in (node.names, node.safe) if other in names}]
                    together += near
                    left = [other for other in left if other not in near]
                names.update({name: side[name] for name in together if name in side})
            return names
        before, now = node.safe or b"", bytes(node.data)
        if now.startswith(before):
            return now[: draw.randint(len(before), len(now))]
        return draw.choice([before, now])
    return choose


class Disk:
    """Plays calls again."""

    def __init__(self, place):
        self.place, self.root, self.open = place, load(place), {}

    def parts(self, path):
        path = os.path.normpath(path)
        inside = os.path.relpath(path, self.place)
        return None if inside.startswith("..") else [part for part in inside.split("/") if part != "."]

    def find(self, path):
        parts, node = self.parts(path), self.root
        if parts is None:
            return None
        for part in parts:
            if not isinstance(node, Folder) or part not in node.names:
                return None
            node = node.names[part]
        return node

    def above(self, path):
        return self.find(os.path.dirname(os.path.normpath(path))), os.path.basename(os.path.normpath(path))

    def play(self, call, arguments, result, here):
        """True when the model changed."""
        quoted = [unquote(text) for text in re.findall(r'"((?:[^"\\]|\\.)*)"', arguments)]
        number = re.match(r"(\d+)", arguments)
        fd = number and int(number[1])
        at = lambda text: os.path.join(here, os.fsdecode(text))
        if call == "openat":
            path = at(quoted[0])
            node = self.find(path)
            self.open.pop(result, None)
            if "O_TMPFILE" in arguments:
                self.open[result] = [File(), 0, False]
                return False
            if "O_CREAT" in arguments and node is None:
                folder, name = self.above(path)
                if folder is None:
                    return False
                node = folder.names[name] = File()
            if node is None:
                return False
            if "O_TRUNC" in arguments:
                node.data = bytearray()
            self.open[result] = [node, 0, "O_APPEND" in arguments]
            return "O_CREAT" in arguments or "O_TRUNC" in arguments
        if call == "close":
            self.open.pop(fd, None)
            return False
        if call == "write":
            if fd not in self.open:
                return False
            node, position, appends = self.open[fd]
            data = quoted[0][:result]
            assert len(data) == result, "strace cut the data"
            position = len(node.data) if appends else position
            node.data[position:position + result] = data
            self.open[fd][1] = position + result
            return True
        if call in ("fsync", "fdatasync"):
            if fd in self.open:
                self.open[fd][0].sync()
            return fd in self.open
        if call == "syncfs":
            for node in list(everything(self.root)):
                node.sync()
            return True
        if call == "ftruncate":
            if fd in self.open:
                del self.open[fd][0].data[int(arguments.rsplit(",", 1)[1]):]
            return fd in self.open
        if call.startswith("rename"):
            (source, name), (target, new) = self.above(at(quoted[0])), self.above(at(quoted[1]))
            if source is None and target is None:
                return False
            assert source is not None and target is not None, f"a rename across: {arguments}"
            target.names[new] = source.names.pop(name)
            return True
        if call in ("mkdir", "mkdirat"):
            folder, name = self.above(at(quoted[0]))
            if folder is not None:
                folder.names[name] = Folder()
            return folder is not None
        if call in ("unlink", "unlinkat", "rmdir"):
            path = at(quoted[0])
            if call == "unlinkat" and fd in self.open:
                folder, name = self.open[fd][0], os.fsdecode(quoted[0])
            else:
                folder, name = self.above(path)
            return folder is not None and folder.names.pop(name, None) is not None
        touched = fd in self.open or any(self.find(at(text)) is not None for text in quoted)
        assert not touched, f"a call that is not played: {call}({arguments[:200]})"
        return False


def unquote(text):
    simple = {"n": 10, "t": 9, "r": 13, "v": 11, "f": 12, '"': 34, "\\": 92}
    out, at = bytearray(), 0
    for match in re.finditer(r"\\([0-7]{1,3}|.)", text):
        out += text[at:match.start()].encode("latin-1")
        code = match[1]
        out.append(simple[code] if code in simple else int(code, 8))
        at = match.end()
    return bytes(out + text[at:].encode("latin-1"))


def calls(trace):
    """Finished calls in the order in which they ended: name, arguments, result."""
    begun = {}
    for line in trace.read_text("latin-1").splitlines():
        match = re.match(r"(\d+) +(.*)", line)
        thread, text = match[1], match[2]
        if text.endswith("<unfinished ...>"):
            begun[thread] = text[: -len("<unfinished ...>")]
            # Its number is free for others before it ends.
            if text.startswith("close("):
                yield "close", begun[thread][len("close("):], 0
            continue
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", text)
        if resumed:
            text = begun.pop(thread) + resumed[1]
            if text.startswith("close("):
                continue
        match = re.match(r"(\w+)\((.*)\) += (-?\d+)", text, re.S)
        if match and int(match[3]) >= 0:
            yield match[1], match[2], int(match[3])


def run(*arguments, here, stdin=None):
    environment = {**os.environ, "PUGMARK_HOME": str(here / "home")}
    return subprocess.run([PUGMARK, "-q", *arguments], cwd=here, input=stdin, capture_output=True, env=environment)


class Trial:
    def __init__(self, work, seed, each):
        self.work, self.draw, self.each = work, random.Random(seed), each
        self.states, self.wrong, self.seen = 0, 0, set()

    def check(self, choose, disk, acknowledged, what):
        state = self.work / "state"
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir()
        # A home with the key alone: what this machine remembers of the live case is not of this one.
        (state / "home").mkdir()
        shutil.copy(self.work / "live/home/signing-key.pem", state / "home")
        store(disk.root, state / "case", choose)
        key = fingerprint(state / "case"), len(acknowledged)
        if key in self.seen:
            return
        self.seen.add(key)
        self.states += 1
        problems = []
        for step in ("verify", "note", "verify"):
            command = ["evidence", "note", "--case", "case", "on"] if step == "note" else ["evidence", "verify", "case", "--failed"]
            done = run(*command, here=state)
            if done.returncode != 0:
                problems.append(f"{step}: exit {done.returncode}: {(done.stdout + done.stderr).decode()[:600]}")
        for line in acknowledged:
            record = json.loads(line)
            if "item" in record and not (state / "case/items" / record["item"] / "tagmanifest-sha256.txt").is_file():
                problems.append(f"lost: {record['item']}")
            if "read" in record and len((state / "case/ads.jsonl").read_text().splitlines()) < record["read"]:
                problems.append("lost: ads")
        if problems:
            self.wrong += 1
            print(f"WRONG after {what}: {problems}", file=sys.stderr)
            if self.wrong == 1:
                shutil.copytree(state, self.work.parent / "power-cut-wrong", dirs_exist_ok=True)

    def command(self, name, *arguments, stdin=None):
        case = self.work / "live" / "case"
        disk, trace = Disk(case), self.work / "trace"
        before = self.states
        traced = ["strace", "-f", "-o", str(trace), "-s", "100000000", "-e", f"trace={CALLS}", PUGMARK, "-q", *arguments]
        done = subprocess.run(traced, cwd=case.parent, input=stdin, capture_output=True)
        assert done.returncode in (0, 3), done.stderr.decode()
        acknowledged, pending, moments = [], b"", 0
        for call, text, result in calls(trace):
            if call == "write" and text.startswith("1,"):
                pending += unquote(re.search(r'"((?:[^"\\]|\\.)*)"', text)[1])
                *lines, pending = pending.split(b"\n")
                acknowledged += [line for line in lines if line.startswith(b"{")]
                is_moment = True
            else:
                is_moment = disk.play(call, text, result, str(case.parent))
            if is_moment:
                moments += 1
                what = f"{name}, {call}, moment {moments}"
                for choose in (safe, written, names_only, content_only):
                    self.check(choose, disk, acknowledged, what)
                for _ in range(self.each):
                    self.check(mixture(self.draw), disk, acknowledged, what)
        live = {path.relative_to(case) for path in case.rglob("*")}
        played = self.work / "played"
        shutil.rmtree(played, ignore_errors=True)
        store(disk.root, played, written)
        assert {path.relative_to(played) for path in played.rglob("*")} == live, "the model differs from the disk"
        for path in live:
            if (case / path).is_file():
                assert (case / path).read_bytes() == (played / path).read_bytes(), f"the model differs: {path}"
        print(f"| {name} | {moments} | {self.states - before} |", flush=True)


def fingerprint(folder):
    return hash(tuple(sorted((str(path.relative_to(folder)), path.read_bytes() if path.is_file() else None) for path in folder.rglob("*"))))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"<title>{self.path}</title><p>ivory".encode()
        self.send_response(200 if self.path != "/robots.txt" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=4, help="mixtures drawn at each moment")
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    with tempfile.TemporaryDirectory(prefix="pugmark-power-") as folder:
        work = Path(folder).resolve() / "work"
        live = work / "live"
        live.mkdir(parents=True)
        os.environ["PUGMARK_HOME"] = str(live / "home")
        assert run("case", "new", "case", "--title", "Power", here=live).returncode == 0
        (live / "folder").mkdir()
        for number in range(3):
            (live / "folder" / f"{number}.txt").write_text("chat\n" * 100 * number)
        ads = [{"id": str(n), "platform": "a", "title": f"ad {n}", "pugmark": {"schema": "pugmark.scan/1", "score": 90, "verdict": "flag",
                "language": "en", "hits": [], "status": None, "claims": [], "price": None, "quantity": None, "contacts": [], "reasons": []}} for n in range(20)]
        trial = Trial(work, options.seed, options.each)
        print("| command | calls that change the disk | states tried |\n|---|---|---|")
        trial.command("evidence add (a folder)", "evidence", "add", "--case", "case", "folder")
        trial.command("evidence note", "evidence", "note", "--case", "case", "seen")
        trial.command("evidence capture (one page)", "evidence", "capture", "--case", "case", "--allow-private", url + "one")
        urls = "".join(f"{url}{number}\n" for number in range(6)).encode()
        trial.command("evidence capture (six pages, entered together)", "evidence", "capture", "--case", "case", "--allow-private", "--jobs", "3", "-", stdin=urls)
        trial.command("case import (20 ads)", "case", "import", "case", stdin="".join(json.dumps(ad) + "\n" for ad in ads).encode())
        print(f"\n{trial.states} states, {trial.wrong} wrong (seed {options.seed}).")
    sys.exit(1 if trial.wrong else 0)


main()
