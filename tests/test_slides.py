"""The builder of the slides: what of a notebook comes onto them, and how."""

import re
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.authoring import chromium, slides
from course_lib.authoring.notebooks import NotebookError, to_text
from course_lib.teach.questions import Choice, Choices, FaultyLine, Number, Order, right, wrong

NOTEBOOKS = sorted(slides.NOTEBOOKS.glob("*.ipynb"))
THIRD_PARTY = slides.SLIDES / "third_party"


def cell(source, kind=None, outputs=(), hidden=False, **slideshow):
    """A code cell as a lesson has it."""
    made = new_code_cell(source, outputs=list(outputs))
    made.metadata["slideshow"] = slideshow | ({"slide_type": kind} if kind else {})
    if hidden:
        made.metadata["jupyter"] = {"source_hidden": True}
    return made


def prose(source, kind=None, **slideshow):
    made = new_markdown_cell(source)
    made.metadata["slideshow"] = slideshow | ({"slide_type": kind} if kind else {})
    return made


def stream(text):
    return new_output("stream", name="stdout", text=text)


def html(text):
    return new_output("display_data", {"text/html": text, "text/plain": "text"})


PICTURE = html('<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="a rising line">')


@pytest.fixture
def stacks(tmp_path):
    """A function that makes the stacks of slides of a notebook with these cells."""

    def make(*cells):
        path = tmp_path / "02_value.ipynb"
        cells = [prose("# 02 · Value: a promise", "slide"), *cells]
        path.write_text(to_text(new_notebook(cells=cells)), encoding="utf-8")
        return slides.Deck(path).stacks()[1:]

    return make


def shown(stacks):
    return "".join(slides.slide_html(slide) for stack in stacks for slide in stack)


def test_slide_types_make_stacks(stacks):
    made = stacks(
        prose("## One", "slide"),
        prose("goes on"),
        prose("below", "subslide"),
        prose("later", "fragment"),
        prose("not shown", "skip"),
        prose("only said", "notes"),
        prose("## Two", "slide"),
    )
    assert [[slide["heading"] for slide in stack] for stack in made] == [["One", "One"], ["Two"]]
    first, second = made[0]
    assert "goes on" in shown([[first]])
    assert 'class="block prose fragment"' in shown([[second]])
    assert "not shown" not in shown(made)
    assert second["notes"] == ["only said"]
    assert "only said" not in shown(made).split("<aside")[0]


def test_notes_set_the_pace_and_are_parted(stacks):
    notes = "2 min. Say: a < b. Ask: why? Misconception: size. Answer: order."
    page = shown(stacks(prose("## One", "slide", notes=notes)))
    assert 'data-timing="120"' in page
    assert "<p>Ask: why?</p>" in page
    assert "a &lt; b" in page


def test_code_is_hidden_where_it_only_draws_or_imports(stacks):
    lessons = {
        "x = 1\nprint(x)": True,
        "import math": False,
        "import math\nprint(math.pi)": True,
        "curves(\n    {},\n    alt='a'\n)": False,
        "def draw(x):\n    return x\n\n\nexplore(draw, x=[1])": False,
        "a = 1\nb = 2\nc = a + b\ndraw_graph(c)": True,
    }
    for source, shows in lessons.items():
        outputs = [stream("7")] if "print" in source else [PICTURE]
        made = stacks(cell(source, "slide", [] if source == "import math" else outputs))
        assert ("<pre>" in shown(made)) == shows, source


@pytest.mark.parametrize("way, shows", [("show", "<pre>"), ("fold", "<details>"), ("hide", None)])
def test_metadata_says_otherwise(stacks, way, shows):
    page = shown(stacks(cell("x = 1\nprint(x)", "slide", [stream("1")], hidden=True, code=way)))
    assert '<pre class="output">1</pre>' in page
    assert (shows or "") in page and ("x = " in re.sub("<[^>]+>", "", page)) == (shows is not None)


def test_outputs(stacks):
    page = shown(
        stacks(
            cell("x", "slide", [stream("a < b\n"), PICTURE], hidden=True),
            cell("t", None, [new_output("display_data", {"text/markdown": "**T.** means\n\n- x"})]),
            cell("l", None, [html("<div><p><em>Run this cell to change x.</em></p></div>")]),
            cell("ex.mul.check(mul)", None, [html("<div>Not attempted</div>")]),
            cell("y", None, [stream("y" * 120)]),
        )
    )
    assert '<pre class="output">a &lt; b</pre>' in page
    assert 'alt="a rising line"' in page
    assert "means" in page and "<li>" not in page
    assert "Run this cell" not in page and "In the notebook, change x" in page
    assert "check" in page and "Not attempted" not in page
    assert '<pre class="output wrap">yyy' in page


def test_a_question_stands_for_the_cell_that_asks_it(stacks):
    page = shown(stacks(cell("a = 2\nex.slope_of_sum.ask()", "slide", [html("static")])))
    assert "by 0.01" in page and "static" not in page and "slope_of_sum" not in page
    assert '<span class="n">a</span>' in page


QUESTIONS = {
    Choice("t.a", "Which `x`?", {"yes": right("It is."), "no": wrong("It is not.")}): [
        "It is not."
    ],
    Choices("t.b", "Which?", {"a": right("In."), "b": right("Too."), "c": wrong("Out.")}): ["Too."],
    Number(
        "t.c",
        "How many?",
        5,
        tolerance=0.1,
        because="Five.",
        mistakes={6: "One less."},
        otherwise="?",
    ): ["✓ 5:", "Five.", "✗ 6:", "One less."],
    Order("t.d", "Sort.", "a = 1\nb = a", rules={(1, 2): "a first"}, because="So."): ["So."],
    FaultyLine(
        "t.e",
        "Find.",
        "a = 1\nb = 2",
        fault="b = 2",
        because="Not two.",
        innocent={"a = 1": "Fine."},
    ): ["✗ line 2:", "Not two."],
}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: type(question).__name__)
def test_an_answer_is_there_but_not_at_once(question):
    page = slides.question_html(question)
    at_once = re.sub(r'<div class="fragment answer".*?</div>', "", page, flags=re.DOTALL)
    for said in QUESTIONS[question]:
        assert said in page
        assert said not in at_once
    assert question.text.split("`")[0] in at_once


@pytest.mark.parametrize(
    "tex", [r"\begin{aligned} a &= b \\ c &= d \end{aligned}", r"\arg\max_x f", r"\nosuch{x}"]
)
def test_a_formula_that_is_not_translated_whole_is_refused(tex):
    with pytest.raises(NotebookError, match="cannot be shown"):
        slides.mathml(tex, "inline")


def test_formulas_become_mathml():
    (block,) = slides.markdown_blocks(
        "Divide by $\\sqrt{\\text{head\\_dim}}$:\n\n$$a \\mathrel{+}= b$$"
    )
    assert block.count("<math") == 2
    assert "head_dim" in block and "$" not in block and "\\" not in block
    assert slides.plain(r"By $\sqrt{2}$ or `x`") == "By √2 or x"


def test_prose_is_parted_where_it_may_be():
    blocks = slides.markdown_blocks("One. <!-- check: 1 == 1 -->\n\nTwo:\n\n- a\n- b\n\nThree.")
    assert [re.sub(r"<[^>]+>|\s", "", block) for block in blocks] == ["One.", "Two:ab", "Three."]
    assert "check" not in "".join(blocks)


def test_links_lead_to_decks_or_nowhere():
    source = "[a](03_tokenizer.ipynb) [b](../glossary.md#token) [c](https://example.org/)"
    (block,) = slides.markdown_blocks(source)
    assert re.findall(r'href="([^"]*)"', block) == ["03_tokenizer.html", "https://example.org/"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_lesson_has_a_deck_that_needs_nothing_else(path):
    page = slides.build(path)
    assert "{{" not in page.split("<script>")[0]
    for address in re.findall(
        r"(?:\ssrc=|@import |url\()[\"']?([^\"')\s>]+)", page.split("<script>")[0]
    ):
        assert address.startswith(("data:", "#")), address
    assert "<link" not in page.split("<script>")[0]
    assert page.count("<h1>") == 1
    assert len(page) < 3_000_000


def test_files_of_others_are_small_licensed_and_named():
    files = [path for path in THIRD_PARTY.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 2_000_000
    readme = (slides.SLIDES / "README.md").read_text(encoding="utf-8")
    assert (THIRD_PARTY / "reveal.js" / "LICENSE").exists()
    reveal = (THIRD_PARTY / "reveal.js" / "reveal.js").read_text(encoding="utf-8")
    version = re.search(r"reveal\.js[^\n]*\| (\d+\.\d+\.\d+) \|", readme)[1]
    assert f"`{version}`" in reveal or f'"{version}"' in reveal
    for font in THIRD_PARTY.glob("fonts/*.woff2"):
        family = re.match(r"(.+?)-(latin|subset)", font.name)[1]
        assert (font.parent / f"LICENSE-{family}").exists(), font.name
        assert font.name in (slides.SLIDES / "deck.css").read_text(encoding="utf-8")


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(slides, "DECKS", tmp_path / "decks")
    monkeypatch.setattr(slides, "ROOT", tmp_path)
    assert slides.main(["2"]) == 0
    assert [path.name for path in Path(tmp_path / "decks").iterdir()] == ["02_value.html"]
    assert slides.main(["77"]) == 1
    assert "There is no lesson 77" in capsys.readouterr().err


def test_a_pdf_needs_a_browser(monkeypatch, capsys):
    monkeypatch.setattr(slides, "installed", lambda: None)
    assert slides.main(["--pdf", "2"]) == 1
    assert "none was found" in capsys.readouterr().err


def test_a_browser_off_the_path_is_found_where_macos_and_windows_keep_it(monkeypatch):
    monkeypatch.setattr(chromium, "chromium", lambda: None)
    monkeypatch.setattr(chromium.os.path, "isfile", lambda place: "Edge" in place and "E:" in place)
    monkeypatch.setenv("ProgramFiles(x86)", "E:")
    assert chromium.installed() == r"E:\Microsoft\Edge\Application\msedge.exe"
    monkeypatch.setattr(chromium.os.path, "isfile", lambda place: place.startswith("/Applications"))
    assert chromium.installed().endswith("MacOS/Google Chrome")
    monkeypatch.setattr(chromium, "chromium", lambda: "first")
    assert chromium.installed() == "first"


def test_what_is_measured_is_marked_by_a_sign_that_the_fonts_have():
    deck = slides.build(next(path for path in NOTEBOOKS if path.name.startswith("12")))
    assert "⏱" not in deck
    assert "≈ " in deck
