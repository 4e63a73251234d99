"""Asks pugmark about each new listing before it is published.

    python precheck.py [PUGMARK] < listings.jsonl

One program runs as long as the shop does: a listing goes in as a line of JSON, its
judgement comes back as a line, in the same order.
"""

import json
import subprocess
import sys
import threading
import time

ACTIONS = {"clear": "publish", "review": "hold for a person", "flag": "hold, and keep as evidence"}
NO_ANSWER = "hold, and ask again"


class NoAnswer(Exception):
    """Nothing is known of this listing: it is to be held, not published."""


class Precheck:
    """pugmark behind a pipe; several threads may ask. Start another one for each core."""

    def __init__(self, program="pugmark", seconds=2.0):
        self.command = [program, "scan", "--from", "jsonl", "--format", "jsonl", "--line-buffered", "--quiet"]
        self.seconds, self.asked, self.is_open = seconds, None, True
        self.lock = threading.Lock()
        self.start()
        threading.Thread(target=self.watch, daemon=True).start()

    def start(self):
        pipe = subprocess.PIPE
        self.process, self.day = subprocess.Popen(self.command, stdin=pipe, stdout=pipe), time.time() // 86400

    def ask(self, listing):
        """The object `pugmark` for a listing; raises NoAnswer."""
        line = encoded(listing)
        with self.lock:
            if self.day != time.time() // 86400:  # the law of the day: a new process each day
                self.end()
                self.start()
            self.asked = time.monotonic()
            try:
                self.process.stdin.write(line)
                self.process.stdin.flush()
                answer = self.process.stdout.readline()
            except OSError:
                answer = b""
            self.asked = None
            if not answer.endswith(b"\n"):
                self.process.kill()
                self.end()
                self.start()
                raise NoAnswer("pugmark ended or was too slow; it was started again")
        return json.loads(answer)["pugmark"]

    def action(self, listing):
        """What the shop should do, and the object `pugmark` where there is one."""
        try:
            found = self.ask(listing)
        except NoAnswer:
            return NO_ANSWER, None
        return ACTIONS[found["verdict"]], found

    def watch(self):
        """Ends a program that is too slow, so that nobody waits longer than `seconds`."""
        while self.is_open:
            time.sleep(self.seconds / 4)
            asked = self.asked
            if asked is not None and time.monotonic() - asked > self.seconds:
                self.process.kill()

    def end(self):
        try:
            self.process.stdin.close()
        except OSError:
            pass
        status = self.process.wait()
        self.process.stdout.close()
        return status

    def close(self):
        """Ends the program; its exit code is 0 when something was flagged, 1 when nothing was."""
        self.is_open = False
        with self.lock:
            return self.end()


def encoded(listing):
    """A listing as a line that pugmark always answers: plain values, with a title though it be empty.

    What a seller writes must not be able to stop the filter: NaN is no JSON, half of a
    surrogate pair no text, and a listing without words would be left out.
    """
    plain = {"title": ""}
    for key, value in listing.items():
        if isinstance(value, str) or type(value) is int:
            plain[key] = value
        elif type(value) is float:
            plain[key] = str(value)
    return json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def main():
    precheck = Precheck(*sys.argv[1:2])
    for line in sys.stdin:
        listing = json.loads(line)
        action, found = precheck.action(listing)
        print(f"{listing.get('id', '')}\t{found['verdict'] if found else '-'}\t{action}", flush=True)
    precheck.close()


if __name__ == "__main__":
    main()
