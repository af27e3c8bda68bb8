"""A PostgreSQL server of the tests' own: on loopback, in a temporary folder, as a user that is not root."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

PASSWORD = "geheim-9f3"             # no message may show it


def programs():
    """The folder of the server's programs, which Debian keeps out of PATH; None where there is none."""
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1] if found else None


def free_port():
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return place.getsockname()[1]


class Server:
    """Starts, stops and starts again at the same address; `database()` makes an empty one."""

    def __init__(self):
        self.programs = programs()
        try:
            import psycopg
        except ModuleNotFoundError:
            psycopg = None
        if self.programs is None or psycopg is None:
            pytest.skip("PostgreSQL is not installed here")
        self.psycopg, self.number = psycopg, 0
        self.folder = Path(tempfile.mkdtemp(prefix="server-"))
        self.before = ["setpriv", "--pdeathsig=INT"] if shutil.which("setpriv") else []     # it ends with the tests
        if os.geteuid() == 0:                                                               # it refuses to run as root
            import pwd  # not on Windows
            names = {user.pw_name for user in pwd.getpwall()}
            user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.before += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        subprocess.run([*self.before, self.programs / "initdb", "-D", self.folder / "data", "-U", "grader",
                        "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"],
                       check=True, capture_output=True, cwd=self.folder)
        self.process, self.port = None, free_port()
        self.start()

    def start(self):
        for _ in range(5):
            with (self.folder / "log").open("ab") as log:
                self.process = subprocess.Popen(
                    [*self.before, self.programs / "postgres", "-D", self.folder / "data", "-p", str(self.port),
                     "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off",
                     "-c", "shared_buffers=16MB", "-c", "max_connections=60"],
                    cwd=self.folder, stdout=subprocess.DEVNULL, stderr=log)
            if self._answers():
                return
            self.port = free_port()                     # somebody else was quicker
        raise AssertionError((self.folder / "log").read_text()[-3000:])

    def _answers(self):
        end = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < end:
            try:
                self.connect().close()
                return True
            except self.psycopg.OperationalError:
                time.sleep(0.05)
        self.stop()
        return False

    def connect(self, name="postgres"):
        return self.psycopg.connect(host="127.0.0.1", port=self.port, user="grader", password=PASSWORD, dbname=name,
                                    autocommit=True)

    def stop(self, how=signal.SIGINT):
        """SIGINT ends all connections; SIGQUIT is a crash."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(60)

    def database(self, *options):
        """The address of a new one, as nbgrader's configuration has it."""
        self.number += 1
        name = f"marks{self.number}"
        with self.connect() as connection:
            connection.execute(" ".join([f"create database {name}", *options]))
        return f"postgresql+psycopg://grader:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
