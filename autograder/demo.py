"""A class that never was: varied submissions, graded, with its report, before there is a real one.

    python -m autograder demo --students 30 --root ~/demo --lms canvas

Programs are the lesson's own references, other right programs and known mistakes; who makes which follows from a
level of ability and the difficulty of the exercise. The seed is fixed, so it is always the same class.
"""

from __future__ import annotations

import ast
import copy
import io
import json
import random
import unicodedata
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import exp
from pathlib import Path

from autograder.author.cells import guarded
from autograder.author.keys import program
from autograder.files import write_private
from autograder.lessons import catalogue
from autograder.lessons.bank import Question, load_bank
from autograder.problems import Misused, Problem

FIRST = ("Ada Ben Chloé Dimitri Elif Farid Greta Hana Ibrahim Jun Katya Lena Mateo Noor Oskar Priya Quentin Rosa Samir "
         "Tomás Uma Viktor Wen Ximena Yusuf Zofia Amara Bjørn Carmen Deepak").split()
LAST = ("Lovelace Lee Moreau Petrov Yılmaz Haddad Sommer Sato Diallo Park Ivanova Weber García Rahman Lindqvist Nair "
        "Dubois Silva Khoury Novák Patel Kowalski Zhang Ortiz Demir Nowak Okafor Hansen Vega Rao").split()
DUE = datetime(2026, 3, 5, 22, 0, tzinfo=UTC)


@dataclass
class Student:
    """One of the class: a number and a user name of the LMS, and what is handed in."""

    number: int
    name: str
    user: str
    ability: float
    files: list[tuple[str, bytes, datetime]] = field(default_factory=list)      # (name, content, time), as uploaded
    late: bool = False


def make_class(topic: str, number: int, seed: int = 1) -> list[Student]:
    """The students with what they hand in, in the order of their numbers."""
    draw = random.Random(f"{seed} {topic}")
    names = [f"{first} {last}" for first, last in zip(FIRST, LAST, strict=True)]
    names += [f"{first} {last}" for step in range(1, len(LAST)) for first, last in zip(FIRST, LAST[step:] + LAST[:step],
                                                                                       strict=True)]
    made = []
    for place, name in enumerate(names[:number]):
        first, last = name.lower().split()
        plain = unicodedata.normalize("NFKD", first[0] + last.replace("ı", "i"))
        user = "".join(c for c in plain if c.isascii() and c.isalpha()) + (str(place) if place >= 30 else "")
        student = Student(4101 + 7 * place, name, user, draw.gauss(0.5, 1.1))
        when = DUE - timedelta(hours=abs(draw.gauss(0, 30)), minutes=draw.randrange(60))
        student.files = [(f"{topic}.ipynb", _bytes(Writer(topic, draw, student.ability).notebook()), when)]
        made.append(student)
    _odd_ones(topic, made, draw)
    return made


def _odd_ones(topic: str, made: list[Student], draw: random.Random) -> None:
    """What happens in every class of some size: each only where there are enough others."""
    released = catalogue.notebook_path(topic, "release").read_bytes()
    odd = [student for student in made[2::2]]

    def change(place: int, file: str, data: bytes) -> None:
        if place < len(odd):
            odd[place].files = [(file, data, odd[place].files[0][2])]
    first = odd[0].files[0][1] if odd else b""
    if len(odd) > 1:                                      # a second upload, the first one empty
        odd[0].files.insert(0, (f"{topic}.ipynb", released, odd[0].files[0][2] - timedelta(hours=5)))
        odd[0].files[1] = (f"{topic}-1.ipynb", *odd[0].files[1][1:])
    if len(odd) > 2:                                      # too late
        odd[1].late, (file, data, _) = True, odd[1].files[0]
        odd[1].files = [(file, data, DUE + timedelta(hours=9))]
    change(3, f"{topic}.ipynb", first[:len(first) // 2])                     # cut off
    change(4, f"{topic} (1).ipynb", released)                                # nothing written
    change(5, "work.zip", _zip({f"work/{topic}/{topic}.ipynb": odd[5].files[0][1]}) if len(odd) > 5 else b"")
    if len(odd) > 7:                                      # the same file as somebody else's
        odd[7].files = [(file, data, odd[7].files[0][2]) for file, data, _ in odd[6].files]
    change(8, f"{topic}.html", b"<!DOCTYPE html><html><body>My answers</body></html>")
    if len(odd) > 9:                                      # nothing handed in
        odd[9].files = []
    if len(odd) > 10:                                     # a package that the grader has not
        notebook = json.loads(odd[10].files[0][1])
        notebook["cells"].insert(1, {"cell_type": "code", "id": "own-imports", "metadata": {}, "outputs": [],
                                     "execution_count": None, "source": "import seaborn as sns\nsns.set_theme()"})
        change(10, f"{topic}.ipynb", _bytes(notebook))


class Writer:
    """Fills in a lesson as somebody of this ability would."""

    def __init__(self, topic: str, draw: random.Random, ability: float) -> None:
        self.topic, self.draw, self.ability = topic, draw, ability

    def notebook(self) -> dict:
        notebook = json.loads(catalogue.notebook_path(self.topic, "release").read_text("utf-8"))
        cells = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
        exercises, patience = catalogue.exercises(self.topic), self.ability + self.draw.gauss(1.5, 1)
        here = [variant for variant in catalogue.variants(self.topic) if variant not in catalogue.absent(self.topic)]
        self.variant = self.draw.choice(here) if here else ""           # the framework that this student has chosen
        for place, (name, exercise) in enumerate(exercises.items()):
            written = self._program(name, exercise.difficulty, patience - 3.0 * place / len(exercises))
            if written is not None:
                variant, text = written
                cells[f"{name}-{variant or 'solution'}"]["source"] = guarded(text, variant)
        for place, question in enumerate(load_bank(self.topic).values()):
            letter = self._letter(question)
            if letter and patience - 3.4 * place / 15 > -1.5:
                cell = cells[question.id]
                text = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
                cell["source"] = text.replace("answer=None", f'answer="{letter}"')
        return notebook

    def _program(self, name: str, difficulty: int, patience: float) -> tuple[str, str] | None:
        """(framework or "", source) of what the student has written."""
        variant = self.variant if catalogue.exercises(self.topic)[name].variants else ""
        if patience < -1.2 or (not variant and catalogue.exercises(self.topic)[name].variants):
            return None

        def own(programs: dict) -> list:
            return [f for f in programs.get(name, {}).values() if catalogue.variant_of(f) == variant]

        wrong = own(catalogue.mistakes(self.topic))
        if self.draw.random() < _chance(self.ability - 0.8 * (difficulty - 2)) or not wrong:
            right = (catalogue.variant_functions(self.topic, "solutions", variant) if variant else
                     catalogue.references(self.topic))[name]
            chosen = self.draw.choice([right, *own(catalogue.alternatives(self.topic))])
            return variant, self._own_words(program(chosen, name))
        weights = [1 / (1 + place) ** 1.1 for place in range(len(wrong))]    # a few are common, most are rare
        return variant, _bare(program(self.draw.choices(wrong, weights)[0], name))

    def _own_words(self, text: str) -> str:
        """The same program, but for steps in between, as a second author would write it."""
        if self.draw.random() < 0.04:
            return text                                  # somebody who found the published one
        tree = ast.parse(text)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.args.args:
                doc = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
                given = ast.Assign([ast.Name("given", ast.Store())], ast.Name(node.args.args[0].arg, ast.Load()))
                node.body.insert(int(doc), given)
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.If, ast.For, ast.With)) and self.draw.random() < 0.9:
                node.body = [part for each in node.body for part in self._in_steps(each)]
        return ast.unparse(ast.fix_missing_locations(tree)) + "\n"

    def _in_steps(self, node: ast.stmt) -> list[ast.stmt]:
        if not isinstance(node, ast.Return) or node.value is None or isinstance(node.value, (ast.Name, ast.Tuple)):
            return [node]
        name = self.draw.choice(("result", "out", "value", "res", "answer_"))
        kept: list[ast.stmt] = [ast.Assign([ast.Name(name, ast.Store())], node.value)]
        if self.draw.random() < 0.3:
            kept.append(ast.Assert(ast.Compare(ast.Name(name, ast.Load()), [ast.IsNot()], [ast.Constant(None)]), None))
        return [*kept, ast.Return(ast.Name(name, ast.Load()))]

    def _letter(self, question: Question) -> str:
        """An answer: the key, or more often than not the wrong option that tempts most in this class."""
        if self.draw.random() < 0.03:
            return ""
        easy = random.Random(question.id)
        if self.draw.random() < 0.1 + 0.9 * _chance(self.ability + easy.gauss(0.6, 0.9)):
            return question.key
        wrong = [value for value in question.values() if value != question.key]
        easy.shuffle(wrong)
        return self.draw.choices(wrong, (6, 3, 0.6, 0.3, 0.2, *[0.1] * len(wrong))[:len(wrong)])[0]


def _bare(text: str) -> str:
    """A program without its docstring, which of a known mistake says what is wrong with it."""
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree) + "\n"


def _chance(x: float) -> float:
    return 1 / (1 + exp(-1.4 * x))


def _bytes(notebook: dict) -> bytes:
    return json.dumps(copy.deepcopy(notebook), ensure_ascii=False, indent=1).encode()


def _zip(files: dict[str, bytes], when: tuple[int, ...] = (2026, 3, 5, 12, 0, 0)) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(zipfile.ZipInfo(name, when), data)               # type: ignore[arg-type]
    return made.getvalue()


# --- as an LMS gives it out ------------------------------------------------------------------------------------

def download(lms: str, topic: str, made: list[Student]) -> tuple[str, bytes]:
    """(name, bytes) of the archive that an LMS would give out of this class."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in made:
            for place, (file, data, when) in enumerate(student.files):
                if lms == "moodle" and place < len(student.files) - 1:
                    continue                             # Moodle keeps the last one alone
                name = _upload(lms, topic, student, place, file, when)
                archive.writestr(zipfile.ZipInfo(name, when.timetuple()[:6]), data)
        if lms == "gradescope":
            archive.writestr("assignment_9_export/submission_metadata.yml", "---\n" + "".join(
                f"submission_{_id(s, len(s.files) - 1)}:\n  :submitters:\n  - :name: {s.name}\n    :sid: '{s.number}'\n"
                f"    :email: {s.user}@example.edu\n  :created_at: {s.files[-1][2]:%Y-%m-%d %H:%M:%S} Z\n"
                for s in made if s.files))
    return f"{lms}-submissions.zip", packed.getvalue()


def _id(student: Student, place: int) -> int:
    return 88000 + student.number + 5000 * place


def _upload(lms: str, topic: str, student: Student, place: int, file: str, when: datetime) -> str:
    first, _, last = student.name.partition(" ")
    plain = "".join(c for c in (last + first).lower() if c.isalpha())
    late = "LATE_" if student.late else ""
    return {"canvas": f"{plain}_{late}{student.number}_{_id(student, place)}_{file}",
            "moodle": f"{student.name}_{student.number}_assignsubmission_file_/{file}",
            "blackboard": f"Lesson {topic}_{student.user}_attempt_{when:%Y-%m-%d-%H-%M-%S}_{file}",
            "brightspace": (f"{9000 + student.number}-777 - {student.name} - "
                            f"{when:%b} {when.day}, {when:%Y %I%M %p}/{file}"),
            "gradescope": f"assignment_9_export/submission_{_id(student, len(student.files) - 1)}/{file}",
            "folder": f"{student.user}/{file}"}[lms]


def gradebook(lms: str, topic: str, made: list[Student], points: float) -> tuple[str, str]:
    """(name, text) of the sheet that the LMS gives out and takes back."""
    rows = []
    if lms == "moodle":
        rows = ["Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
                "Last modified (submission),Last modified (grade),Feedback comments"]
        rows += [f"Participant {s.number},{s.name},{s.user}@example.edu,"
                 f"{'Submitted for grading' if s.files else 'No submission'},,{points:.2f},Yes,"
                 f"{'-' if not s.files else f'{s.files[-1][2]:%d %B %Y}'},-," for s in made]
        return "moodle-worksheet.csv", "\r\n".join(rows) + "\r\n"
    if lms == "blackboard":
        title = f"Lesson {topic} [Total Pts: {points:g} Score] |118854"
        table = [("Last Name", "First Name", "Username", "Student ID", "Availability", title),
                 *((*reversed(s.name.split(" ", 1)), s.user, s.number, "Yes", "") for s in made)]
        rows = ["\t".join(f'"{cell}"' for cell in row) for row in table]
        return "blackboard-gradebook.xls", "\r\n".join(rows) + "\r\n"
    if lms == "brightspace":
        rows = ["OrgDefinedId,Username,Last Name,First Name,Email,"
                f"Lesson {topic} Points Grade <Numeric MaxPoints:{points:g}>,End-of-Line Indicator"]
        rows += [f"#{s.number},#{s.user},{s.name.split(' ', 1)[1]},{s.name.split(' ', 1)[0]},{s.user}@example.edu,,#"
                 for s in made]
        return "brightspace-grades.csv", "\r\n".join(rows) + "\r\n"
    if lms == "gradescope":
        rows = [f"{s.name.replace(' ', ',', 1)},{s.number},{s.user}@example.edu,Student" for s in made]
        return "gradescope-roster.csv", "\r\n".join(["First Name,Last Name,SID,Email,Role", *rows]) + "\r\n"
    if lms == "folder":
        return "class-list.csv", "\n".join(["Username,Full name", *(f"{s.user},{s.name}" for s in made)]) + "\n"
    rows = [f"Student,ID,SIS User ID,SIS Login ID,Section,Lesson {topic} (771),Final Score",
            f"    Points Possible,,,,,{points:g},(read only)"]
    rows += [f'"{s.name.split(" ", 1)[1]}, {s.name.split(" ", 1)[0]}",{s.number},S{s.number},{s.user},Section A,,'
             for s in made]
    return "canvas-gradebook.csv", "\n".join(rows) + "\n"


# --- the command -----------------------------------------------------------------------------------------------

def demo(root: Path, topic: str, number: int, lms: str, seed: int = 1, jobs: int = 0) -> Path:
    """Make the class in `root`, an empty folder, collect and grade it. Returns the report."""
    from autograder.grading.grade import grade
    from autograder.lms import collect
    from autograder.reports.page import write_report

    if topic not in catalogue.judged_topics():
        raise Misused(f"There is no graded lesson {topic!r}; there are {', '.join(catalogue.judged_topics())}.")
    if not 2 <= number <= 900:
        raise Misused("A class of 2 to 900 students can be made.")
    if root.exists() and any(root.iterdir()):
        raise Problem(f"{root} is not empty: a class that never was is made in a new folder.")
    made = make_class(topic, number, seed)
    points = sum(e.points for e in catalogue.exercises(topic).values()) + len(load_bank(topic))
    where = root / "downloads"
    where.mkdir(parents=True)
    name, data = download(lms, topic, made)
    (where / name).write_bytes(data)
    sheet, text = gradebook(lms, topic, made, points)
    (where / sheet).write_bytes(text.encode("utf-16" if lms == "blackboard" else "utf-8"))
    write_private(root / "private" / "seed", f"{seed:032x}\n")               # the same class, the same marks
    print(f"{number} students; as {lms} gives them out: downloads/{name}, downloads/{sheet}")
    collect.show(collect.collect(root, topic, lms, [where / name], where / sheet), topic)
    grade(root, [topic], feedback=True, jobs=jobs)
    return write_report(root, topic)
