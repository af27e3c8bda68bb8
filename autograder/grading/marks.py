"""Marks: what is written into nbgrader's tables. Marks given by hand stay as they are."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from autograder.files import name_problem
from autograder.lessons import changes as changed_later
from course.checking.reader import source_of


def with_marks(assignment: str):
    """The query for the students who have a mark of a lesson, by the id of its row.

    An extension puts somebody into the gradebook too, who may have handed nothing in: no mark is made of that.
    """
    from nbgrader.api import Grade, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import select

    return select(SubmittedAssignment.student_id).join(
        SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id).join(
        Grade, Grade.notebook_id == SubmittedNotebook.id).where(
        SubmittedAssignment.assignment_id == assignment,
        Grade.auto_score.isnot(None) | Grade.manual_score.isnot(None)).distinct()


class Marks:
    """Writes results into nbgrader's tables, many in one transaction. Manual marks and comments stay as they are.

    nbgrader's own objects take about 0.1 s for a submission; these statements write the same rows.
    """

    def __init__(self, gradebook, topic: str, plugin=None):
        from nbgrader import api
        from sqlalchemy import select

        self.gradebook, self.topic, self.plugin = gradebook, topic, plugin
        self.tables = {model.__tablename__: model.__table__ for model in (
            api.Student, api.SubmittedAssignment, api.SubmittedNotebook, api.Grade, api.Comment)}
        assignment = gradebook.find_assignment(topic)
        notebook = gradebook.find_notebook(topic, topic)
        self.assignment, self.duedate = assignment.id, assignment.duedate
        self.late = assignment.duedate is not None and plugin is not None
        self.notebooks = {other.id: other.name for other in assignment.notebooks}
        self.grades = {cell.id: (cell.name, float(cell.max_score)) for cell in notebook.grade_cells}
        self.comments = {cell.id: cell.name for cell in notebook.solution_cells}
        self.select = select
        gradebook.db.rollback()

    def students(self) -> set[str]:
        """Who has marks of this lesson."""
        with self.gradebook.engine.connect() as connection:
            return set(connection.execute(with_marks(self.assignment)).scalars())

    def save(self, items) -> None:
        """Write (student, {grade cell: points}, unanswered solution cells, time of submission or None), in one go.

        None in place of points: not marked yet, a person or a later run has to.
        """
        with self.gradebook.engine.begin() as connection:
            take_turn(connection)
            for student, points, unanswered, timestamp in items:
                notebook = self._notebook(connection, student, timestamp)
                self._grades(connection, notebook, points)
                self._comments(connection, notebook, set(unanswered))
        if self.late:
            for student in self._late_ones([student for student, *_ in items]):
                self._penalty(student)

    def name_students(self, people) -> None:
        """{student: {"first", "last", "email"}} of those whom the LMS told us, so that formgrader shows names."""
        students = self.tables["student"]
        with self.gradebook.engine.begin() as connection:
            take_turn(connection)
            there = set(connection.execute(self.select(students.c.id)).scalars())
            for student, each in people.items():
                if name_problem(student):                # no id, so that nothing of theirs is graded
                    continue
                values = {"first_name": storable(each["first"]), "last_name": storable(each["last"]),
                          "email": storable(each["email"])}
                if student in there:
                    connection.execute(students.update().where(students.c.id == student).values(**values))
                else:
                    connection.execute(students.insert().values(id=student, **values))

    def _notebook(self, connection, student: str, timestamp) -> str:
        """The id of the student's notebook in the tables, made if it is not there."""
        students, submitted, notebooks = (self.tables[name] for name in (
            "student", "submitted_assignment", "submitted_notebook"))
        row = connection.execute(self.select(submitted.c.id).where(
            submitted.c.assignment_id == self.assignment, submitted.c.student_id == student)).first()
        if row is None:
            if connection.execute(self.select(students.c.id).where(students.c.id == student)).first() is None:
                connection.execute(students.insert().values(id=student))
            submission = connection.execute(submitted.insert().values(
                assignment_id=self.assignment, student_id=student, timestamp=timestamp)).inserted_primary_key[0]
            for notebook in self.notebooks:
                connection.execute(notebooks.insert().values(assignment_id=submission, notebook_id=notebook))
        else:
            submission = row[0]
            if timestamp is not None:
                connection.execute(submitted.update().where(submitted.c.id == submission).values(timestamp=timestamp))
        notebook = next(key for key, name in self.notebooks.items() if name == self.topic)
        where = notebooks.c.assignment_id == submission, notebooks.c.notebook_id == notebook
        found = connection.execute(self.select(notebooks.c.id).where(*where)).scalar_one()
        connection.execute(notebooks.update().where(notebooks.c.id == found).values(late_submission_penalty=None))
        return found

    def _grades(self, connection, notebook: str, earned: dict[str, float | None]) -> None:
        table = self.tables["grade"]
        rows = self._rows(connection, table, notebook, self.grades)
        new = []
        for cell, (name, most) in self.grades.items():
            points = within(earned.get(name, 0.0), most)
            row = rows.get(cell)
            if row is None:
                new.append({"cell_id": cell, "notebook_id": notebook, "auto_score": points,
                            "needs_manual_grade": points is None})
                continue
            needs = needs_look(row.auto_score, row.manual_score, points, row.needs_manual_grade)
            if row.auto_score != points or row.needs_manual_grade != needs:
                values = {"auto_score": points, "needs_manual_grade": needs}
                connection.execute(table.update().where(table.c.id == row.id).values(**values))
        if new:
            connection.execute(table.insert(), new)

    def _rows(self, connection, table, notebook: str, cells: Mapping[str, object]) -> dict:
        """{cell: row}. The cells are named, for nbgrader's index begins with them: without, the whole table is read."""
        query = self.select(table).where(table.c.cell_id.in_(list(cells)), table.c.notebook_id == notebook)
        return {row.cell_id: row for row in connection.execute(query)}

    def _comments(self, connection, notebook: str, unanswered: set) -> None:
        table = self.tables["comment"]
        rows = self._rows(connection, table, notebook, self.comments)
        new = []
        for cell, name in self.comments.items():
            text = "No response." if name in unanswered else None
            row = rows.get(cell)
            if row is None:
                new.append({"cell_id": cell, "notebook_id": notebook, "auto_comment": text})
            elif row.auto_comment != text:
                connection.execute(table.update().where(table.c.id == row.id).values(auto_comment=text))
        if new:
            connection.execute(table.insert(), new)

    def _late_ones(self, students: list[str]) -> list[str]:
        """Those of them who handed in late. nbgrader reads whole tables to say so: it is asked about these alone."""
        submitted = self.tables["submitted_assignment"]
        query = self.select(submitted.c.student_id, submitted.c.timestamp, submitted.c.extension).where(
            submitted.c.assignment_id == self.assignment, submitted.c.student_id.in_(students))
        with self.gradebook.engine.connect() as connection:
            return [student for student, time, extension in connection.execute(query) if self._is_late(time, extension)]

    def _is_late(self, time, extension) -> bool:
        return self.duedate is not None and time is not None and time > self.duedate + (extension or timedelta())

    def refresh_penalties(self) -> list[tuple[str, float, float]]:
        """Penalties by today's due date, extensions and rule: [(student, before, after)] of those that changed."""
        submitted, notebooks = self.tables["submitted_assignment"], self.tables["submitted_notebook"]
        book = next(key for key, name in self.notebooks.items() if name == self.topic)
        query = self.select(submitted.c.student_id, submitted.c.timestamp, submitted.c.extension,
                            notebooks.c.late_submission_penalty).join(
            notebooks, notebooks.c.assignment_id == submitted.c.id).where(
            submitted.c.assignment_id == self.assignment, notebooks.c.notebook_id == book)
        with self.gradebook.engine.connect() as connection:
            rows = connection.execute(query).all()
        changed = []
        for student, time, extension, before in rows:
            if self._is_late(time, extension) or before:
                after = self._penalty(student)
                if abs((before or 0) - (after or 0)) > 1e-9:
                    changed.append((student, float(before or 0), float(after or 0)))
        return changed

    def _penalty(self, student: str) -> float | None:
        """The class's rule for late submissions, asked as nbgrader asks it."""
        submission = self.gradebook.find_submission(self.topic, student)
        notebook = next(notebook for notebook in submission.notebooks if notebook.name == self.topic)
        penalty = None
        if submission.total_seconds_late > 0 and self.plugin is not None:
            penalty = self.plugin.late_submission_penalty(student, notebook.score, submission.total_seconds_late)
        notebook.late_submission_penalty = None if penalty is None else min(max(penalty, 0), notebook.score)
        self.gradebook.db.commit()
        return notebook.late_submission_penalty


LONGEST = 128                  # characters of a name in nbgrader's tables; SQLite takes more, a server does not


def storable(text: str) -> str | None:
    """What an LMS says of a person, as every database takes it: without NUL, which PostgreSQL refuses. None for ""."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:LONGEST] or None


# --- turns, where a server keeps the gradebook ---------------------------------------------------------------
# SQLite locks its file. A server lets many write at once, and two who enter the same new student would collide.

RUN, WRITE = 0x6E6C0001, 0x6E6C0002      # keys of advisory locks: a grading run; whoever writes marks or lessons


def take_turn(connection) -> None:
    """Until this transaction ends, nobody else writes marks: not from this course folder and not from another."""
    from sqlalchemy import text

    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": WRITE})


@contextlib.contextmanager
def turn(db_url: str, key: int = WRITE, waiting=None):
    """The same for a block in which nbgrader itself writes. `waiting()` is called where somebody else has the turn.

    A server that is restarted forgets who had it. So what must not collide, `Marks.save`, takes its own turn.
    """
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import DBAPIError

    if make_url(db_url).get_backend_name() != "postgresql":
        yield
        return
    engine = create_engine(db_url, isolation_level="AUTOCOMMIT")     # no transaction stays open for the hours of a run
    try:
        connection = engine.connect()
        if not connection.execute(text("select pg_try_advisory_lock(:key)"), {"key": key}).scalar():
            if waiting is not None:
                waiting()
            connection.execute(text("select pg_advisory_lock(:key)"), {"key": key})
        try:
            yield
        finally:
            with contextlib.suppress(DBAPIError):        # the server may be gone, and the lock with it
                connection.execute(text("select pg_advisory_unlock(:key)"), {"key": key})
                connection.close()
    finally:
        engine.dispose()


# --- the cells of a lesson, as the gradebook has them -------------------------------------------------------

def graded_cells(notebook: dict, is_void=lambda name: False) -> dict:
    """{cell: (whether it is graded, points, nbgrader's checksum, in which the points are)}; what is void has 0."""
    cells = {}
    for cell in notebook["cells"]:
        meta = cell["metadata"].get("nbgrader", {})
        if meta.get("grade") and is_void(meta["grade_id"]):
            cells[meta["grade_id"]] = (True, 0.0, _checksum(cell, 0.0))
        elif meta.get("grade") or meta.get("solution"):
            cells[meta["grade_id"]] = (bool(meta.get("grade")), float(meta.get("points", 0)), meta.get("checksum"))
    return cells


def _checksum(cell: dict, points: float) -> str:
    from nbformat import NotebookNode, from_dict
    from nbgrader.utils import compute_checksum

    node: NotebookNode = from_dict({**cell, "source": source_of(cell)})
    node.metadata.nbgrader.points = points
    return compute_checksum(node)


def known_cells(gradebook, topic: str) -> dict | None:
    from nbgrader.api import MissingEntry

    try:
        notebook = gradebook.find_notebook(topic, topic)
    except MissingEntry:
        return None
    graded = {cell.name: float(cell.max_score) for cell in notebook.grade_cells}
    names = [*graded, *(cell.name for cell in notebook.solution_cells)]
    sums = {cell.name: cell.checksum for cell in notebook.source_cells}
    return {name: (name in graded, graded.get(name, 0.0), sums.get(name)) for name in names}


def set_maxima(root: Path, topic: str, gradebook, cells: Mapping[str, tuple]) -> None:
    """The maximum of each grade cell in the gradebook, as `cells` has it: 0 of what is void, else what was handed out.
    nbgrader's checksum of a cell, in which its points are, goes with it: {cell: (graded, points, checksum)}.

    Marks of what is void are put aside, those that a person gave too, and come back with its maximum.
    """
    changes = changed_later.changes_of(root, topic)
    for cell in gradebook.find_notebook(topic, topic).grade_cells:
        _, wanted, checksum = cells[cell.name]
        if cell.max_score == wanted and not (wanted and cell.name in changes.aside):
            continue
        if wanted:
            _brought_back(gradebook, topic, cell, changes.aside.get(cell.name, {}))
            changes = changed_later.without_aside(changes, cell.name)
        else:
            changes = changed_later.with_aside(changes, cell.name, _put_aside(gradebook, topic, cell))
            changed_later.write_changes(root, topic, changes)           # first: what is put aside is not lost
        cell.max_score = wanted
        gradebook.find_source_cell(cell.name, topic, topic).checksum = checksum
        gradebook.db.commit()
        changed_later.write_changes(root, topic, changes)


def _put_aside(gradebook, topic: str, cell) -> dict[str, list[float | None]]:
    found = {}
    for submission in gradebook.assignment_submissions(topic):
        grade = gradebook.find_grade(cell.name, topic, topic, submission.student.id)
        if grade.manual_score is not None or grade.extra_credit is not None or grade.auto_score:
            found[submission.student.id] = [grade.manual_score, grade.extra_credit, grade.auto_score]
            grade.manual_score, grade.extra_credit, grade.auto_score = None, None, 0.0
    return found


def _brought_back(gradebook, topic: str, cell, kept: Mapping[str, list[float | None]]) -> None:
    from nbgrader.api import MissingEntry

    for student, (manual, extra, auto) in kept.items():
        with contextlib.suppress(MissingEntry):
            grade = gradebook.find_grade(cell.name, topic, topic, student)
            if grade.manual_score is None:
                grade.manual_score, grade.extra_credit, grade.auto_score = manual, extra, auto


def within(points: float | None, most: float) -> float | None:
    return None if points is None else min(max(float(points), 0.0), float(most))


def needs_look(before, manual, points: float | None, marked: bool) -> bool:
    """Whether a person should look at a mark: where one was given by hand and the automatic one has changed since, or
    where there is neither.
    """
    if manual is None:
        return points is None
    if points is None:
        return before is not None or bool(marked)
    return True if before is None or abs(before - points) > 1e-9 else bool(marked)


def save_grade(grade, points: float | None) -> None:
    """The automatic score of one cell. Where a person has given a mark, that stands."""
    points = within(points, grade.max_score)
    grade.needs_manual_grade = needs_look(grade.auto_score, grade.manual_score, points, grade.needs_manual_grade)
    grade.auto_score = points
