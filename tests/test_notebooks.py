"""The gate of the lessons: each way to slip something past it is tried once, and seen to fail."""

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.authoring import notebooks
from course_lib.authoring.conventions import problems
from course_lib.authoring.notebooks import NotebookError, canonical, number_checks, rerun, to_text

SAMPLE = Path(__file__).parent / "fixtures" / "00_sample.ipynb"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


@pytest.fixture
def variables():
    """The environment for kernels: the gate has made this process's one."""
    return dict(os.environ)


def lesson(folder, *cells, name="01_small.ipynb"):
    """A file with these cells after a title, in canonical form as if it had been run."""
    notebook = canonical(new_notebook(cells=[new_markdown_cell("# Small"), *cells]))
    path = folder / name
    path.write_text(to_text(notebook), encoding="utf-8")
    return path


def code(source="1 + 1", *outputs, count=1, **metadata):
    return new_code_cell(source, outputs=[*outputs], execution_count=count, metadata=metadata)


def html(text):
    return new_output("display_data", {"text/html": text, "text/plain": "HTML"})


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


# --- the canonical form


def test_the_canonical_form_forgets_when_and_where_a_notebook_was_run():
    first = code("print('a')", printed("a\n"), printed("b\n"), count=7, collapsed=True)
    first.metadata.update(execution={"iopub.execute_input": "2026"}, tags=["hide-input"])
    data = {"text/plain": "Box()", notebooks.WIDGET_VIEW: {"model_id": "abc"}}
    second = code("box\n", new_output("execute_result", data, execution_count=9), count=9)
    second.metadata.slideshow = {"slide_type": "slide", "notes": "two minutes"}
    before = new_notebook(cells=[first, second], metadata={"widgets": {}, "title": "x"})
    after = canonical(before)

    assert after.metadata == notebooks.METADATA
    assert (after.nbformat, after.nbformat_minor) == (4, 5)
    assert [cell.metadata for cell in after.cells] == [
        {"tags": ["hide-input"]},
        {"slideshow": {"slide_type": "slide", "notes": "two minutes"}},
    ]
    assert [cell.execution_count for cell in after.cells] == [1, 2]
    assert [cell.id for cell in after.cells] == [first.id, second.id]
    assert [output.text for output in after.cells[0].outputs] == ["a\nb\n"]
    assert after.cells[1].outputs[0].data == {"text/plain": "Box()"}
    assert after.cells[1].outputs[0].execution_count == 2
    assert after.cells[1].source == "box"
    assert first.execution_count == 7, "the original stays as it was"
    nbformat.validate(after)
    assert to_text(canonical(after)) == to_text(after)
    assert to_text(after).endswith("}\n")
    assert not to_text(after).endswith("\n\n")


# --- re-running


def test_a_second_rerun_changes_nothing(tmp_path, variables):
    path = tmp_path / SAMPLE.name
    notebook = notebooks.read(SAMPLE)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert rerun(path, variables)
    once = path.read_bytes()
    assert not rerun(path, variables)
    assert path.read_bytes() == once
    unmeasured = [notebooks.MEASURED.sub("", p.read_text("utf-8")) for p in (path, SAMPLE)]
    assert unmeasured[0] == unmeasured[1]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ([code("x = 1"), code("1 / 0")], "cell 3 fails: .*ZeroDivisionError"),
        ([code("import time\n\ntime.sleep(60)")], "cell 2 did not end"),
        ([code("import os\n\nos._exit(1)")], "cell 2 did not end: .*died"),
        ([code("x = 1"), new_markdown_cell("<!-- check: x == 2 -->")], "`x == 2` does not hold"),
        ([new_markdown_cell("<!-- check: x == 1 -->"), code("x = 1")], "fails with NameError"),
    ],
)
def test_a_lesson_that_fails_is_named_and_left_as_it_was(
    tmp_path, monkeypatch, variables, cells, sentence
):
    monkeypatch.setattr(notebooks, "SECONDS_A_CELL", 2)
    path = lesson(tmp_path, *cells)
    before = path.read_bytes()
    with pytest.raises(NotebookError, match=r"(?s)01_small.ipynb, .*" + sentence):
        rerun(path, variables)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_number_checks_are_read_from_prose_and_not_from_code():
    source = (
        "About 3.3. <!-- check: loss > 3\n-->\n\n<!-- check: n == 27 -->\n\n`<!-- check: no -->`"
    )
    fenced = "```\n<!-- check: no -->\n```"
    assert number_checks(new_markdown_cell(source)) == ["loss > 3", "n == 27"]
    assert number_checks(new_markdown_cell(fenced)) == []
    assert number_checks(new_code_cell("'<!-- check: no -->'")) == []


def test_kernels_know_nothing_of_the_person_and_import_this_course(tmp_path, monkeypatch):
    other = tmp_path / "other" / "course_lib"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(other.parent))
    monkeypatch.setenv("JUPYTER_PATH", str(other))
    monkeypatch.setenv("PYTHONSTARTUP", str(other / "__init__.py"))
    monkeypatch.setenv("COURSE_HOME", str(other))
    variables = notebooks.environment(tmp_path / "fresh")
    here = [name for name, value in variables.items() if str(other.parent) in value]
    assert here == []
    asked = [sys.executable, "-c", "import course_lib; print(course_lib.__file__)"]
    found = subprocess.run(
        asked, env=variables, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(found.stdout.strip()).parent == notebooks.ROOT / "course_lib"


def test_a_number_without_a_lesson_is_said(capsys):
    assert notebooks.main(["0", "99"]) == 1
    shown = capsys.readouterr()
    assert "There is no lesson 99 in" in shown.err
    assert shown.out == "", "nothing was run"


# --- conventions: what a stored file shows without being run


def test_the_sample_keeps_to_all_conventions():
    assert problems(SAMPLE) == []


ALT = "A falling curve that flattens out at a loss of 2.4."
KEPT = {
    "a picture in HTML": code("p", html(f'<img src="{PIXEL}" alt="{ALT}">')),
    "frames in a script": code("p", html('<script type="application/json">["<svg/>"]</script>')),
    "a picture in prose": new_markdown_cell(f"![{ALT}]({PIXEL})"),
    "another site": new_markdown_cell("[Python](https://www.python.org)"),
    "a comment sign in code": new_markdown_cell("`<!-- no comment -->` and `[x](y)`"),
    "speaker notes": code(slideshow={"slide_type": "slide", "notes": "Ask the class."}),
    "24 lines": code("\n".join(["x = 1"] * 24)),
    "an asserted time": code("assert True", printed("⏱ 1.5 ms, then ⏱ 12×\n")),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_right_passes(tmp_path, name):
    assert problems(lesson(tmp_path, KEPT[name])) == []


BROKEN = {
    "a cell that was never run": (code(count=None), "never executed"),
    "an empty cell": (code("", count=None), "empty"),
    "a long cell": (code("\n".join(["x = 1"] * 25)), "25 lines"),
    "a comment that skips": (code("# NBVAL_SKIP\n1"), "comment that hides"),
    "a comment that ignores": (code("x = 1  # nbval_ignore_output"), "comment that hides"),
    "a tag that ignores": (code(tags=["nbval-ignore-output"]), "tag nbval-ignore-output hides"),
    "a tag that lets errors pass": (code(tags=["raises-exception"]), "raises-exception hides"),
    "a tag that skips": (code(tags=["skip-execution"]), "skip-execution hides"),
    "a stored error": (code("x", new_output("error", ename="NameError")), "error: NameError"),
    "stderr": (code("x", printed("a warning", "stderr")), "stderr: a warning"),
    "an address": (code("x", printed("<object at 0x7f3a5c>")), "address in memory"),
    "a bare picture": (
        code("x", new_output("display_data", {"image/png": "iVBORw0KGgo="})),
        "a bare image/png",
    ),
    "a picture without alt": (code("x", html(f'<img src="{PIXEL}">')), "alt text ''"),
    "alt that says nothing": (
        code("x", html(f'<img src="{PIXEL}" alt="plot">')),
        "alt text 'plot'",
    ),
    "prose without alt": (new_markdown_cell(f"![]({PIXEL})"), "alt text ''"),
    "HTML in prose without alt": (new_markdown_cell(f'<img src="{PIXEL}">'), "alt text ''"),
    "a picture from elsewhere": (
        code("x", html(f'<img src="https://example.org/a.png" alt="{ALT}">')),
        "needs the network",
    ),
    "a bare svg": (code("x", html("<svg></svg>")), "<svg>"),
    "a second title": (new_markdown_cell("# Again"), "exactly one title"),
    "a dead link": (new_markdown_cell("[next](99_none.ipynb)"), "99_none.ipynb leads nowhere"),
    "a dead link in an output": (code("x", html('<a href="none.md">n</a>')), "leads nowhere"),
    "a link to a place on one machine": (new_markdown_cell("[x](/etc/hosts)"), "leads nowhere"),
    "a slide of no type": (code(slideshow={"slide_type": "big"}), "no slide type"),
    "a comment that only looks like a check": (
        new_markdown_cell("<!-- chekc: 1 == 1 -->"),
        "not a number check",
    ),
    "a check that is no expression": (new_markdown_cell("<!-- check: x = 1 -->"), "not a Python"),
    "a time that nothing asserts": (code("x", printed("⏱ 1.5 ms")), "asserts nothing"),
    "a stopwatch without a time": (code("assert True", printed("⏱: 1.5 ms")), "no number"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_convention_is_enforced(tmp_path, name):
    cell, sentence = BROKEN[name]
    found = problems(lesson(tmp_path, cell))
    assert len(found) == 1, found
    assert sentence in found[0]


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            partial(edit, old='"text/plain"', new=f'"{notebooks.WIDGET_VIEW}": {{}}, "text/plain"'),
            "stored widget",
        ),
        (
            partial(edit, old='"language_info"', new='"widgets": {}, "language_info"'),
            "widget state",
        ),
        (partial(edit, old='"name": "python3"', new='"name": "mine"'), "canonical"),
        (partial(edit, old='"metadata": {},', new='"metadata": {"collapsed": true},'), "canonical"),
        (partial(edit, old='"execution_count": 2,', new='"execution_count": 3,'), "out of order"),
        (partial(edit, old='"cells"', new='"sells"'), "not a notebook"),
        (lambda path: path.write_text("{"), "not a notebook"),
        (lambda path: path.write_bytes(b"\xff" + path.read_bytes()), "not a notebook"),
    ],
)
def test_a_file_that_was_tampered_with_is_refused(tmp_path, spoil, sentence):
    path = lesson(tmp_path, code(), code("2", html("two"), count=2))
    assert problems(path) == []
    spoil(path)
    assert sentence in "\n".join(problems(path))


def test_names_and_sizes(tmp_path):
    assert "NN_topic.ipynb" in problems(lesson(tmp_path, name="Untitled1.ipynb"))[0]
    large = lesson(tmp_path, code("x", printed("x" * 1_600_000)))
    assert "bytes are more than" in problems(large)[0]


# --- the gate as a whole, in a pytest of its own


def test_what_is_altered_by_hand_turns_the_gate_red(tmp_path):
    path = tmp_path / SAMPLE.name
    text = SAMPLE.read_text(encoding="utf-8").replace("../../LICENSE", SAMPLE.as_posix())
    path.write_text(text, encoding="utf-8")
    edit(path, "4.0 2.0", "4.0 2.1")  # an output
    edit(path, "PHN2Zy", "PHN2Zz")  # a picture
    edit(path, "check: b.grad == 2", "check: b.grad == 3")
    edit(path, '"execution_count": 4,', '"execution_count": null,')
    edit(path, '"text/html"', f'"{notebooks.WIDGET_VIEW}": {{}}, "text/html"')
    edit(path, '"import ipywidgets', '"# NBVAL_IGNORE_OUTPUT\\n",\n"import ipywidgets')
    measured = re.search(r"⏱ [\d.]+ ms", text)[0]
    edit(path, measured, "⏱ 123.4 ms")  # what was measured may differ

    command = [sys.executable, "-m", "pytest", "-p", "course_lib.authoring.gate", "-rA", "-q"]
    command += ["-p", "no:cacheprovider", "-p", "no:xdist", f"--rootdir={tmp_path}", path]
    ran = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", cwd=tmp_path, check=False
    )
    outcome = re.findall(r"^(FAILED|PASSED) \S+?::(.+?)(?: - .*)?$", ran.stdout, re.MULTILINE)
    assert sorted(outcome) == [
        ("FAILED", "cell 2"),
        ("FAILED", "cell 3 check b.grad == 3"),
        ("FAILED", "cell 4"),
        ("FAILED", "cell 6"),
        ("FAILED", "conventions"),
        ("PASSED", "cell 3 check a.grad == 4"),
        ("PASSED", "cell 5"),
    ], ran.stdout + ran.stderr
    for sentence in ("a stored widget", "never executed", "a comment that hides"):
        assert sentence in ran.stdout
    assert "the check `b.grad == 3` does not hold" in ran.stdout
