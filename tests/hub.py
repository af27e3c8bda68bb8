"""A JupyterHub of the tests' own, as docs/hub sets it up: on loopback, with Unix users that are removed again."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import classroom
import requests
from postgres import free_port

from autograder.author import bundle

with contextlib.suppress(ModuleNotFoundError):
    import pwd  # not on Windows

HUB = classroom.ROOT / "docs" / "hub"
PROXY = Path(sys.executable).with_name("configurable-http-proxy")       # npm install -g --prefix .venv …
NGSHARE = Path(sys.prefix) / "ngshare" / "bin" / "python"                # python -m venv .venv/ngshare …
PASSWORD = "geheim-4d1"
NAMES = ("ada", "ben", "mira", "noor", "class")
PATIENCE = 400                                                          # seconds; nothing takes a tenth of it


def installed():
    """Whether there is all that a hub is made of (.ci/run installs it)."""
    parts = ("jupyterhub", "ngshare_exchange")
    return (all(map(importlib.util.find_spec, parts)) and PROXY.exists() and NGSHARE.exists()
            and all(map(shutil.which, ("node", "useradd", "setpriv"))))


def until(what, say="it"):
    """Ask until there is an answer."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{say} did not come in {PATIENCE} s")


CHOICE = """import os
c = get_config()
load_subconfig("nbgrader_config.py", path="{learn}/" + ("ngshare" if os.environ.get("BY_NGSHARE") else "jupyter"))
"""


def with_lines(text, lines):
    """A configuration with `NAME = …` of its head changed, as one edits it."""
    for name, value in lines.items():
        text, found = re.subn(rf"^{name} = \S.*", lambda _, line=f"{name} = {value}": line, text, flags=re.M)
        assert found == 1, name
    return text


class Users:
    """Unix users of this run, by their short names."""

    def __init__(self, group):
        for user in pwd.getpwall():                     # of a run that was killed
            left = re.fullmatch(r"hub(\d+)[a-z]+", user.pw_name)
            if left and not Path("/proc", left[1]).exists():
                self._remove(user.pw_name)
        self.group = f"hub{os.getpid()}{group}"
        subprocess.run(["groupadd", "--force", self.group], check=True)
        self.all = {}

    def make(self, short, home, *options):
        name = f"hub{os.getpid()}{short}"
        subprocess.run(["useradd", "--create-home", "--home-dir", home, "--shell", "/bin/bash", "-K", "HOME_MODE=0700",
                        *options, name], check=True, capture_output=True)
        subprocess.run(["chpasswd"], input=f"{name}:{PASSWORD}", text=True, check=True)
        self.all[short] = name

    def _remove(self, name):
        subprocess.run(["userdel", "--force", name], capture_output=True)

    def remove(self):
        for name in self.all.values():
            subprocess.run(["pkill", "-KILL", "-u", name], capture_output=True)
            self._remove(name)
        subprocess.run(["groupdel", self.group], capture_output=True)


class Terminal:
    """The terminal of a Jupyter server: one types a line, and reads what comes."""

    def __init__(self, url, token):
        self.header = {"Authorization": f"token {token}"}
        name = requests.post(f"{url}/api/terminals", headers=self.header, timeout=PATIENCE).json()["name"]
        self.address = f"ws{url.removeprefix('http')}/terminals/websocket/{name}"
        self.number = 0
        self.type("stty -echo; PS1=; bind 'set enable-bracketed-paste off'")    # what it says, and nothing else

    def type(self, line, good=True):
        """What the command says. `good`: it must end well.

        Each time by a connection of its own, which begins with what was said before: one that nobody reads for a while
        would be closed by the server.
        """
        import websocket
        self.number += 1
        said, end = "", None
        socket = websocket.create_connection(self.address, header=self.header, timeout=PATIENCE)
        try:
            socket.send(json.dumps(["stdin", f"{line}; echo END-{self.number}-$?\r"]))
            while not end:
                kind, *what = json.loads(socket.recv())
                said += what[0] if kind == "stdout" else ""
                end = re.search(rf"END-{self.number}-(\d+)", said)
        finally:
            socket.close()
        said = re.split(rf"END-{self.number - 1}-\d+\s+", said[:end.start()])[-1]
        assert not good or end[1] == "0", said
        return re.sub(r"\x1b\[[\d;?]*\w|\r", "", said)


class Hub:
    """docs/hub/jupyterhub_config.py with the paths, ports and users of a test in the place of those at its head."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="hub-"))
        self.folder.chmod(0o755)
        self.users = Users("students")
        try:
            self._lay_out()
            self._start()
        except BaseException:
            self.close()
            raise

    def _lay_out(self):
        self.checkout, self.learn, self.root, self.state, self.exchange, self.shared, self.homes = (
            self.folder / name for name in ("course", "learn", "class", "state", "exchange", "ngshare", "homes"))
        self.homes.mkdir()
        for short in NAMES:
            home = self.root if short == "class" else self.homes / short
            self.users.make(short, home, *(["--groups", self.users.group] if short in ("ada", "ben") else []))
        account = pwd.getpwnam(self.users.all["class"])
        classroom.course_copy(self.checkout)
        for folder in (self.checkout, *self.checkout.rglob("*")):
            os.chown(folder, 0, account.pw_gid)
        self.checkout.chmod(0o750)
        for name, raw in bundle.contents().items():
            path = self.learn / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(raw)
        for place in (self.checkout, self.learn):
            (place / ".venv").symlink_to(Path(sys.prefix))
        self.state.mkdir(mode=0o700)
        self.exchange.mkdir()
        self.exchange.chmod(0o1777)
        self.shared.mkdir(mode=0o700)
        os.chown(self.shared, account.pw_uid, account.pw_gid)
        ports = {name: free_port() for name in ("HUB_PORT", "PROXY_PORT", "FORMGRADER_PORT", "NGSHARE_PORT")}
        self.url = f"http://127.0.0.1:{free_port()}"
        self.ngshare = f"http://127.0.0.1:{ports['NGSHARE_PORT']}/services/ngshare"
        self.config = self.folder / "jupyterhub_config.py"
        values = {"CHECKOUT": self.checkout, "LEARN": self.learn, "CLASS": self.root, "STATE": self.state,
                  "ACCOUNT": self.users.all["class"], "STUDENTS": self.users.group, "ADDRESS": self.url,
                  "NGSHARE": self.shared, "NGSHARE_ACCOUNT": self.users.all["class"], "NGSHARE_PYTHON": NGSHARE}
        lines = {name: repr(str(value)) for name, value in values.items()}
        lines["GRADERS"] = repr([self.users.all["mira"], self.users.all["noor"]])
        lines[", ".join(ports)] = repr(list(ports.values()))
        self.config = self.folder / "jupyterhub_config.py"
        self.config.write_text(with_lines((HUB / "jupyterhub_config.py").read_text(encoding="utf-8"), lines), "utf-8")
        self._set_up_nbgrader()
        self.as_class("-m", "autograder", "grade", "--root", self.root)

    def _set_up_nbgrader(self):
        """By a folder; by ngshare where the terminal says so: `BY_NGSHARE`."""
        text = (HUB / "nbgrader_config.py").read_text(encoding="utf-8")
        shared = re.sub(r"^# (?=import|ngshare_exchange)", "", text, flags=re.M)
        shared, found = re.subn("http://127.0.0.1:9998/services/ngshare", self.ngshare, shared)
        assert found == 1
        for name, config in {"jupyter": f"{text}c.Exchange.root = {str(self.exchange)!r}\n", "ngshare": shared}.items():
            (self.learn / name).mkdir()
            (self.learn / name / "nbgrader_config.py").write_text(config, encoding="utf-8")
        self.as_class("-c", "import os, sys; os.mkdir('private', 0o700); open('private/nbgrader_config.py', 'w')."
                      f"write({CHOICE.format(learn=self.learn)!r})")

    def as_class(self, *command):
        """What is done once, before the hub: as the user `class`, in the class's folder."""
        account = pwd.getpwnam(self.users.all["class"])
        done = subprocess.run(
            [*classroom.python_for_all(self.folder, self.root), "setpriv", f"--reuid={account.pw_uid}",
             f"--regid={account.pw_gid}", "--init-groups", sys.executable, *command], cwd=self.root, text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.root), "PYTHONPATH": str(self.checkout)},
            capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def _start(self):
        before = ["setpriv", "--pdeathsig=TERM", *classroom.python_for_all(self.folder, self.state)]
        clean = {name: value for name, value in os.environ.items()
                 if not name.startswith(("COURSE_", "JUPYTER", "JPY", "PYTHON"))}
        self.log = (self.folder / "hub.log").open("w")
        os.chmod(self.log.name, 0o600)
        for _ in range(3):                          # on a busy machine it gives up waiting for its proxy
            self.process = subprocess.Popen([*before, sys.executable, "-m", "jupyterhub", "-f", self.config],
                                            cwd=self.state, env=clean, stdout=self.log, stderr=subprocess.STDOUT)
            until(lambda: self._is_up() or self.process.poll() is not None, "the hub")
            if self.process.poll() is None:
                return
        raise AssertionError(self.said())

    def _is_up(self):
        try:
            return requests.get(f"{self.url}/hub/health", timeout=10).ok
        except requests.RequestException:
            return False

    def said(self):
        return (self.folder / "hub.log").read_text(errors="replace")[-6000:]

    def log_in(self, short):
        """A browser's session: name and password go into the form."""
        session = requests.Session()
        session.get(f"{self.url}/hub/login", timeout=PATIENCE)
        done = session.post(f"{self.url}/hub/login?_xsrf={session.cookies['_xsrf']}", timeout=PATIENCE,
                            data={"username": self.users.all[short], "password": PASSWORD})
        assert "jupyterhub-session-id" in session.cookies, (done.status_code, self.said())
        return session

    def token(self, session, short):
        """What one gets on the hub's page `Token`."""
        done = session.post(f"{self.url}/hub/api/users/{self.users.all[short]}/tokens", json={}, timeout=PATIENCE,
                            headers={"X-XSRFToken": self._xsrf(session)})
        assert done.status_code == 201, (done.text, self.said())
        return done.json()["token"]

    def _xsrf(self, session):
        return next(cookie.value for cookie in session.cookies if cookie.name == "_xsrf")

    def close(self):
        if hasattr(self, "process"):
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                with contextlib.suppress(OSError, ValueError):         # the proxy outlives it
                    os.kill(int((self.state / "proxy.pid").read_text()), signal.SIGTERM)
            self.log.close()
        self.users.remove()
        shutil.rmtree(self.folder, ignore_errors=True)
