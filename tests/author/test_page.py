"""What `verify` counts of a learner's page: width and length of cells, width and digits of what they print."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from autograder.author.cells import WIDEST, literal
from autograder.author.release import code_faults, digits, output_faults
from autograder.lessons import catalogue


def test_code_too_wide_or_too_long_is_named_and_what_is_folded_may_be_long():
    long = "\n".join(["x = 1"] * 16)
    nb = new_notebook(cells=[
        new_code_cell("a = 1\nb = '" + "x" * 90 + "'", id="wide"), new_code_cell(long, id="long"),
        new_code_cell(long, id="figure", metadata={"jupyter": {"source_hidden": True}}),
        new_code_cell(long, id="mse-solution", metadata={"nbgrader": {"solution": True}}),
        new_code_cell("c = '" + "x" * 90 + "'", id="hidden", metadata={"jupyter": {"source_hidden": True}})])
    found = code_faults(nb)
    assert [fault.split(":")[0] for fault in found] == ["cell wide", "cell long", "cell hidden"]
    assert "line 2 is wider than 88" in found[0] and "16 lines" in found[1]


def test_what_is_printed_too_wide_or_with_too_many_digits_is_named():
    def printed(id, text):
        return new_code_cell("print()", id=id, outputs=[new_output("stream", name="stdout", text=text)])

    card = new_output("display_data", {"text/html": "<p>", "text/plain": "1.23456789 " * 20})
    nb = new_notebook(cells=[printed("fine", "x" * 95 + "\n0.00123456 and 26 122, torch 2.13.0, 1.2e-16"),
                             printed("wide", "y" * 96),
                             new_code_cell("print(0.1 + 0.2)  # all digits", id="meant", outputs=[
                                 new_output("stream", name="stdout", text="0.30000000000000004")]),
                             printed("digits", "off by 4.440892098500626e-16"),
                             new_code_cell("card", id="card", outputs=[card])])
    found = output_faults(nb)
    assert len(found) == 2 and "cell wide prints a line of 96 characters" in found[0]
    assert "cell digits prints 4.440892098500626, a number of 16 digits" in found[1]


@pytest.mark.parametrize("number, count", [("0.000123", 3), ("1234567", 7), ("6.", 1), ("0", 0), ("100.50", 5)])
def test_digits(number, count):
    assert digits(number) == count


def test_no_lesson_given_out_has_a_cell_that_is_too_wide_or_too_long(topic):
    assert code_faults(nbformat.read(catalogue.notebook_path(topic, "release"), 4)) == []


@pytest.mark.parametrize("text", ["a" * 300, 'say "quoted" ' * 30, "tabs\tand\nlines " * 30, "\\alpha " * 40])
def test_a_card_s_text_is_cut_into_lines_that_fit(text):
    made = literal(text, 6)
    assert eval(f"({made})") == text
    assert all(len(line) + len("    A=,") <= WIDEST for line in made.replace("\n      ", "\n").split("\n"))


def test_cards_and_plots_are_folded_and_exercises_are_not(topic):
    nb = nbformat.read(catalogue.notebook_path(topic, "release"), 4)
    for cell in (cell for cell in nb.cells if cell.cell_type == "code"):
        tags = set(cell.metadata.get("tags", ()))
        folded = bool(cell.metadata.get("jupyter", {}).get("source_hidden"))
        if tags & {"question", "predict", "review", "progress", "carry"}:
            assert folded != ('form="parts"' in cell.source), cell.id      # these are typed, and stand open
        if "check" in tags or cell.metadata.get("nbgrader", {}).get("solution") and "question" not in tags or (
                cell.id == "setup"):
            assert not folded, cell.id
        if folded and not tags & {"question", "predict", "review", "progress", "carry"}:
            assert cell.source.startswith(("def ", "STARTS")), f"{cell.id} is folded, and does more than define"
