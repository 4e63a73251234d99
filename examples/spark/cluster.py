"""A Spark master and two workers on this machine, and jobs sent to them."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import time

import pyspark

SPARK = pathlib.Path(pyspark.__file__).parent
JOB = pathlib.Path(__file__).resolve().parent / "scan.py"
ENVIRONMENT = os.environ | {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
SETTINGS = ["spark.ui.enabled=false", "spark.executor.memory=600m", "spark.driver.host=127.0.0.1"]


class Cluster:
    """Workers of one core each; `folder` takes their logs."""

    def __init__(self, folder):
        self.folder, self.started, self.port = folder, [], free_port()
        self.address = f"spark://127.0.0.1:{self.port}"

    def __enter__(self):
        try:
            self.start("Master", "master", "--port", str(self.port))
            self.workers = [self.worker(number) for number in (1, 2)]
            registered = lambda: all(b"Successfully registered" in self.log(n) for n in (1, 2))
            wait_for(registered, "the workers")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            process.wait()

    def worker(self, number):
        work = self.folder / f"work-{number}"
        return self.start(
            "Worker", f"worker-{number}", "--cores", "1", "--memory", "1g", "--work-dir", work, self.address
        )

    def start(self, role, name, *arguments):
        command = [SPARK / "bin" / "spark-class", f"org.apache.spark.deploy.{role.lower()}.{role}"]
        command += ["--host", "127.0.0.1", "--webui-port", "0", *arguments]
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=ENVIRONMENT)
        self.started.append(process)
        return process

    def log(self, worker):
        return (self.folder / f"worker-{worker}.log").read_bytes()

    def executor(self, worker):
        """The process of a worker in which tasks run."""
        for process in children(self.workers[worker - 1].pid):
            with contextlib.suppress(OSError):
                if b"CoarseGrainedExecutorBackend" in pathlib.Path(f"/proc/{process}/cmdline").read_bytes():
                    return process
        return None


def submit(master, pugmark, *arguments, settings=()):
    """Starts the job of scan.py; what it says is for `finish`."""
    command = [SPARK / "bin" / "spark-submit", "--master", master, "--files", pugmark]
    command += [part for setting in [*SETTINGS, *settings] for part in ("--conf", setting)]
    return subprocess.Popen([*command, JOB, *arguments], env=ENVIRONMENT, stderr=subprocess.PIPE)


def finish(job):
    said = job.communicate()[1].decode()
    assert job.returncode == 0, said[-5000:]


def children(parent):
    """The processes below `parent`."""
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                yield int(stat.parent.name)
                yield from children(int(stat.parent.name))


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(is_so, what, seconds=300):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.02)
