"""What each LMS does with a file of marks, written from the published rules of its importer, not from ours.

canvas       lib/gradebook_importer.rb of canvas-lms: header, student columns, assignments by the number in the title
moodle       mod/assign/feedback/offline/importgradeslib.php and feedback/file/importziplib.php of moodle
blackboard   Learn's help, "Work offline with grade data": Username, the column's id behind a bar
brightspace  D2L's help, "Import grades": a key column first, "Points Grade", the end-of-line column last
gradescope   Gradescope's Autograder Specifications, "Output Format": what results.json may hold
"""

import csv
import io
import json
import math
import re
import zipfile


class Refused(Exception):
    pass


def canvas(data, students, assignments):
    """{Canvas user id: grade}. `students`: {id: (sis id, login)}, `assignments`: {id: title}."""
    text = data.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if not re.fullmatch(r"[;, ]*", ",".join(row))]
    header = rows[0]
    if not (len(header) > 3 and "Student" in header[0] and "ID" in header[1]):
        raise Refused("Invalid header row")
    columns, sis, login = 3, None, None
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        login, columns = 2, 4
    elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        sis, login = 2, 3
        columns += 2 + bool(re.search(r"Integration\s+ID", header[4]))
    if "Section" not in header[columns - 1]:
        raise Refused("Invalid header row")
    found = {}
    for place, title in enumerate(header[columns:], columns):
        if re.search("Current Score|Final Score|Current Points|Final Points", title):
            continue
        number = re.search(r"\((\d+)\)$", title)
        key = int(number[1]) if number and int(number[1]) in assignments else next(
            (id for id, name in assignments.items() if name == title), f"new: {title}")
        grades = {}
        for row in rows[1:]:
            if "Points Possible" in row[0]:
                continue
            who = int(row[1]) if row[1].isdigit() and int(row[1]) in students else next(
                (id for id, keys in students.items() if sis and row[sis] == keys[0] or login and row[login] == keys[1]),
                f"new: {row[0]}")
            grades[who] = row[place].strip()
        found[key] = grades
    return found


def moodle(data, participants, feedback=("Feedback comments",)):
    """{participant: grade} of a grading worksheet."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    header = rows[0]
    places = {name: header.index(name) for name in ("Identifier", "Grade", "Last modified (grade)") if name in header}
    if len(places) < 3:
        raise Refused("the columns Identifier, Grade and Last modified (grade) are needed")
    found = {}
    for row in rows[1:]:
        number = row[places["Identifier"]][len("Participant "):]
        if number.isdigit() and int(number) in participants:
            found[int(number)] = row[places["Grade"]]
    return found


def moodle_feedback(data, participants):
    """{participant: [file names]} of a zip of feedback files."""
    found = {}
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            parts = name.split("/")
            while parts:
                info = parts.pop(0).split("_", 4)
                if len(info) < 4 or not info[1].isdigit() or int(info[1]) not in participants:
                    continue
                if (info[2], info[3]) not in {("assignsubmission", "file"), ("assignfeedback", "file")}:
                    continue
                rest = "/".join([*info[4:5], *parts]).strip("/")
                found.setdefault(int(info[1]), []).append(rest)
                break
    return found


def blackboard(data, column):
    """{user name: grade} of the column with this id, of a tab-separated file in UTF-16."""
    if data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise Refused("a file of Blackboard is in UTF-16")
    rows = list(csv.reader(io.StringIO(data.decode("utf-16"), newline=""), delimiter="\t"))
    header = rows[0]
    place = next((k for k, title in enumerate(header) if title.endswith(f"|{column}")), None)
    if place is None or "Username" not in header:
        raise Refused("no column of this id, or no Username")
    return {row[header.index("Username")]: row[place] for row in rows[1:]}


def brightspace(data, most):
    """{key: grade}; `most`: the item's points, which no grade may pass."""
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    header = rows[0]
    if header[0] not in ("OrgDefinedId", "Username") or header[-1] != "End-of-Line Indicator":
        raise Refused("a key column comes first, and the End-of-Line Indicator last")
    places = [k for k, title in enumerate(header) if re.fullmatch(r".+ Points Grade( <.*>)?", title)]
    found = {}
    for row in rows[1:]:
        if row[-1] != "#":
            raise Refused("a line without its end")
        if row[places[0]] and float(row[places[0]]) > most:
            raise Refused("more than the maximum")
        found[row[0].removeprefix("#")] = row[places[0]]
    return found


SEEN = ("hidden", "after_due_date", "after_published", "visible")
FORMATS = ("text", "html", "simple_format", "md", "ansi")
TEXT, NUMBER = (str,), (int, float)
TOP = {"score": NUMBER, "execution_time": NUMBER, "output": TEXT, "output_format": FORMATS,
       "test_output_format": FORMATS,
       "test_name_format": FORMATS, "visibility": SEEN, "stdout_visibility": SEEN, "extra_data": (dict,),
       "tests": (list,), "leaderboard": (list,)}
TEST = {"score": NUMBER, "max_score": NUMBER, "status": ("passed", "failed"), "name": TEXT, "name_format": FORMATS,
        "number": TEXT, "output": TEXT, "output_format": FORMATS, "tags": (list,), "visibility": SEEN,
        "extra_data": (dict,)}


def _fields(found, known, what):
    if not isinstance(found, dict):
        raise Refused(f"{what} is no object")
    for name, value in found.items():
        if name not in known:
            raise Refused(f"{what} has no field {name}")
        wanted = known[name]
        fits = value in wanted if isinstance(wanted[0], str) else isinstance(value, wanted)
        if not fits or isinstance(value, bool) or isinstance(value, float) and not math.isfinite(value):
            raise Refused(f"{what}: {name} is {value!r}")


def gradescope(data):
    """(score, the most that the tests give) of a results.json. The score on top counts, else the sum of the tests'."""
    found = json.loads(data.decode("utf-8"), parse_constant=lambda name: _refuse(f"{name} is not JSON"))
    _fields(found, TOP, "results.json")
    tests = found.get("tests", [])
    for test in tests:
        _fields(test, TEST, "a test")
    if "score" not in found and not (tests and all("score" in test for test in tests)):
        raise Refused("neither a score nor one of each test: the submission would be an autograder's error")
    score = found.get("score", sum(test.get("score", 0) for test in tests))
    return score, sum(test.get("max_score", 0) for test in tests)


def _refuse(text):
    raise Refused(text)
