"""`collect`: from each LMS's download to submitted/, by the LMS's own number, and nobody else's work is touched."""

import io
import json
import sys
import tarfile
import zipfile
from zoneinfo import ZoneInfo

import pytest
from class_archives import download, names, receipt, zipped

from autograder.__main__ import main
from autograder.lessons.changes import changes_of
from autograder.lms import archives, collect, styles
from autograder.problems import Problem

PEOPLE = [(4101, "Ada Lovelace", "alovelace"), (4102, "Ben Lee", "b_lee"), (4103, "Ada Lovelace", "ada2")]
IDS = {"canvas": ["4101", "4102", "4103"], "moodle": ["4101", "4102", "4103"],
       "blackboard": ["ada2", "alovelace", "b_lee"], "brightspace": ["4101", "4102", "4103"],
       "gradescope": ["4101", "4102", "4103"], "folder": ["ada2", "alovelace", "b_lee"]}
ROSTERS = {
    "canvas": "Student,ID,SIS User ID,SIS Login ID,Section,loss (77)\r\n    Points Possible,,,,,20\r\n"
              '"Lovelace, Ada",4101,s1,alovelace,A,\r\n"Lee, Ben",4102,s2,b_lee,A,\r\n"Diaz, Eva",4109,s9,eva,A,\r\n',
    "moodle": "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
              "Last modified (grade)\nParticipant 4101,Ada Lovelace,ada@x.edu,Submitted,,20,Yes,-\n"
              "Participant 4102,Ben Lee,ben@x.edu,Submitted,,20,Yes,-\n"
              "Participant 4109,Eva Diaz,eva@x.edu,,,20,Yes,-\n"}


def body(number):
    return json.dumps({"cells": [], "number": number}).encode()


def put(path, data):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def collected(root, topic="loss"):
    return {path.relative_to(root / "submitted").parts[0]: path.read_bytes()
            for path in sorted((root / "submitted").glob(f"*/{topic}/*")) if path.name != "timestamp.txt"}


@pytest.mark.parametrize("lms", styles.STYLES)
def test_every_lms_s_download_is_collected_by_its_own_ids(tmp_path, lms):
    done = collect.collect(tmp_path, "loss", lms, [put(tmp_path / "a.zip", download(lms, PEOPLE, body))])
    assert sorted(done.taken) == IDS[lms]
    found = collected(tmp_path)
    assert sorted(found) == IDS[lms] and len(set(found.values())) == 3
    kept = collect.known(tmp_path, "loss")
    assert {entry["identity"] for entry in kept.values()} == set(IDS[lms])
    assert (tmp_path / "private" / "collected" / "loss.json").stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    again = collect.collect(tmp_path, "loss", lms, [tmp_path / "a.zip"])
    assert again.taken == [] and sorted(again.same) == IDS[lms]


@pytest.mark.parametrize("lms", [name for name in styles.STYLES if name != "folder"])
@pytest.mark.parametrize("other", styles.STYLES)
def test_another_style_is_refused_with_the_names_before_anything_is_copied(tmp_path, lms, other):
    if lms == other:
        return
    path = put(tmp_path / "a.zip", download(other, PEOPLE, body))
    with pytest.raises(Problem) as told:
        collect.collect(tmp_path, "loss", lms, [path])
    assert "Nothing was collected" in str(told.value) and "loss.ipynb" in str(told.value)
    assert other == "folder" or f"--lms {other}" in str(told.value)
    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]


def test_an_unpacked_download_is_collected_like_the_archive(tmp_path):
    for lms in ("canvas", "moodle", "gradescope"):
        with zipfile.ZipFile(io.BytesIO(download(lms, PEOPLE, body))) as packed:
            packed.extractall(tmp_path / lms / "in")
        root = tmp_path / f"root-{lms}"
        root.mkdir()
        assert sorted(collect.collect(root, "loss", lms, [tmp_path / lms]).taken) == IDS[lms]


def test_the_newest_upload_and_its_time_win_and_a_line_says_so(tmp_path):
    files = {names("canvas", 4101, "Ada L", "ada", "loss.ipynb", 1): b"{}",
             names("canvas", 4101, "Ada L", "ada", "loss-1.ipynb", 3): b'{"new": 1}',
             names("canvas", 4102, "Ben L", "ben", "loss-1.ipynb", 2): b'{"new": 2}'}
    done = collect.collect(tmp_path, "loss", "canvas", [put(tmp_path / "a.zip", zipped(files))])
    assert collected(tmp_path) == {"4101": b'{"new": 1}', "4102": b'{"new": 2}'}
    assert any("4101: 2 uploads; the newest was collected" in line and "loss-1" in line for line in done.said)
    root = tmp_path / "blackboard"
    root.mkdir()
    files = {names("blackboard", 1, "Ada L", "ada", "loss.ipynb", attempt): body(attempt) for attempt in (2, 7, 3)}
    collect.collect(root, "loss", "blackboard", [put(root / "a.zip", zipped(files))], zone=ZoneInfo("Europe/Berlin"))
    assert collected(root) == {"ada": body(7)}
    assert (root / "submitted/ada/loss/timestamp.txt").read_text() == "2026-03-07 10:31:00 UTC\n"


def test_an_older_download_takes_nothing_back(tmp_path):
    old, new = ({names("canvas", 1, "A B", "a", "loss.ipynb", attempt): body(attempt)} for attempt in (1, 2))
    collect.collect(tmp_path, "loss", "canvas", [put(tmp_path / "new.zip", zipped(new))])
    done = collect.collect(tmp_path, "loss", "canvas", [put(tmp_path / "old.zip", zipped(old))])
    assert collected(tmp_path) == {"1": body(2)} and "is newer" in " ".join(done.said)
    collect.collect(tmp_path, "loss", "canvas", [tmp_path / "old.zip"], force=True)
    assert collected(tmp_path) == {"1": body(1)}


def test_work_that_came_another_way_stays(tmp_path):
    folder = tmp_path / "submitted" / "4101" / "loss"
    folder.mkdir(parents=True)
    (folder / "loss.ipynb").write_text("mine")
    path = put(tmp_path / "a.zip", download("canvas", PEOPLE, body))
    done = collect.collect(tmp_path, "loss", "canvas", [path])
    assert collected(tmp_path)["4101"] == b"mine" and "--force" in " ".join(done.said)
    assert "4101" not in collect.known(tmp_path, "loss")


@pytest.mark.parametrize("lms", ["canvas", "moodle"])
def test_who_is_missing_and_who_is_not_in_the_roster_is_listed(tmp_path, lms, capsys):
    put(tmp_path / "roster.csv", ROSTERS[lms].encode())
    done = collect.collect(tmp_path, "loss", lms, [put(tmp_path / "a.zip", download(lms, PEOPLE, body))],
                           tmp_path / "roster.csv")
    collect.show(done, "loss")
    said = capsys.readouterr().out
    assert "Missing (1)" in said and "Eva" in said and "Not in the roster (1)" in said and "4103" in said
    ids = {"canvas": {"4101", "4102", "4103"}, "moodle": {"ada@x.edu", "ben@x.edu", "4103"}}[lms]
    assert set(collected(tmp_path)) == ids
    assert collect.people_of(tmp_path, "loss")["4101" if lms == "canvas" else "ada@x.edu"]["last"] == "Lovelace"


def test_nothing_a_student_chose_makes_another_student(tmp_path):
    """A display name, a file's name, a folder in an archive, a receipt or metadata of somebody's own."""
    moodle = {"Ada_12_assignsubmission_file_/Bob_99_assignsubmission_file_/loss.ipynb": b"1",
              "Cyd_13_assignsubmission_file_Bob_99_assignsubmission_file_loss.ipynb": b"2",
              "../../evil/Eve_14_assignsubmission_file_/loss.ipynb": b"3"}
    canvas = {"ada_1_20_bob_99_98_loss.ipynb": b"1", "fay_4_23_loss.ipynb": b"4", "cyd_2_21_../../../x.ipynb": b"2",
              "eve/dan_3_22_loss.ipynb": b"3"}
    bright = {"1-7 - Ada - Mar 3, 2026 1131 AM/9-7 - Bob - Mar 4, 2026 1131 AM/loss.ipynb": b"1"}
    board = {"L_ada_attempt_2026-03-03-11-31-00_L_bob_attempt_2026-03-04-11-31-00_loss.ipynb": b"1",
             "L_ada_attempt_2026-03-03-11-31-00_x_attempt_2026-03-04-11-31-00.txt": receipt("Bob", "bob").encode()}
    scope = {"submission_1/loss.ipynb": b"1", "submission_1/submission_metadata.yml":
             b"submission_1:\n  :submitters:\n  - :sid: '99'\n"}
    for lms, files, ids in (("moodle", moodle, {"12", "13"}), ("canvas", canvas, {"1", "4"}),
                            ("brightspace", bright, {"1"}), ("blackboard", board, {"ada"}),
                            ("gradescope", scope, {"1"})):
        root = tmp_path / lms
        root.mkdir()
        collect.collect(root, "loss", lms, [put(tmp_path / f"{lms}.zip", zipped(files))])
        assert set(collected(root)) == ids, lms
    assert {path.name for path in tmp_path.iterdir()} >= {"moodle"} and not list(tmp_path.parent.glob("evil"))


def test_bombs_links_and_damaged_archives_stop_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST", 100_000)
    good = names("canvas", 1, "A B", "a")
    big = zipped({names("canvas", 2, "C D", "c"): b" " * 200_000, good: b"{}"})
    locked = bytearray(zipped({good: b"{}"}))
    with tarfile.open(tmp_path / "t.tar.gz", "w:gz") as tar:
        info = tarfile.TarInfo(names("canvas", 3, "E F", "e"))
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(info)
        info = tarfile.TarInfo(names("canvas", 4, "G H", "g"))
        info.size = 2
        tar.addfile(info, io.BytesIO(b"{}"))
    paths = [put(tmp_path / "a.zip", big), put(tmp_path / "b.zip", bytes(locked[:40])), tmp_path / "t.tar.gz"]
    done = collect.collect(tmp_path, "loss", "canvas", paths)
    assert set(collected(tmp_path)) == {"1", "4"} and done.failed == 1
    said = " ".join(done.said)
    assert "2: a.zip/" in said and "too large" in said and "b.zip cannot be opened" in said
    (tmp_path / "submitted" / "5").symlink_to(tmp_path)
    put(tmp_path / "c.zip", zipped({names("canvas", 5, "I J", "i"): b"{}"}))
    assert "is a link" in " ".join(collect.collect(tmp_path, "loss", "canvas", [tmp_path / "c.zip"]).said)
    assert not (tmp_path / "loss").exists()


def test_an_archive_that_a_student_handed_in_stays_that_student_s(tmp_path):
    inner = zipped({"Bob_99_assignsubmission_file_/loss.ipynb": b"{}", "../loss.ipynb": b"{}"})
    files = {names("moodle", 12, "Ada", "ada", "my work.zip"): inner,
             names("moodle", 13, "Cyd", "cyd", "x.pdf"): b"%PDF"}
    collect.collect(tmp_path, "loss", "moodle", [put(tmp_path / "a.zip", zipped(files))])
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.glob("submitted/*/loss/*")
                  if path.name != "timestamp.txt") == ["submitted/12/loss/my work.zip", "submitted/13/loss/x.pdf"]


def test_a_dry_run_writes_nothing_and_the_command_says_what_it_did(tmp_path, capsys):
    path = put(tmp_path / "a.zip", download("canvas", PEOPLE, body))
    command = ["collect", "loss", str(path), "--lms", "canvas", "--root", str(tmp_path)]
    assert main([*command, "--dry-run"]) == 0 and [each.name for each in tmp_path.iterdir()] == ["a.zip"]
    assert "3 collected" in (said := capsys.readouterr().out) and "Nothing was written" in said
    assert main(command) == 0 and len(collected(tmp_path)) == 3
    assert main(["collect", "lost", str(path), "--lms", "canvas", "--root", str(tmp_path)]) == 2
    assert "There is no graded lesson" in capsys.readouterr().err


def test_what_the_class_kept_is_not_taken_for_nothing_where_it_is_damaged(tmp_path):
    path = put(tmp_path / "a.zip", download("canvas", PEOPLE, body))
    collect.collect(tmp_path, "loss", "canvas", [path])
    place = tmp_path / "private" / "collected" / "loss.json"
    for text in ("{", "[]", '{"students": {"4101": "x"}}', '{"students": {"4101": {"keys": []}}}', "\ud800"):
        place.write_text(text, encoding="utf-16" if text == "{" else "utf-8", errors="replace")
        with pytest.raises(Problem, match=r"loss\.json is damaged .* collect loss again, with --force"):
            collect.collect(tmp_path, "loss", "canvas", [path])
    for file in ("private/roster.json", "private/changes/loss.json"):
        put(tmp_path / file, b'{"given": "mse"}' if "changes" in file else b'{"4101": 1}')
    with pytest.raises(Problem, match="roster"):
        collect.roster_of(tmp_path)
    for text in (b'{"given": "mse"}', b'{"void": [1]}', b'{"aside": {"mse": {"ada": 3}}}', b"1", b"{"):
        put(tmp_path / "private" / "changes" / "loss.json", text)
        with pytest.raises(Problem, match="then everything counts as it did before"):
            changes_of(tmp_path, "loss")


def test_what_an_editor_saved_with_its_mark_in_front_is_not_damaged(tmp_path):
    (tmp_path / "private" / "changes").mkdir(parents=True)
    put(tmp_path / "private" / "changes" / "loss.json", b'\xef\xbb\xbf{"void": ["mse"]}')
    assert changes_of(tmp_path, "loss").void == ("mse",)


def test_an_archive_that_is_none_and_one_in_another_are_told(tmp_path):
    inner = download("canvas", PEOPLE, body)
    for name, data, words in (("in.zip", zipped({"outer/submissions.zip": inner}), "archive in the archive: unpack"),
                              ("text.zip", b"hello", "damaged, cut off, or no archive"),
                              ("half.zip", inner[:300], "damaged, cut off, or no archive")):
        with pytest.raises(Problem, match=words):
            collect.collect(tmp_path, "loss", "canvas", [put(tmp_path / name, data)])
    with pytest.raises(Problem, match="There is no file or folder"):
        collect.collect(tmp_path, "loss", "canvas", [tmp_path / "nothing.zip"])


def test_who_stands_twice_in_the_roster_is_not_called_a_stranger(tmp_path):
    roster = put(tmp_path / "roster.csv", b"Student,ID\nAda,4101\nAda,4101\nBen,4102\nCyd,4103\n")
    archive = put(tmp_path / "a.zip", download("canvas", PEOPLE, body))
    done = collect.collect(tmp_path, "loss", "canvas", [archive], roster)
    assert done.unknown == [] and "(4101) stands 2 times in the roster" in " ".join(done.said)
