"""`zip_collect`: who handed in what in a class's archive. No name of a student's choice makes another student."""

import io
import os
import subprocess
import sys
import tarfile
import zipfile

import classroom
import pytest
from classroom import filled, hand_in, released

from autograder.grading.intake import unpacked
from autograder.lms import archives
from autograder.lms.archives import Upload
from autograder.lms.sorting import sorted_out

MOODLE = "Ada Lovelace_12_assignsubmission_file_"


def uploads(*names, archive="loss.zip"):
    """Files of a download by name, one a minute later than the other."""
    return [Upload(archive, tuple(name.split("/")), (2030, 1, 1, 0, number, 0), 2, lambda most: b"{}")
            for number, name in enumerate(names)]


def who(*names, archive="loss.zip"):
    chosen, said = sorted_out(uploads(*names, archive=archive), "loss")
    return {student: "/".join(upload.parts) for student, upload in chosen.items()}, said


@pytest.mark.parametrize(("name", "student"), [
    ("ada_loss.ipynb", "ada"), ("ada_LATE_12_345_loss-1.ipynb", "ada"), ("ada_loss (2).ipynb", "ada"),
    ("ada/loss.ipynb", "ada"), (f"{MOODLE}/loss.ipynb", "Ada Lovelace"), (f"{MOODLE}/Loss/loss.ipynb", "Ada Lovelace"),
    # a name of the student's own choice, further in
    (f"{MOODLE}/other_loss.ipynb", "Ada Lovelace"), (f"{MOODLE}/other/loss.ipynb", "Ada Lovelace"),
    (f"{MOODLE}/other_7_assignsubmission_file_/loss.ipynb", "Ada Lovelace"),
    ("ada/other_LATE_1_2_loss-1.ipynb", "ada"), ("ada/ben/cyd/loss.ipynb", "ada"),
    ("ada_12_other_loss.ipynb", "ada"), ("../ada/loss.ipynb", "ada"), ("/ada/loss.ipynb", "ada")])
def test_the_id_is_of_the_outermost_folder_or_the_beginning_of_the_name(name, student):
    made = [Upload("loss.zip", archives._parts(name), (2030,), 2, lambda most: b"")]
    assert set(sorted_out(made, "loss")[0]) == {student}


@pytest.mark.parametrize("name", [
    "ada_floss.ipynb", "ada_notes.ipynb", "_loss.ipynb", f"{MOODLE}/notes.ipynb", f"{MOODLE}/gloss.ipynb",
    "a\x1b[2J_loss.ipynb", "a\nb_loss.ipynb", "evil\u202e_loss.ipynb", ".._loss.ipynb", "  /loss.ipynb",
    "n" * 200 + "/loss.ipynb"])
def test_what_is_nobody_s_is_named_and_not_collected(name):
    found, said = who(name, "ben_loss.ipynb")
    assert set(found) == {"ben"} and len(said) == 1 and "is not collected" in said[0]
    assert not any(c in said[0] for c in "\n\x1b\u202e")


@pytest.mark.parametrize(("name", "student"), [
    ("ada_12_work.zip", "ada"), (f"{MOODLE}/loss.zip", "Ada Lovelace"), (f"{MOODLE}/Bob_7_loss.zip", "Ada Lovelace")])
def test_an_archive_in_an_archive_is_the_student_s_who_handed_it_in(name, student):
    assert who(name) == ({student: name}, [])


@pytest.mark.parametrize(("names", "students"), [
    # each LMS's own way
    (("Loss_ada_attempt_2026-03-03-11-31-00_loss.ipynb", "Loss_ben_attempt_2026-03-03-11-32-00_loss.ipynb"), "ada ben"),
    (("12345-67890 - Jane Smith - Mar 3, 2026 1131 AM/loss.ipynb",
      "12346-67891 - Bob Jones - Mar 3, 2026 1132 AM/loss.ipynb"),
     "12345 12346"),
    (("submission_123456789/loss.ipynb", "submission_123456790/loss.ipynb"), "123456789 123456790"),
    (tuple(f"Participant_1234{i}_assignsubmission_file_loss.ipynb" for i in range(3)), "12340 12341 12342"),
    # what people and systems make of a file's name
    (("ada_1_2_Copy of loss.ipynb", "ben_1_2_loss-Copy1.ipynb", "cyd_1_2_loss_final.ipynb", "dan_1_2_Loss.ipynb",
      "eve_1_2_loss-1-1.ipynb", "flo_1_2_loss - Kopie.ipynb", "gus_1_2_LOSS.IPYNB"), "ada ben cyd dan eve flo gus")])
def test_the_names_of_every_lms_are_understood(names, students):
    assert sorted(who(*names)[0]) == students.split()


def test_a_student_s_duplicates_are_named_and_the_newest_is_taken():
    found, said = who(f"{MOODLE}/loss.ipynb", f"{MOODLE}/loss-1.ipynb", f"{MOODLE}/other_loss.ipynb", "ben/loss.ipynb")
    assert found == {"Ada Lovelace": f"{MOODLE}/other_loss.ipynb", "ben": "ben/loss.ipynb"}
    assert len(said) == 1 and said[0].startswith("Ada Lovelace: 3 files (loss.zip/")


def test_two_people_of_one_name_are_two():
    found, said = who("Ada_12_assignsubmission_file_/loss.ipynb", "Ada_99_assignsubmission_file_/loss.ipynb",
                      "cyd_LATE_1_20_loss.ipynb", "cyd_1_10_loss.ipynb")
    assert set(found) == {"Ada 12", "Ada 99", "cyd"} and found["cyd"] == "cyd_LATE_1_20_loss.ipynb"
    assert len(said) == 1 and said[0].startswith("cyd: 2 files")


def test_an_archive_of_one_student_bears_the_student_s_name():
    made = [*uploads("loss.ipynb", archive="ada.zip"), *uploads("other_loss.ipynb", archive="ben.lee.zip"),
            *uploads("other/loss.ipynb", archive="cyd.tar.gz")]
    chosen, said = sorted_out(made, "loss")
    assert set(chosen) == {"ada", "ben.lee", "cyd"} and said == []


def test_links_devices_bombs_and_damaged_archives_are_left(tmp_path, monkeypatch):
    """Read: a link in an archive, or in the folder, that points at what the grader may read. Starve: what grows."""
    monkeypatch.setattr(archives, "LARGEST", 100_000)
    secret, download = tmp_path / "quiz.yaml", tmp_path / "archive"
    secret.write_text("a key")
    download.mkdir()
    (download / "eve").mkdir()
    (download / "eve" / "loss.ipynb").symlink_to(secret)
    (download / "broken.zip").write_bytes(b"PK\x03\x04 nothing")
    with tarfile.open(download / "class.tar.gz", "w:gz") as tar:
        for name, kind in (("fay/loss.ipynb", tarfile.SYMTYPE), ("gil/loss.ipynb", tarfile.LNKTYPE),
                           ("hal/loss.ipynb", tarfile.FIFOTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, str(secret)
            tar.addfile(info)
        info = tarfile.TarInfo("ada/loss.ipynb")
        info.size = 2
        tar.addfile(info, io.BytesIO(b"{}"))
    with zipfile.ZipFile(download / "more.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("ben/loss.ipynb", b"{}")
        packed.writestr("cyd/loss.ipynb", b" " * 200_000)
        packed.writestr("../../dan/loss.ipynb", b"{}")
    (tmp_path / "extracted").mkdir()
    said = " ".join(unpacked(download, tmp_path / "extracted", "loss"))
    made = {path.relative_to(tmp_path / "extracted").as_posix() for path in (tmp_path / "extracted").rglob("*.ipynb")}
    assert made == {"ada/loss.ipynb", "ben/loss.ipynb", "dan/loss.ipynb"}, said
    assert "broken.zip cannot be opened" in said and "eve" in said
    assert "cyd: more.zip/cyd/loss.ipynb cannot be read" in said
    assert not [path for path in tmp_path.rglob("*") if path.name == "loss.ipynb" and "a key" in path.read_text("utf-8")
                and "archive" not in path.parts]


def test_the_command_makes_no_student_of_a_name_that_a_student_chose(tmp_path):
    """The whole way: an upload called other_loss.ipynb, an archive in it, and names with the codes of a terminal."""
    root = classroom.course_copy(tmp_path / "course")
    inbox = root / "downloaded" / "loss" / "archive"
    inbox.mkdir(parents=True)
    hand_in(root, "other", released())
    theirs = (root / "submitted" / "other" / "loss" / "loss.ipynb").read_bytes()
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("other_loss.ipynb", "{}")
    with zipfile.ZipFile(inbox / "loss.zip", "w") as archive:
        archive.writestr(f"{MOODLE}/other_loss.ipynb", classroom.to_bytes(filled()))
        archive.writestr(f"{MOODLE}/more.zip", inner.getvalue())
        archive.writestr("Cyd_14_assignsubmission_file_/work.zip", inner.getvalue())
        archive.writestr("Ben_13_assignsubmission_file_/\x1b[2Jother_\n.ipynb", "{}")
    command = [sys.executable, "-m", "nbgrader", "zip_collect", "loss", "--force"]
    done = subprocess.run(command, cwd=root, capture_output=True, timeout=300, env=os.environ | {"NO_COLOR": "1"})
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said[-3000:]
    assert {path.name for path in (root / "submitted").iterdir()} == {"other", "Ada Lovelace", "Cyd"}
    assert (root / "submitted" / "other" / "loss" / "loss.ipynb").read_bytes() == theirs
    assert (root / "submitted" / "Cyd" / "loss" / "loss.zip").read_bytes() == inner.getvalue()
    assert "\x1b[2J" not in said
