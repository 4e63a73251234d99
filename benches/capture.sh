#!/usr/bin/env bash
# Captures of local pages beside `wget -p --warc-file`, in one run, both from the same server;
# prints a Markdown table.
#
#   benches/capture.sh [PAGES]      default: 1000; ROUNDS=5 for more rounds than 3
#
# The server is nginx, which costs next to nothing, as one on another machine would. SERVER=python is one that
# needs half as much of the two cores as its clients.
# Needs wget, nginx, python3, GNU time and target/release/pugmark (or $PUGMARK).
set -euo pipefail
cd "$(dirname "$0")/.."
pugmark="${PUGMARK:-$PWD/target/release/pugmark}"
rounds="${ROUNDS:-3}"
pages="${1:-1000}"
work="$(mktemp -d)"
memory="$(mktemp -d /dev/shm/pugmark-capture.XXXXXX)"
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work" "$memory"' EXIT
export PUGMARK_HOME="$work/home"

python3 - "$work/site" "$pages" <<'PYTHON'
# Each page has words of its own, a picture of its own, and a style sheet that all share.
import os, random, sys
random.seed(1)
os.makedirs(sys.argv[1])
write = lambda name, data: open(os.path.join(sys.argv[1], name), "wb").write(data)
write("style.css", b"p { margin: 1em }\n" * 200)
for number in range(int(sys.argv[2])):
    words = " ".join(random.choice(["ivory", "carved", "old", "price", "tusk", "box"]) for _ in range(800))
    page = f"<!doctype html><title>Ad {number}</title><link rel=stylesheet href=style.css><img src={number}.jpg><p>{words}"
    write(f"{number}.html", page.encode())
    write(f"{number}.jpg", random.randbytes(15000))
PYTHON
if [ "${SERVER:-nginx}" = python ]; then
cat > "$work/server.py" <<'PYTHON'
import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: else each answer waits 40 ms for an acknowledgement.
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    def log_message(self, *arguments): pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256
server = Server(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
print(server.server_address[1], flush=True)
server.serve_forever()
PYTHON
  python3 "$work/server.py" "$work/site" > "$work/port" &
  server=$!
  until [ -s "$work/port" ]; do sleep 0.1; done
  port="$(cat "$work/port")"
else
  port="$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
  cat > "$work/nginx.conf" <<CONF
daemon off; worker_processes 1; pid $work/nginx.pid; error_log $work/nginx.log;
$([ "$(id -u)" != 0 ] || echo "user root;")
events { worker_connections 512; }
http {
  types { text/html html; text/css css; image/jpeg jpg; }
  access_log off;
  server { listen 127.0.0.1:$port; root $work/site; }
}
CONF
  nginx -e "$work/nginx.log" -c "$work/nginx.conf" &
  server=$!
  until [ -s "$work/nginx.pid" ]; do sleep 0.1; done
fi
seq 0 "$((pages - 1))" | sed "s#.*#http://127.0.0.1:$port/&.html#" > "$work/urls"

page_count="$(wc -l < "$work/urls")"
# ext4 passes over inodes that were freed within the last minutes one by one: nothing is deleted
# before the end, and what wget writes beside its archive, and deletes, is kept in memory.
for round in $(seq "$rounds"); do
  mkdir "$work/wget-$round" "$memory/$round"
  /usr/bin/time -a -o "$work/times" -f "wget %e %U %S %M" \
    wget -q -p -P "$memory/$round" --delete-after --warc-tempdir="$memory" \
    --warc-file="$work/wget-$round/pages" -i "$work/urls" || true
  "$pugmark" -q case new "$work/case-$round" --title bench
  /usr/bin/time -a -o "$work/times" -f "pugmark %e %U %S %M" \
    "$pugmark" -q evidence capture --case "$work/case-$round" --allow-private - \
    < "$work/urls" > "$work/out"
  [ "$(wc -l < "$work/out")" = "$page_count" ]
  # What one leaves to be written must not slow down the other.
  sync
done
"$pugmark" -q evidence verify "$work/case-$rounds" --failed >&2
python3 - "$work/times" "$rounds" "$page_count" <<'PYTHON'
import os, statistics, sys
rows = {}
for line in open(sys.argv[1]):
    fields = line.split()
    # GNU time says on a line of its own when a program exits with an error.
    if fields[0] in ("wget", "pugmark"):
        rows.setdefault(fields[0], []).append([float(field) for field in fields[1:]])
middle = {name: [statistics.median(column) for column in zip(*values)] for name, values in rows.items()}
print(f"{sys.argv[3]} pages, medians of {sys.argv[2]} rounds, load {os.getloadavg()[0]:.1f}:\n")
print("| what | seconds | best | CPU seconds (user + system) | memory |\n|---|---|---|---|---|")
for name, label in (("pugmark", "`pugmark evidence capture`"), ("wget", "`wget -p --warc-file`")):
    wall, user, system, memory = middle[name]
    best = min(row[0] for row in rows[name])
    print(f"| {label} | {wall:.2f} | {best:.2f} | {user + system:.2f} | {memory / 1024:.0f} MiB |")
print(f"\nThe ratio of the medians is {middle['wget'][0] / middle['pugmark'][0]:.2f}.")
PYTHON
