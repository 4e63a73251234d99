#!/usr/bin/env bash
# Captures of 1,000 local pages beside `wget -p --warc-file`, in one run, both from the same server.
# Needs wget, python3 and target/release/pugmark (or $PUGMARK).
set -euo pipefail
cd "$(dirname "$0")/.."
pugmark="${PUGMARK:-$PWD/target/release/pugmark}"
rounds="${ROUNDS:-3}"
work="$(mktemp -d)"
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
export PUGMARK_HOME="$work/home"

python3 - "$work/site" <<'PYTHON'
# Each page has words of its own, a picture of its own, and a style sheet that all share.
import os, random, sys
random.seed(1)
os.makedirs(sys.argv[1])
write = lambda name, data: open(os.path.join(sys.argv[1], name), "wb").write(data)
write("style.css", b"p { margin: 1em }\n" * 200)
for number in range(1000):
    words = " ".join(random.choice(["ivory", "carved", "old", "price", "tusk", "box"]) for _ in range(800))
    page = f"<!doctype html><title>Ad {number}</title><link rel=stylesheet href=style.css><img src={number}.jpg><p>{words}"
    write(f"{number}.html", page.encode())
    write(f"{number}.jpg", random.randbytes(15000))
PYTHON
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
seq 0 999 | sed "s#.*#http://127.0.0.1:$(cat "$work/port")/&.html#" > "$work/urls"

uptime
for round in $(seq "$rounds"); do
  rm -rf "$work/wget" && mkdir "$work/wget"
  # Without a copy beside the archive, which pugmark does not write either.
  /usr/bin/time -f "wget -p --warc-file: %e s, %M KiB" \
    wget -q -p -P "$work/wget" --delete-after --warc-file="$work/wget/pages" -i "$work/urls" || true
  rm -rf "$work/case" && "$pugmark" -q case new "$work/case" --title bench
  /usr/bin/time -f "pugmark evidence capture: %e s, %M KiB" \
    "$pugmark" evidence capture --case "$work/case" --allow-private - < "$work/urls" > "$work/out"
  [ "$(wc -l < "$work/out")" = 1000 ]
done
"$pugmark" -q evidence verify "$work/case" --failed
