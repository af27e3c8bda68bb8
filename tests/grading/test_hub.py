"""A hub as docs/hub sets it up: students and graders, each in a server that it spawned, type what SCALE.md says.

Given out, fetched, worked on, handed in, collected, graded behind the wall, and the page is back with its learner; by a
folder, and once more by ngshare.
"""

import json
import os
import stat

import classroom
import hub
import pytest
import requests

pytestmark = [
    pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="not root: cannot act as two users"),
    pytest.mark.skipif(not hub.installed(), reason="JupyterHub is not installed here"),
]
GRADE = "python -m autograder grade loss --root . --feedback"


class Person:
    """A user of the hub in a server of their own, or a grader in formgrader's."""

    def __init__(self, running, short):
        self.hub, self.name, self.home = running, running.users.all[short], running.homes / short
        self.session = running.log_in(short)
        self.token = running.token(self.session, short)
        self.asked = False

    def ask(self, path, method="get", **what):
        return requests.request(method, f"{self.hub.url}{path}", headers={"Authorization": f"token {self.token}"},
                                timeout=hub.PATIENCE, **what)

    def spawn(self):
        assert self.ask(f"/hub/api/users/{self.name}/server", "post").status_code in (201, 202)
        return self

    def ready(self):
        return self.ask(f"/hub/api/users/{self.name}").json()["servers"].get("", {}).get("ready")

    def opened(self):
        """With the terminal open."""
        hub.until(self.ready, "the user's server")
        self.terminal = hub.Terminal(f"{self.hub.url}/user/{self.name}", self.token)
        return self

    def at_formgrader(self):
        self.terminal = hub.Terminal(f"{self.hub.url}/services/formgrader", self.token)
        return self

    def type(self, line, good=True):
        return self.terminal.type(line, good)

    def work(self, notebook):
        """As JupyterLab saves what was written into the notebook that was fetched."""
        place = f"/user/{self.name}/api/contents/loss/loss.ipynb"
        fetched = self.ask(place).json()["content"]
        assert [cell["id"] for cell in fetched["cells"]] == [cell["id"] for cell in notebook["cells"]]
        done = self.ask(place, "put", json={"type": "notebook", "format": "json", "content": notebook})
        assert done.ok, done.text

    def page(self):
        page, = (self.home / "loss" / "feedback").glob("*/loss.html")
        return page.read_text(encoding="utf-8")


def people(running, *students):
    """Students and graders, all at once: each server takes seconds to come."""
    found = {short: Person(running, short).spawn() for short in students}
    graders = {short: Person(running, short).at_formgrader() for short in ("mira", "noor")}
    return {short: one.opened() for short, one in found.items()} | graders


def handed_over(running, everybody):
    """The whole way of two hand-ins, as SCALE.md has it."""
    mira, noor = everybody["mira"], everybody["noor"]
    mira.type("nbgrader release_assignment loss")
    everybody["ada"].type("nbgrader fetch_assignment loss")
    everybody["ada"].work(classroom.filled())
    everybody["ben"].type("nbgrader fetch_assignment loss")
    everybody["ben"].work(classroom.filled(programs={"mse": "def mse(y_pred, y_true):\n    return 0.0"}))
    for short in ("ada", "ben"):
        assert "Submitted as" in everybody[short].type("nbgrader submit loss")
    noor.type("nbgrader collect loss")
    running.graded = noor.type(GRADE)
    mira.type("nbgrader release_feedback loss")
    for short in ("ada", "ben"):
        everybody[short].type("nbgrader fetch_feedback loss")


def record_of(running, student):
    """As the graders' account has it. nbgrader's page of marks is made of the same."""
    path = running.root / "records" / "loss" / f"{student}.json"
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def running():
    running = hub.Hub()
    yield running
    running.close()


@pytest.fixture(scope="module")
def everybody(running):
    found = people(running, "ada", "ben")
    handed_over(running, found)
    yield found
    for one in found.values():
        one.session.close()


def test_each_is_graded_behind_the_wall_and_has_their_own_page(running, everybody):
    ada, ben = everybody["ada"], everybody["ben"]
    best = record_of(running, ada.name)
    assert best["points"] == best["max_points"] > record_of(running, ben.name)["points"] > 0
    assert "2 graded" in running.graded and best["isolation"].startswith(("bubblewrap", "landlock"))
    for one, other in ((ada, ben), (ben, ada)):
        own, page = record_of(running, one.name), one.page()
        assert f"{own['points']:g}" in page and own["submitted"]
        assert other.name not in page


def test_each_world_is_a_unix_user_of_its_own(running, everybody):
    for short, name in (("ada", "ada"), ("ben", "ben"), ("mira", "class"), ("noor", "class")):
        assert everybody[short].type("id -un").split() == [running.users.all[name]]
    owners = {path.owner() for path in [running.root, *running.root.rglob("*")]}
    assert owners == {running.users.all["class"]}


def open_to(one, running):
    """All that a user of the hub can read of what the hub, the class and the others have."""
    python = running.folder / "python"                  # not of the hub: classroom.python_for_all
    said = one.type(f"find {running.folder} -path {running.learn} -prune -o -path {python} -prune -o -readable "
                    f"-printf 'CAN %P\\n' 2>/dev/null", good=False)
    return {line.removeprefix("CAN ") for line in said.splitlines() if line.startswith("CAN ")}


def test_a_student_reads_what_was_given_out_and_their_own_home(running, everybody):
    for short in ("ada", "ben"):
        found = {path for path in open_to(everybody[short], running) if not path.startswith(f"homes/{short}")}
        given = "exchange/how-networks-learn/outbound"
        assert found == {"", "homes", "jupyterhub_config.py", "exchange", "exchange/how-networks-learn", given,
                         f"{given}/loss", f"{given}/loss/loss.ipynb"}
    targets = [running.checkout / "source", running.root / "gradebook.db", running.root / "private" / "seed",
               running.root / "submitted", running.state / "jupyterhub.sqlite", running.homes / "ben" / "loss"]
    assert all(target.exists() for target in targets)


def test_what_a_student_is_given_holds_no_key(running, everybody):
    assert not [path for path in running.learn.rglob("*.yaml") if ".venv" not in path.parts]
    said = everybody["ada"].type(f"ls {running.learn}")
    assert "course" in said and "autograder" not in said and "source" not in said


def test_a_student_is_refused_by_the_others_servers_and_by_formgrader(running, everybody):
    ada, ben = everybody["ada"], everybody["ben"]
    assert ada.ask(f"/user/{ada.name}/api/contents").ok
    assert ada.ask(f"/user/{ben.name}/api/contents").status_code == 403
    for path in ("formgrader/api/assignments", "api/contents", "api/terminals"):
        assert ada.ask(f"/services/formgrader/{path}").status_code == 403, path
    assert ada.session.get(f"{running.url}/services/formgrader/formgrader", timeout=hub.PATIENCE).status_code == 403
    assert ada.ask("/hub/api/users").status_code == 403


@pytest.mark.parametrize("short", ["mira", "noor"])
def test_both_graders_open_formgrader(running, everybody, short):
    grader = everybody[short]
    opened = grader.session.get(f"{running.url}/services/formgrader/", timeout=hub.PATIENCE)
    assert opened.ok and opened.url.endswith("/formgrader/manage_assignments"), opened.url
    lesson, = (one for one in grader.ask("/services/formgrader/formgrader/api/assignments").json()
               if one["name"] == "loss")            # the class's folder has no source/: stock shows no lesson at all
    assert lesson["num_submissions"] == 2 and lesson["status"] == "released"
    marks = {one["student"]: one["score"]
             for one in grader.ask("/services/formgrader/formgrader/api/submissions/loss").json()}
    assert marks == {everybody[name].name: record_of(running, everybody[name].name)["points"]
                     for name in ("ada", "ben")}


def test_formgrader_s_buttons_work_in_a_class_s_folder(running, everybody):
    mira, ben = everybody["mira"], everybody["ben"]
    before = record_of(running, ben.name)
    done = mira.ask(f"/services/formgrader/formgrader/api/submission/loss/{ben.name}/autograde", "post").json()
    assert done["success"], done
    assert record_of(running, ben.name)["points"] == before["points"]
    kept = {path: path.read_bytes() for path in (running.checkout / "release").rglob("*.ipynb")}
    done = mira.ask("/services/formgrader/formgrader/api/assignment/loss/assign", "post").json()
    assert not done["success"] and "release it" in done["log"] + done.get("error", "")
    assert kept == {path: path.read_bytes() for path in (running.checkout / "release").rglob("*.ipynb")}


def test_marks_and_secrets_are_closed_whoever_made_them(running, everybody):
    assert stat.S_IMODE(os.stat(running.root).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(running.checkout).st_mode) == 0o750
    assert stat.S_IMODE(os.stat(running.state / "cookie_secret").st_mode) == 0o600


def test_a_student_cannot_hand_in_for_another(running, everybody):
    """The folder of hand-ins is open to all for writing, and a later time would take the earlier one's place."""
    ada, ben, mira = (everybody[short] for short in ("ada", "ben", "mira"))
    inbound = running.exchange / "how-networks-learn" / "inbound"
    ben.type(f"cp -r loss '{inbound}/{ada.name}+loss+2099-01-01 00:00:00.000000 UTC+forged'")
    before = (running.root / "submitted" / ada.name / "loss" / "timestamp.txt").read_text()
    said = mira.type("nbgrader collect loss --update")
    assert "No newer submission" in said and "2099" not in said, said
    assert (running.root / "submitted" / ada.name / "loss" / "timestamp.txt").read_text() == before


def test_by_ngshare_where_no_folder_is_shared(running, everybody):
    ada, ben, mira = (everybody[short] for short in ("ada", "ben", "mira"))
    mira.type("export BY_NGSHARE=1")
    for one in (ada, ben):
        one.type(f"export JUPYTER_CONFIG_PATH={running.learn}/ngshare && mv loss by-folder")
        # what was handed in by the folder: ngshare's client asks for the pages of that too, and gives up at the first
        # that the service does not know
        one.type("rm -r ~/.local/share/jupyter/nbgrader_cache")
    mira.type("ngshare-course-management create_course how-networks-learn formgrader")
    for one in (ada, ben):
        mira.type(f"ngshare-course-management add_student --no-gb how-networks-learn {one.name}")
    before = sorted((running.exchange / "how-networks-learn").rglob("*"))
    mira.type("nbgrader release_assignment loss")
    ada.type("nbgrader fetch_assignment loss")
    ada.work(classroom.filled(wrong=["dice-by-heart"]))
    assert "Submitted as" in ada.type("nbgrader submit loss")
    best = record_of(running, ada.name)
    mira.type("nbgrader collect loss --update")
    assert "1 graded" in mira.type(GRADE)
    mira.type(f"nbgrader release_feedback loss --student {ada.name}")
    ada.type("nbgrader fetch_feedback loss")
    now = record_of(running, ada.name)
    assert now["points"] < best["points"] and f"{now['points']:g}" in ada.page() and now["submitted"]
    assert before == sorted((running.exchange / "how-networks-learn").rglob("*"))
    for one in (ada, ben):
        assert one.ask("/services/ngshare/assignments/how-networks-learn").json()["assignments"] == ["loss"]
        for path in (f"submission/how-networks-learn/loss/{ada.name}", "submissions/how-networks-learn/loss",
                     "students/how-networks-learn"):
            assert not one.ask(f"/services/ngshare/{path}").json()["success"], path


def test_without_ngshare_the_configuration_has_formgrader_alone(tmp_path):
    from traitlets.config import PyFileConfigLoader
    config = PyFileConfigLoader("jupyterhub_config.py", path=str(hub.HUB)).load_config()
    assert [one["name"] for one in config.JupyterHub.services] == ["formgrader"]
    assert [role["name"] for role in config.JupyterHub.load_roles] == ["grading"]
