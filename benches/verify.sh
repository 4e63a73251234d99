#!/usr/bin/env bash
# `evidence verify` beside `sha256sum -c` of the same manifests; prints a Markdown table.
#
#   benches/verify.sh [MEGABYTES [SHAPE…]]      default: 5120, and all shapes
#
# SHAPE is `files` (of 64 MB each), `one` (a single file), `archive` (a captured page with pictures of
# 4 MB that do not compress) or `pages` (items of a few kilobytes: 1,000 pages, whatever the size).
# ROUNDS=5 for more rounds than 3. Needs python3 and target/release/pugmark (or $PUGMARK); the
# largest shape needs twice its size on the disk, below $TMPDIR.
set -euo pipefail
cd "$(dirname "$0")/.."
export PUGMARK="${PUGMARK:-$PWD/target/release/pugmark}"
megabytes="${1:-5120}"
shift || true
exec python3 - "$megabytes" "${@:-files one archive pages}" <<'PYTHON'
import functools, http.server, os, shutil, statistics, subprocess, sys, tempfile, threading, time

PUGMARK, ROUNDS = os.environ["PUGMARK"], int(os.environ.get("ROUNDS", "3"))
MEGABYTE = 1 << 20


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass


def run(*arguments, stdin=None):
    done = subprocess.run([PUGMARK, "-q", *arguments], input=stdin, capture_output=True)
    # Parts beyond a limit are named, and that is exit code 3.
    assert done.returncode in (0, 3), done.stderr.decode()


def noise(path, megabytes):
    with open(path, "wb") as file:
        for _ in range(megabytes):
            file.write(os.urandom(MEGABYTE))


def serve(folder):
    server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/"


def fill(shape, megabytes):
    if shape in ("files", "one"):
        each = min(megabytes, 64) if shape == "files" else megabytes
        for _ in range(max(megabytes // each, 1)):
            noise("dump", each)
            run("evidence", "add", "--case", "case", "dump")
        os.remove("dump")
        return
    os.mkdir("site")
    capture = ["evidence", "capture", "--case", "case", "--allow-private"]
    if shape == "pages":
        for number in range(1000):
            open(f"site/{number}.html", "w").write(f"<title>Ad {number}</title><img src={number}.jpg>" + "<p>text" * 500)
            open(f"site/{number}.jpg", "wb").write(os.urandom(15000))
        url = serve("site")
        run(*capture, "-", stdin="".join(f"{url}{number}.html\n" for number in range(1000)).encode())
    else:
        with open("site/index.html", "w") as page:
            for number in range(max(megabytes // 4, 1)):
                noise(f"site/{number}.png", 4)
                page.write(f"<img src=/{number}.png>")
        limits = ["--max-parts", "100000", "--max-size", f"{megabytes * 2 + 16}M", "--max-time", "3600"]
        run(*capture, *limits, serve("site"))
    shutil.rmtree("site")


def measure(command):
    start = time.monotonic()
    with open(os.devnull, "w") as null:
        process = subprocess.Popen(command, stdout=null)
        _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(shape, megabytes):
    run("case", "new", "case", "--title", "Bench")
    fill(shape, megabytes)
    os.sync()
    sums = "cd case/items && for item in */; do (cd $item && sha256sum --quiet -c manifest-sha256.txt tagmanifest-sha256.txt); done"
    commands = {"sums": ["bash", "-ec", sums], "pugmark": [PUGMARK, "-q", "evidence", "verify", "case"]}
    rows = {name: [] for name in commands}
    for round in range(ROUNDS + 1):
        for name, command in commands.items():
            row = measure(command)
            if round:  # the first fills the cache
                rows[name].append(row)
    size = int(subprocess.run(["du", "-sm", "case/items"], capture_output=True, text=True).stdout.split()[0])
    middle = {name: [statistics.median(column) for column in zip(*values)] for name, values in rows.items()}
    (wall, cpu, memory), (their_wall, their_cpu, _) = middle["pugmark"], middle["sums"]
    items = len(os.listdir("case/items"))
    print(f"| {shape} | {items:,} items, {size:,} MB | {wall:.2f} | {cpu:.2f} | {size / wall:,.0f} MB/s | {memory:.0f} MiB "
          f"| {their_wall:.2f} | {their_cpu:.2f} | {their_wall / wall:.2f} |", flush=True)


print(f"Medians of {ROUNDS} rounds, load {os.getloadavg()[0]:.1f} at the start:\n")
print("| shape | size | pugmark, seconds | its CPU seconds | | memory | `sha256sum -c`, seconds | its CPU seconds | ratio |")
print("|---|---|---|---|---|---|---|---|---|", flush=True)
for shape in " ".join(sys.argv[2:]).split():
    with tempfile.TemporaryDirectory(prefix="pugmark-verify-") as folder:
        os.chdir(folder)
        os.environ["PUGMARK_HOME"] = os.path.join(folder, "home")
        compare(shape, int(sys.argv[1]))
        os.chdir("/")
PYTHON
