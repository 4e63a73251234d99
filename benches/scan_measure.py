"""The measuring of benches/scan.sh, which says what it needs: scan_measure.py PUGMARK MIB FOLDER"""

import dataclasses
import gzip
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import time

from scan_corpus import Market

HERE = pathlib.Path(__file__).resolve().parent
RUNS = int(os.environ.get("RUNS", "5"))
PEER_MIB = int(os.environ.get("PEER_MIB", "32"))
ONLY = os.environ.get("ONLY", "start,text,jsonl,csv,peer,lexicon,memory").split(",")
# More terms than these ripgrep does not take within its limits, or takes minutes to build.
RG_TERMS = int(os.environ.get("RG_TERMS", "30000"))
# And those of which Vectorscan makes words within a minute.
WORDS_TERMS = 10_000
TOO_LONG = 900
C = os.environ | {"LC_ALL": "C"}


@dataclasses.dataclass
class Run:
    """One run of a program: seconds, seconds on a core, KiB at most, exit code."""

    seconds: float
    core: float
    memory: int
    status: int


def run(command, folder, feed=None, out=subprocess.DEVNULL):
    """Runs a program under GNU time; `feed` writes to its stdin.

    What the system counts for a process begins with the memory of the one that started it,
    which is Python's here and would hide what a small program needs.
    """
    said = folder / "time"
    begun = time.monotonic()
    process = subprocess.Popen(
        ["/usr/bin/time", "-q", "-f", "%M %U %S", "-o", said, *command],
        stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.DEVNULL,
        env=C,
        start_new_session=True,
    )
    if feed:
        with process.stdin:
            feed(process.stdin)
    try:
        status = process.wait(TOO_LONG)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return Run(TOO_LONG, 0, 0, process.wait())
    seconds = time.monotonic() - begun
    memory, user, system = said.read_text().split()
    return Run(seconds, float(user) + float(system), int(memory), status)


class Table:
    """Rows of programs on the same bytes; ratios are to the first row."""

    def __init__(self, title, bytes_each, folder):
        self.bytes_each, self.base, self.folder = bytes_each, None, folder
        print(f"\n**{title}**, {bytes_each / 1e6:,.0f} MB\n")
        print("| program | MB/s | seconds (median, all) | on a core | memory | speed to the first |")
        print("|---|---|---|---|---|---|")

    def measure(self, programs, allowed=(0, 1)):
        """Runs the programs in turn, RUNS times after one that does not count."""
        runs = {name: [] for name in programs}
        for number in range(RUNS + 1):
            for name, command in programs.items():
                done = run(command, self.folder)
                assert done.status in allowed, f"{name}: exit code {done.status}"
                if number > 0:
                    runs[name].append(done)
        for name, done in runs.items():
            self.row(name, done)
        return runs

    def row(self, name, runs, bytes_read=None, note=""):
        seconds = statistics.median(one.seconds for one in runs)
        core = statistics.median(one.core for one in runs)
        speed = (bytes_read or self.bytes_each) / seconds / 1e6
        self.base = self.base or speed
        every = " ".join(f"{one.seconds:.3g}" for one in runs)
        memory = max(one.memory for one in runs) / 1024
        print(
            f"| {name}{note} | {speed:,.1f} | {seconds:.3g} ({every}) | {core:.3g} "
            f"| {memory:,.0f} MiB | {speed / self.base:.2f} |",
            flush=True,
        )


class Bench:
    def __init__(self, program, mib, folder):
        self.program, self.mib, self.folder = program, mib, folder
        self.terms = {}
        lexicon = folder / "lexicon.jsonl"
        with open(lexicon, "wb") as out:
            subprocess.run([program, "lexicon", "list", "--format", "jsonl"], stdout=out, check=True)
        for name, count in (("all", []), ("rg", [str(RG_TERMS)]), ("words", [str(WORDS_TERMS)]), ("few", ["2000"])):
            self.terms[name] = folder / f"terms-{name}"
            self.say("terms", lexicon, self.terms[name], *count)

    def say(self, *arguments):
        command = [sys.executable, HERE / "scan_peers.py", *arguments]
        return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout

    def listings(self, kind, every, mib=None):
        path = self.folder / f"{kind}-{every}"
        subprocess.run(
            [sys.executable, HERE / "scan_corpus.py", kind, str(mib or self.mib), str(every), path], check=True
        )
        return path

    def scan(self, *arguments):
        return [self.program, "scan", "--count", *arguments]

    def beginning(self, path):
        """The first PEER_MIB of a file, to the end of a line."""
        short = path.with_name(f"{path.name}-short")
        with open(path, "rb") as source, open(short, "wb") as out:
            out.write(source.read(PEER_MIB << 20))
            out.write(source.readline())
        return short

    def start(self):
        one = self.folder / "one.txt"
        one.write_text("Hand-carved elephant ivory netsuke\n")
        runs = [run(self.scan(one), self.folder) for _ in range(RUNS * 4)][RUNS:]
        nothing = [run(["true"], self.folder) for _ in range(RUNS * 3)]
        took = [statistics.median(part.seconds for part in some) * 1000 for some in (runs, nothing)]
        print(f"\n**start**, one ad: {took[0]:.0f} ms; `true` on the same machine {took[1]:.0f} ms")

    def text(self):
        for every in (200, 5):
            path = self.listings("text", every)
            table = Table(f"text, one offer in {every}", path.stat().st_size, self.folder)
            table.measure({
                "`wc -w`": ["wc", "-w", path],
                "pugmark": self.scan(path),
                "pugmark, one thread": self.scan(path, "--threads", "1"),
            })
            short = self.beginning(path)
            size = short.stat().st_size
            part = f" (first {size / 1e6:.0f} MB)"
            # ripgrep is given its limits; what it needs to build is part of the time, as for its users.
            limits = ["--regex-size-limit", "4G", "--dfa-size-limit", "1G"]
            name = f"`rg -F -i -w`, {RG_TERMS:,} terms, one run"
            rg = run(["rg", "-F", "-i", "-w", "-c", *limits, "-f", self.terms["rg"], short], self.folder)
            if rg.status in (0, 1):
                table.row(name, [rg], size, part)
            else:
                print(f"| {name}{part} | | ended with {rg.status} after {rg.seconds:.0f} | | | |")
            for name, terms, how in (
                ("matches of all terms anywhere in words", "all", "literal"),
                ("the same, matches not handed to Python", "all", "engine"),
                (f"{WORDS_TERMS:,} terms as words", "words", "words"),
                ("2,000 terms as words", "few", "words"),
            ):
                self.in_process(table, f"Vectorscan, {name}", size, part, "vectorscan", short, self.terms[terms], how)
            path.unlink()
            short.unlink()

    def in_process(self, table, name, size, part, *arguments):
        """A peer that measures itself, without what it took to build its automaton: a single build, and so one run."""
        out = self.folder / "said"
        with open(out, "wb") as said:
            done = run([sys.executable, HERE / "scan_peers.py", *arguments], self.folder, out=said)
        assert done.status == 0, f"{name}: exit code {done.status}"
        said = json.loads(out.read_text())
        done = dataclasses.replace(done, seconds=said["scan"], core=said["scan"])
        note = f", built in {said['build']:.1f} s, {said['matches']:,} matches{part}"
        table.row(name, [done], size, note)

    def jsonl(self):
        for every in (200, 5):
            path = self.listings("jsonl", every)
            size = path.stat().st_size
            table = Table(f"JSON lines, one offer in {every}", size, self.folder)
            programs = {
                "`wc -w`": ["wc", "-w", path],
                "pugmark": self.scan(path),
                "pugmark, one thread": self.scan(path, "--threads", "1"),
            }
            if every == 200:
                packed, parquet = self.packed(path), self.parquet(path)
                programs |= {
                    "pugmark, Parquet of the same ads": self.scan(parquet),
                    "pugmark, gzip of the same file": self.scan(packed),
                    "`gzip -dc` of it": ["gzip", "-dc", packed],
                }
            table.measure(programs)
            short = self.beginning(path)
            part = f" (first {short.stat().st_size / 1e6:.0f} MB)"
            name = "Python, orjson, pyahocorasick: terms as words, no score"
            self.in_process(table, name, short.stat().st_size, part, "python", short, self.terms["all"])
            for file in self.folder.glob("jsonl-*"):
                file.unlink()

    def peer(self):
        """A program in Python that makes the same findings, alone and as two on two halves."""
        tables, full = self.folder / "tables", [sys.executable, HERE / "scan_peer"]
        subprocess.run([*full, "prepare", self.program, tables], check=True)
        for every in (200, 5):
            path = self.listings("jsonl", every, PEER_MIB)
            size = path.stat().st_size
            table = Table(f"JSON lines beside Python, one offer in {every}", size, self.folder)
            table.measure({"pugmark": self.scan(path), "pugmark, one thread": self.scan(path, "--threads", "1")})
            halves = self.halves(path)
            for name, parts in (("one process", [path]), ("two processes", halves)):
                runs, built = [], []
                for _ in range(RUNS):
                    started = [
                        subprocess.Popen([*full, "scan", tables, part, "--count"], stdout=subprocess.PIPE) for part in parts
                    ]
                    said = [json.loads(process.communicate()[0]) for process in started]
                    core, memory = (sum(one[of] for one in said) for of in ("scan", "memory"))
                    runs.append(Run(max(one["seconds"] for one in said), core, memory, 0))
                    built += [one["build"] for one in said]
                note = f", tables read in {statistics.median(built):.1f} s"
                table.row(f"Python, orjson, pyahocorasick: the same findings, {name}", runs, note=note)
            name = "the same packages: terms as words, no score"
            self.in_process(table, name, size, "", "python", path, self.terms["all"])
            self.agreement(full, tables, path, f"one offer in {every}")
            for file in (path, *halves):
                file.unlink()
        ads = self.folder / "examples"
        examples = sorted((HERE.parent / "examples" / "ads").glob("*.jsonl"))
        ads.write_bytes(b"".join(file.read_bytes() for file in examples))
        self.agreement(full, tables, ads, "examples/ads")

    def halves(self, path):
        """The file in two, at the end of a line."""
        halves = [path.with_name(f"{path.name}-{at}") for at in (1, 2)]
        with open(path, "rb") as source:
            first = source.read(path.stat().st_size // 2) + source.readline()
            halves[0].write_bytes(first)
            halves[1].write_bytes(source.read())
        return halves

    def agreement(self, full, tables, ads, name):
        """How far the findings of the program in Python are those of pugmark."""
        command = [*full, "compare", self.program, tables, ads]
        said = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
        print(f"\nThe same findings, {name}: {'; '.join(said.splitlines())}", flush=True)

    def packed(self, path):
        packed = path.with_name(f"{path.name}.gz")
        with open(path, "rb") as source, gzip.open(packed, "wb", compresslevel=6) as out:
            shutil.copyfileobj(source, out, 1 << 20)
        return packed

    def parquet(self, path):
        target = path.with_name(f"{path.name}.parquet")
        self.say("parquet", path, target)
        return target

    def csv(self):
        path = self.listings("csv", 200)
        table = Table("CSV, one offer in 200", path.stat().st_size, self.folder)
        table.measure({"`wc -w`": ["wc", "-w", path], "pugmark": self.scan(path)})
        path.unlink()

    def lexicon(self):
        """What a user's own list of made-up words costs."""
        path = self.listings("text", 200, min(self.mib, 256))
        table = Table("text, one offer in 200, with a list of the user's own", path.stat().st_size, self.folder)
        market, programs = Market(11, 200), {"no list": self.scan(path)}
        words = sorted({f"{market.rare()}{market.rare()}".lower() for _ in range(400_000)})
        words = [word for word in words if word.isalpha()]
        for count in (2_000, 200_000):
            own = self.folder / f"own-{count}.csv"
            # Two-word terms, so that 200,000 of them are to be had.
            many = len(words)
            terms = [f"{words[at % many]} {words[(at // many * 31 + at + 1) % many]}" for at in range(count)]
            rows = "".join(f"{term},product,ivory,,weak,,made up\n" for term in terms)
            own.write_text("term,kind,refers_to,inflection,weight,note,source\n" + rows)
            programs[f"{count:,} terms more"] = self.scan(path, "--lexicon", own)
        table.measure(programs)
        path.unlink()

    def memory(self):
        path = self.listings("text", 200)
        size = path.stat().st_size
        for times in (1, 8):
            def feed(stdin, times=times):
                for _ in range(times):
                    with open(path, "rb") as source:
                        shutil.copyfileobj(source, stdin, 1 << 20)

            done = run(self.scan("-"), self.folder, feed)
            assert done.status in (0, 1), f"exit code {done.status}"
            print(
                f"\n**memory**, {size * times / 1e9:.2f} GB of text through a pipe: {done.memory / 1024:.0f} MiB at most, "
                f"{size * times / done.seconds / 1e6:,.1f} MB/s, {done.core:.1f} s on a core",
                flush=True,
            )
        path.unlink()


def main():
    program, mib, folder = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    load = lambda: ", ".join(f"{part:.1f}" for part in os.getloadavg())
    today = time.strftime("%Y-%m-%d", time.gmtime())
    print(f"{today}, {os.cpu_count()} cores, load {load()} at the beginning, medians of {RUNS} runs", flush=True)
    bench = Bench(program, mib, folder)
    for part in ONLY:
        getattr(bench, part)()
    print(f"\nLoad at the end: {load()}")


if __name__ == "__main__":
    main()
