"""Marks into the sheet of an LMS: each result is read by a parser of that LMS's rules, and all else stays."""

import pytest
from importers import blackboard, brightspace, canvas, moodle

from autograder.lms.sheets import TARGETS, Score, fill
from autograder.lms.tables import SheetError, as_bytes, people, plain_text, read_sheet, short

CANVAS = ("Student,ID,SIS User ID,SIS Login ID,Section,Lesson loss (771),Other (772),Final Score\n"
          "    Points Possible,,,,,33,10,(read only)\n"
          "\"Lovelace, Ada\",4101,s1,ada,\"A, B\",,7,12\n\"Lee, Ben\",4102,s2,ben,A,5,,\n\"=cmd|' /C "
          "calc'!A0\",4103,s3,eve,A,,,\n"
          "\"Student, Test\",4199,,test,A,,,\n")
MOODLE = ("\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
          "Last modified (submission),Last modified (grade),Feedback comments\r\n"
          "Participant 4101,Ada Lovelace,ada@x.edu,Submitted,,33.00,Yes,\"Tuesday, 3 March 2026, 11:31 AM\",-,\"a, "
          "b\"\r\n"
          "Participant 4102,Ben Lee,ben@x.edu,Submitted,1.00,33.00,Yes,-,-,\r\n"
          "Participant 4103,Eve,eve@x.edu,Submitted,2.00,33.00,No,-,-,\r\n")
BLACKBOARD = ('"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Lesson loss [Total Pts: 33 Score] |118854"\r\n'
              '"Lovelace"\t"Ada"\t"ada"\t"4101"\t""\r\n"Lee"\t"Ben"\t"ben"\t"4102"\t"3"\r\n')
BRIGHTSPACE = ("OrgDefinedId,Username,Last Name,Lesson loss Points Grade <Numeric MaxPoints:33 Weight:10>,"
               "End-of-Line Indicator\r\n#4101,#ada,Lovelace,,#\r\n#4102,#ben,Lee,3,#\r\n")


def scores(*each, most=33.0):
    """(number, login, score) each."""
    return [Score(login, login.title(), score, most, {"number": str(number), "login": login, "email": f"{login}@x.edu"})
            for number, login, score in each]


THREE = scores((4101, "ada", 31.0), (4102, "ben", 17.333333), (4190, "zoe", 3.5))


def sheet_of(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "sheet.csv"
    path.write_bytes(text.encode(encoding))
    return read_sheet(path)


def filled(tmp_path, lms, text, each=THREE, encoding="utf-8", **options):
    done = fill(TARGETS[lms], sheet_of(tmp_path, text, encoding), each, "loss", "loss", **options)
    return done, as_bytes(done.sheet, done.keys)


def test_canvas_reads_what_was_entered_and_all_else_is_kept(tmp_path):
    done, data = filled(tmp_path, "canvas", CANVAS)
    read = canvas(data, {4101: ("s1", "ada"), 4102: ("s2", "ben"), 4103: ("s3", "eve"), 4199: ("", "test")},
                  {771: "Lesson loss", 772: "Other"})
    assert read[771] == {4101: "31", 4102: "17.33", 4103: "", 4199: ""} and set(read) == {771, 772}
    assert read[772][4101] == "7" and [score.student for score in done.unmatched] == ["zoe"] and done.without == 2
    before, after = CANVAS.splitlines(), data.decode().splitlines()
    assert after[:2] == before[:2] and after[3] == before[3].replace("A,5,,", "A,17.33,,")
    assert "\"'=cmd" in after[4] or "'=cmd" in after[4]


def test_moodle_reads_what_was_entered_and_a_locked_mark_stays(tmp_path):
    done, data = filled(tmp_path, "moodle", MOODLE, scores((4101, "ada", 40.0), (4102, "ben", 17.5), (4103, "eve", 9)))
    assert moodle(data, {4101, 4102, 4103}) == {4101: "33", 4102: "17.5", 4103: "2.00"}
    assert "eve: the sheet says that the mark cannot be changed." in done.said
    assert data[:3] == b"\xef\xbb\xbf" and b'"Tuesday, 3 March 2026, 11:31 AM",-,"a, b"\r\n' in data


def test_blackboard_and_brightspace_read_what_was_entered(tmp_path):
    _, data = filled(tmp_path, "blackboard", BLACKBOARD, encoding="utf-16")
    assert blackboard(data, 118854) == {"ada": "31", "ben": "17.33"}
    _, data = filled(tmp_path, "brightspace", BRIGHTSPACE, scores((4101, "ada", 35.0), (4102, "ben", 2)))
    assert brightspace(data, 33) == {"4101": "33", "4102": "2"}


def test_what_a_spreadsheet_made_of_a_file_is_given_back_as_the_importer_reads_it(tmp_path):
    """Excel saves with semicolons, as "Unicode text" with tabs, or in the machine's own encoding."""
    students = {4101: ("s1", "ada"), 4102: ("s2", "ben"), 4103: ("s3", "eve"), 4199: ("", "test")}
    plain = CANVAS.replace('"Lovelace, Ada"', "Zoë Ada").replace('"Lee, Ben"', "Ben").replace('"A, B"', "A")
    plain = plain.replace('"Student, Test"', "Test").replace("\"=cmd|' /C calc'!A0\"", "Eve")
    for separator, encoding in ((";", "utf-8-sig"), ("\t", "utf-16"), (";", "cp1252")):
        done, data = filled(tmp_path, "canvas", plain.replace(",", separator), encoding=encoding)
        assert canvas(data, students, {771: "", 772: ""})[771][4102] == "17.33" and "Zoë" in data.decode("utf-8-sig")
        assert ("not as canvas gives it out" in " ".join(done.said)) == (encoding != "utf-8-sig")
    whole = MOODLE.replace('"Tuesday, 3 March 2026, 11:31 AM"', "-").replace('"a, b"', "").replace(",", ";")
    _, data = filled(tmp_path, "moodle", whole.removeprefix("\ufeff"), encoding="utf-16")
    assert moodle(data, {4101, 4102, 4103}, most=33) == {4101: "31", 4102: "17.33", 4103: "2.00"}
    _, data = filled(tmp_path, "blackboard", BLACKBOARD.replace("\t", ",").replace('"', ""))
    assert blackboard(data, 118854) == {"ada": "31", "ben": "17.33"}


def test_a_german_worksheet_and_names_in_two_columns(tmp_path):
    german = ("ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,"
              "Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),Feedback als Kommentar\r\n"  # codespell:ignore
              'Teilnehmer/in4101,Ada,ada@x.edu,"Zur Bewertung abgegeben",,"33,00",Ja,-,-,\r\n'
              'Teilnehmer/in4102,Ben,,"Zur Bewertung abgegeben",,"33,00",Nein,-,-,\r\n')
    done, data = filled(tmp_path, "moodle", german)
    assert moodle(data, {4101, 4102}, most=33, language="de") == {4101: "31", 4102: ""} and len(done.said) == 1
    split = "LastName,FirstName,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section,loss (771)\n" + (
        "    Points Possible,,,,,,,,33\nLovelace,Ada,4101,s1,ada,,x.edu,A,\nLee,Ben,4102,s2,ben,,x.edu,A,\n")
    _, data = filled(tmp_path, "canvas", split)
    assert canvas(data, {4101: ("s1", "ada"), 4102: ("s2", "ben")}, {771: ""})[771] == {4101: "31", 4102: "17.33"}
    assert [person.first for person in people(sheet_of(tmp_path, split))] == ["Ada", "Ben"]


def test_where_commas_come_between_the_columns_none_is_left_in_a_number(tmp_path):
    """As a German Excel saves a worksheet: semicolons, and a comma in each number, in the rows of others too."""
    text = MOODLE.replace('"Tuesday, 3 March 2026, 11:31 AM"', "-").replace('"a, b"', "note").replace(",", ";")
    text = text.replace("note", "1,5").replace("33.00", "33,00").replace("1.00", "17,25").removeprefix("\ufeff")
    done, data = filled(tmp_path, "moodle", text, THREE[:1])
    assert moodle(data, {4101, 4102, 4103}, most=33) == {4101: "31", 4102: "17.25", 4103: "2.00"}
    assert b",33.00," in data and b'"33,00"' not in data and b'"1,5"' in data      # a comment is nobody's number
    assert done.entered == [("ada", "", "31")] and "decimal comma" in done.said[-1]
    already = MOODLE.replace("33.00", '"33,00"').replace("1.00", '"17,25"')
    assert b'"17,25","33,00"' in filled(tmp_path, "moodle", already, THREE[:1])[1]


def test_new_sheets_are_read_too():
    def new(lms):
        done = fill(TARGETS[lms], None, THREE, "loss", "Lesson loss")
        return as_bytes(done.sheet, done.keys)
    assert canvas(new("canvas"), {4101: ("", ""), 4102: ("", ""), 4190: ("", "")}, {})["new: Lesson loss"] == {
        4101: "31", 4102: "17.33", 4190: "3.5"}
    assert brightspace(new("brightspace"), 33)["4102"] == "17.33"
    assert new("moodle").decode().splitlines()[1] == "ada@x.edu,,Ada,31"
    with pytest.raises(SheetError, match="--into"):
        new("blackboard")


def test_who_was_collected_from_no_lms_is_found_by_the_id(tmp_path):
    plain = [Score("ada", "", 5.0, 33.0), Score("4102", "", 6.0, 33.0), Score("nobody", "", 7.0, 33.0)]
    done, data = filled(tmp_path, "canvas", CANVAS, plain)
    read = canvas(data, {4101: ("s1", "ada"), 4102: ("s2", "ben"), 4103: ("", ""), 4199: ("", "")}, {771: "", 772: ""})
    assert read[771][4101] == "5" and read[771][4102] == "6" and len(done.unmatched) == 1


def test_nobody_is_found_by_a_name_or_by_another_kind_of_key(tmp_path):
    other = [Score("x", "Lovelace, Ada", 1.0, 33.0, {"number": "9"}), Score("y", "", 1.0, 33.0, {"login": "4101"})]
    done, _ = filled(tmp_path, "canvas", CANVAS, other)
    assert done.entered == [] and len(done.unmatched) == 2


def test_two_students_of_one_row_get_no_mark(tmp_path):
    done, data = filled(tmp_path, "canvas", CANVAS, scores((4101, "ada", 1.0), (4101, "adb", 2.0)))
    assert done.entered == [] and "are one person in the sheet" in " ".join(done.said)
    assert b"4101,s1,ada,\"A, B\",,7" in data


def test_who_stands_twice_in_a_sheet_gets_no_mark_and_is_not_called_missing(tmp_path):
    done, _ = filled(tmp_path, "canvas", CANVAS + "Ada again,4101,,,A,,,\n", [
        Score("ada", "", 5.0, 33.0, {"number": "4101"})])
    assert done.entered == done.unmatched == [] and "ada stands more than once in the sheet" in done.said[0]


def test_no_zero_for_somebody_who_may_have_a_mark(tmp_path):
    """In two rows, or in a row that bears another key than is known of them."""
    done, data = filled(tmp_path, "canvas", CANVAS + "Ada again,4101,s1,ada,A,,,\n", THREE[:2], zeros=True)
    assert b's1,ada,"A, B",,7,12' in data and b"Ada again,4101,s1,ada,A,,," in data and b"test,A,0,," in data
    assert done.without == 2
    done, data = filled(tmp_path, "canvas", CANVAS, THREE, zeros=True)
    assert b"test,A,,," in data and "No zeros were entered" in " ".join(done.said)


@pytest.mark.parametrize(("data", "words"), [
    (b"", "has no columns"), (b"Student,Section\nAda,A\n", "no column by which people are known"),
    (b"Student,ID\n", "names nobody"), (b'Student,ID\n"Ada,4101\nBen,4102\n', "names nobody"),
    (b'Student,ID\n"' + b"x" * 200_000 + b'",1\n', "is no CSV"), (b"\xd0\xcf\x11\xe0" + bytes(600), "Excel workbook"),
    (b"%PDF-1.4\n\xff\xfe", "has no columns"), (b"<table><tr><td>ID</td></tr></table>", "has no columns")])
def test_what_is_no_roster_is_refused_in_a_sentence(tmp_path, data, words):
    path = tmp_path / "roster.csv"
    path.write_bytes(data)
    with pytest.raises(SheetError, match=words):
        people(read_sheet(path))


@pytest.mark.parametrize(("lms", "text", "options", "words"), [
    ("canvas", CANVAS.replace("Lesson loss (771)", "Week 1 (771)"), {}, "Name one with --column"),
    ("canvas", CANVAS.replace("Other (772)", "loss again (772)"), {}, "2 columns fit"),
    ("canvas", CANVAS.replace("Lesson loss (771)", "gloss (771)"), {}, "no column fits"),
    ("canvas", CANVAS.replace("Lesson loss (771)", "Lesson loss"), {}, "no column fits"),
    ("canvas", CANVAS.replace("Lesson loss (771)", "Final Score loss (771)"), {}, "no column fits"),
    ("canvas", CANVAS.replace(",33,10", ",(read only),10"), {}, "no column fits"),
    ("canvas", CANVAS.replace(",33,10", ",100,10"), {}, "--scale"),
    ("moodle", MOODLE.replace("33.00", "100.00"), {}, "--scale"),
    ("blackboard", BLACKBOARD.replace(" |118854", ""), {}, "no column fits"),
    ("canvas", "a,b\n1,2\n", {}, "no column fits"), ("canvas", "\n", {}, "no columns"),
    ("canvas", "PK\x03\x04", {}, "CSV")])
def test_what_cannot_be_meant_is_refused_in_a_sentence(tmp_path, lms, text, options, words):
    with pytest.raises(SheetError, match=words):
        filled(tmp_path, lms, text, **options)


def test_a_column_can_be_named_and_marks_converted(tmp_path):
    text = CANVAS.replace("Lesson loss (771)", "Week 1 (771)").replace(",33,10", ",100,10")
    done, data = filled(tmp_path, "canvas", text, column="week 1", scale=True)
    assert b"4101,s1,ada,\"A, B\",93.94,7" in data and "converted" in done.said[0]
    done, data = filled(tmp_path, "canvas", CANVAS, THREE[:2], zeros=True)
    assert b"test,A,0,," in data and done.without == 2


@pytest.mark.parametrize(("text", "safe"), [
    ("=1+1", "'=1+1"), (" =1", "' =1"), ("+4", "+4"), ("-3,5", "-3,5"), ("-", "-"), ("-x", "'-x"), ("@a", "'@a"),
    ("＝1", "'＝1"), ("+1+1", "'+1+1"), ("plain", "plain"), ("", "")])
def test_no_text_is_a_formula(text, safe):
    assert plain_text(text) == safe


def test_who_teaches_is_not_missing(tmp_path):
    text = "First Name,Last Name,SID,Email,Role\nAda,L,1,a@x.edu,Student\nTom,T,,t@x.edu,TA\nIna,I,9,,Instructor\n"
    assert [person.keys for person in people(sheet_of(tmp_path, text))] == [{"number": "1", "email": "a@x.edu"}]


def test_numbers_are_short():
    assert [short(n) for n in (31.0, 17.333333, 0.0, 28.5, 1e-9, 100.0)] == ["31", "17.33", "0", "28.5", "0", "100"]


@pytest.mark.parametrize("text", ["ID;Vollständiger Name;E-Mail-Adresse\nTeilnehmer/in12;Ada;ada@x.edu\n",
                                  "ID\tName\tEmail\n12\tAda\tada@x.edu\n"])
def test_rosters_of_other_languages_and_separators(tmp_path, text):
    assert people(sheet_of(tmp_path, "sep=;\n" + text.replace("\t", ";")))[0].keys["number"] == "12"
    for encoding in ("utf-8", "utf-16", "utf-16-le", "cp1252", "utf-8-sig"):
        person, = people(sheet_of(tmp_path, text, encoding))
        assert person.keys == {"number": "12", "email": "ada@x.edu"} and person.name == "Ada"
