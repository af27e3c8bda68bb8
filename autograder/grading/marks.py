"""Marks: what is written into nbgrader's tables. Marks given by hand stay as they are."""

from __future__ import annotations


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
        self.assignment, self.late = assignment.id, assignment.duedate is not None and plugin is not None
        self.notebooks = {other.id: other.name for other in assignment.notebooks}
        self.grades = {cell.id: (cell.name, float(cell.max_score)) for cell in notebook.grade_cells}
        self.comments = {cell.id: cell.name for cell in notebook.solution_cells}
        self.select = select
        gradebook.db.rollback()

    def students(self) -> set[str]:
        """Who has a submission of this lesson."""
        submitted = self.tables["submitted_assignment"]
        with self.gradebook.engine.connect() as connection:
            query = self.select(submitted.c.student_id).where(submitted.c.assignment_id == self.assignment)
            return set(connection.execute(query).scalars())

    def save(self, items) -> None:
        """Write (student, {grade cell: points}, unanswered solution cells, time of submission or None), in one go."""
        with self.gradebook.engine.begin() as connection:
            for student, points, unanswered, timestamp in items:
                notebook = self._notebook(connection, student, timestamp)
                self._grades(connection, notebook, points)
                self._comments(connection, notebook, set(unanswered))
        if self.late:
            for student, *_ in items:
                self._penalty(student)

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

    def _grades(self, connection, notebook: str, earned: dict[str, float]) -> None:
        table = self.tables["grade"]
        rows = self._rows(connection, table, notebook)
        new = []
        for cell, (name, most) in self.grades.items():
            points = min(max(float(earned.get(name, 0.0)), 0.0), most)
            row = rows.get(cell)
            if row is None:
                new.append({"cell_id": cell, "notebook_id": notebook, "auto_score": points,
                            "needs_manual_grade": False})
                continue
            needs = needs_look(row.auto_score, row.manual_score, points, row.needs_manual_grade)
            if row.auto_score != points or row.needs_manual_grade != needs:
                values = {"auto_score": points, "needs_manual_grade": needs}
                connection.execute(table.update().where(table.c.id == row.id).values(**values))
        if new:
            connection.execute(table.insert(), new)

    def _rows(self, connection, table, notebook: str) -> dict:
        query = self.select(table).where(table.c.notebook_id == notebook)
        return {row.cell_id: row for row in connection.execute(query)}

    def _comments(self, connection, notebook: str, unanswered: set) -> None:
        table = self.tables["comment"]
        rows = self._rows(connection, table, notebook)
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

    def _penalty(self, student: str) -> None:
        """The class's rule for late submissions, asked as nbgrader asks it."""
        submission = self.gradebook.find_submission(self.topic, student)
        notebook = next(notebook for notebook in submission.notebooks if notebook.name == self.topic)
        if submission.total_seconds_late > 0:
            penalty = self.plugin.late_submission_penalty(student, notebook.score, submission.total_seconds_late)
            if penalty is not None:
                notebook.late_submission_penalty = min(max(penalty, 0), notebook.score)
        self.gradebook.db.commit()


def needs_look(before, manual, points: float, marked: bool) -> bool:
    """Whether a person should look at a mark: where one was given by hand and the automatic one has changed since."""
    if manual is None:
        return False
    return True if before is None or abs(before - points) > 1e-9 else bool(marked)


def save_grade(grade, points: float) -> None:
    """The automatic score of one cell. Where a person has given a mark, that stands."""
    points = min(max(float(points), 0.0), float(grade.max_score))
    grade.needs_manual_grade = needs_look(grade.auto_score, grade.manual_score, points, grade.needs_manual_grade)
    grade.auto_score = points
