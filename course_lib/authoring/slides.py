"""The lessons as slides: one self-contained HTML file each, made from the stored notebook alone.

`python -m course_lib.authoring.slides [--pdf] [NN ...]` builds the decks of all lessons, or of
these, into the folder decks/, and prints each as a PDF beside it where that is asked for. What a
cell's metadata says is in slides/README.md.
"""

import ast
import importlib
import re
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import nullcontext
from html import escape, unescape
from pathlib import Path

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from course_lib.authoring.chromium import browser, installed
from course_lib.authoring.notebooks import CHECK, NOTEBOOKS, ROOT, NotebookError, read
from course_lib.home import write_atomically
from course_lib.teach.notice import rich
from course_lib.teach.questions import Choice, Choices, FaultyLine, Number, Order, Question

DECKS = ROOT / "decks"
SLIDES = ROOT / "slides"
ASKED = re.compile(r"^ex\.(\w+)\.ask\(\)\Z", re.M)
CHECKED = re.compile(r"^ex\.\w+\.check\(.*\)$", re.M)
LONGEST_LINE = 98
LESSON = re.compile(r"(\d\d_\w+)\.ipynb(#.*)?")


def mathml(tex: str, display: str) -> str:
    """TeX as MathML. Raises NotebookError for what cannot be translated whole."""
    result = convert(tex, display=display).replace(r"\_", "_")
    result = re.sub(r"<mo><mrow>(<mo>[^<]*</mo>)</mrow></mo>", r"\1", result)  # \mathrel{+}
    text = unescape(re.sub(r"<[^>]*>", "", result))
    if "\\" in text or "&" in text:
        raise NotebookError(f"the formula ${tex}$ cannot be shown on a slide: write it otherwise")
    return result


def colored(code: str) -> str:
    """Python code with its parts marked for colours; other text, such as steps in words, as is."""
    try:
        ast.parse(code)
    except SyntaxError:
        return escape(code)
    return highlight(code, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).rstrip("\n")


def python_html(code: str, *_) -> str:
    """Code in a <pre>."""
    code = re.sub(r"\n{3,}", "\n\n", code)  # two empty lines are for files
    return f"<pre>{colored(code)}</pre>"


MARKDOWN = (
    MarkdownIt("commonmark", {"highlight": python_html})
    .enable("table")
    .use(
        dollarmath_plugin,
        double_inline=True,
        renderer=lambda tex, options: mathml(tex, "block" if options["display_mode"] else "inline"),
    )
)


def markdown_blocks(source: str) -> list[str]:
    """Markdown as HTML, one string for each paragraph, list, table … of it."""
    tokens, blocks, start = MARKDOWN.parse(CHECK_COMMENT.sub("", source)), [], 0
    for token in (t for top in tokens for t in (top, *(top.children or []))):
        if token.type == "link_open":
            _lead_to_a_deck(token)
    for i, token in enumerate(tokens):
        if token.level == 0 and token.nesting <= 0:
            html = MARKDOWN.renderer.render(tokens[start : i + 1], MARKDOWN.options, {})
            # A formula, or what a colon or a bold line announces, is not parted from it.
            if blocks and (token.type == "math_block" or blocks[-1].endswith(LEADS_ON)):
                blocks[-1] = blocks[-1].rstrip() + html.rstrip()
            elif html.strip():
                blocks.append(html.rstrip())
            start = i + 1
    return blocks


LEADS_ON = (":</p>", ",</p>", "</strong></p>")
CHECK_COMMENT = re.compile(rf"\s*{CHECK.pattern}", re.DOTALL)


def plain(markdown: str) -> str:
    """One line of Markdown as text without marks."""
    html = MARKDOWN.renderInline(markdown).replace("<msqrt>", "√")
    return unescape(re.sub(r"<[^>]*>", "", html))


def _lead_to_a_deck(link) -> None:
    """A link to a lesson leads to its deck; one to another file of the course leads nowhere."""
    target = link.attrs["href"]
    if lesson := LESSON.fullmatch(target):
        link.attrs["href"] = f"{lesson[1]}.html"
    elif ":" not in target:
        del link.attrs["href"]


RIGHT, WRONG = '<b class="right">✓ {}:</b>', '<b class="wrong">✗ {}:</b>'


def _fragments(items: str) -> str:
    """HTML that the key for the next slide, or the button beside it, brings forth."""
    return f'<div class="fragment answer" data-fragment-index="0">{items}</div>'


def _rows(options: dict) -> str:
    """Each option, and beside it the explanation that comes with the answer."""
    return "".join(
        f'<div class="option"><div>{rich(text)}</div>'
        + _fragments(
            (RIGHT if option.correct else WRONG).format("right" if option.correct else "wrong")
            + f" {rich(option.because)}"
        )
        + "</div>"
        for text, option in options.items()
    )


def question_html(question: Question) -> str:
    """A question whose answer and explanations come on demand."""
    match question:
        case Choice() | Choices():
            inside = f'<div class="options">{_rows(question.options)}</div>'
        case Number():
            mistakes = "".join(
                f"<li>{WRONG.format(f'{number:g}')} {rich(why)}</li>"
                for number, why in question.mistakes.items()
            )
            inside = _fragments(
                f"<p>{RIGHT.format(f'{question.number:g}')} {rich(question.because)}</p>"
                f"<ul>{mistakes}</ul>"
            )
        case Order():
            inside = (
                f'<div class="sorted"><pre>{escape(chr(10).join(question.lines))}</pre>'
                + _fragments(python_html("\n".join(question.solved)))
                + "</div>"
                + _fragments(f"<p>{RIGHT.format('in order')} {rich(question.because)}</p>")
            )
        case FaultyLine():
            inside = f'<pre class="numbered">{_numbered(question)}</pre>' + _fragments(
                f"<p>{WRONG.format(f'line {question.faulty}')} {rich(question.because)}</p>"
            )
    text = f'<p class="asked"><b>?</b> {rich(question.text)}</p>'
    return (
        f'<div class="question">{text}{inside}'
        '<button type="button" class="reveal-answer">Show the answer</button></div>'
    )


def _numbered(question: FaultyLine) -> str:
    return "".join(
        f'<span class="line">{number:2}  {line}</span>'
        for number, line in enumerate(colored("\n".join(question.code)).split("\n"), 1)
    )


def text_html(text: str) -> str:
    """Printed text; lines that no slide is wide enough for are wrapped."""
    wrap = " wrap" if max(map(len, text.split("\n"))) > LONGEST_LINE else ""
    return f'<pre class="output{wrap}">{escape(text.rstrip())}</pre>'


def output_html(output: NotebookNode) -> str:
    """What a slide shows of one output of a cell."""
    if output.output_type == "stream":
        return text_html(output.text)
    data = output.data
    if "text/markdown" in data:  # a glossary entry: its definition, without the list of links
        return f'<div class="term">{markdown_blocks(data["text/markdown"])[0]}</div>'
    html = data.get("text/html")
    if html is None:
        return text_html(data["text/plain"])
    if html.startswith('<div class="course-view">'):
        return f'<div class="output view">{html}</div>'
    html = html.replace("<em>Run this cell to change", "<em>In the notebook, change")
    return f'<div class="output{" picture" if "<img" in html else ""}">{html}</div>'


def default_way(cell: NotebookNode) -> str:
    """Whether a cell's code shows where its metadata does not say: not if most of it draws."""
    body = ast.parse(cell.source).body
    imports = all(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in body)
    if cell.metadata.get("jupyter", {}).get("source_hidden") or (imports and not cell.outputs):
        return "hide"
    kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
    if CHECKED.search(cell.source) or not kinds & {"text/html", "text/markdown"}:
        return "show"
    # What is shown: the last expression, and the functions that it is given.
    given = {node.id for node in ast.walk(body[-1]) if isinstance(node, ast.Name)}
    shown = [body[-1], *(s for s in body if isinstance(s, ast.FunctionDef) and s.name in given)]
    lines = [sum(s.end_lineno - s.lineno + 1 for s in part) for part in (shown, body)]
    return "hide" if lines[0] > lines[1] / 2 else "show"


class Deck:
    """The slides of one notebook while they are put together."""

    def __init__(self, path: Path):
        self.topic = path.stem[3:]
        self.cells = read(path).cells
        self.title = plain(re.search(r"^# (.+)$", self.cells[0].source, re.M)[1])

    def questions(self, name: str) -> list[Question]:
        """The questions that `ex.<name>.ask()` asks."""
        module = importlib.import_module(f"course_lib.exercises.{self.topic}")
        return getattr(module, name).ask().questions

    def blocks(self, cell: NotebookNode) -> Iterator[tuple[str, str]]:
        """The kind and the HTML of each piece that the cell puts on slides."""
        if cell.cell_type == "markdown":
            for html in markdown_blocks(cell.source):
                if not html.startswith("<p><em>Reading"):  # how long it takes to read alone
                    yield "prose", html
            return
        asked = ASKED.search(cell.source)
        code = python_html(ASKED.sub("", cell.source).strip())
        way = cell.metadata.get("slideshow", {}).get("code") or default_way(cell)
        if way == "fold":
            yield "code", f"<details><summary>The code</summary>{code}</details>"
        elif way == "show":
            yield "code", code
        if asked:
            for question in self.questions(asked[1]):
                yield "question", question_html(question)
        elif not CHECKED.search(cell.source):  # that nobody has tried yet is no news
            for output in cell.outputs:
                yield "output", output_html(output)

    def stacks(self) -> list[list[dict]]:
        """The slides, in the stacks that go down from each `slide`."""
        stacks, heading = [], self.title
        for number, cell in enumerate(self.cells, 1):
            metadata = cell.metadata.get("slideshow", {})
            kind = metadata.get("slide_type", "-")
            if kind == "skip":
                continue
            if kind == "slide" or not stacks:
                stacks.append([])
            if kind in ("slide", "subslide") or not stacks[-1]:
                stacks[-1].append({"notes": [], "blocks": [], "heading": heading})
            slide = stacks[-1][-1]
            if notes := cell.source if kind == "notes" else metadata.get("notes"):
                slide["notes"].append(notes)
            if kind == "notes":
                continue
            found = re.search(r"^#+ (.+)$", cell.source, re.M)
            if found and cell.cell_type == "markdown":
                heading = slide["heading"] = plain(found[1])
            later = " fragment" if kind == "fragment" else ""
            slide["blocks"] += [(number, block + later, html) for block, html in self.blocks(cell)]
        stacks = [[slide for slide in stack if slide["blocks"]] for stack in stacks]
        return [stack for stack in stacks if stack]


def notes_html(notes: list[str]) -> str:
    """Speaker notes, a paragraph for each thing to do: say, ask, expect, answer."""
    cue = r"(?<=[.?!:)]) (?=(?:Say|Ask|Misconception|Answer|Watch)\b)"
    parts = [part for note in notes for part in re.split(cue, note.strip())]
    return "".join(f"<p>{escape(part)}</p>" for part in parts)


def minutes(notes: list[str]) -> float:
    """The time that the notes begin with, such as "2 min."."""
    found = re.match(r"(\d+(?:\.\d+)?) min\b", notes[0]) if notes else None
    return float(found[1]) if found else 0


def slide_html(slide: dict) -> str:
    """One section of the deck; the script in it makes several where one is not enough."""
    blocks = "".join(
        f'<div class="block {kinds}" data-cell="{number}">{html}</div>'
        for number, kinds, html in slide["blocks"]
    )
    timing = round(60 * minutes(slide["notes"]))
    return (
        f'<section data-timing="{timing}" aria-label="{escape(slide["heading"])}">'
        f'<div class="page" data-heading="{escape(slide["heading"])}">{blocks}</div>'
        f'<aside class="notes">{notes_html(slide["notes"])}</aside></section>'
    )


def _data_address(path: Path, kind: str) -> str:
    return f"data:{kind};base64,{b64encode(path.read_bytes()).decode()}"


def build(path: Path) -> str:
    """The deck of this notebook, as one HTML page that needs nothing else."""
    deck = Deck(path)
    style = (SLIDES / "deck.css").read_text(encoding="utf-8")
    style = re.sub(
        r"url\((third_party/[^)]+)\)",
        lambda m: f"url({_data_address(SLIDES / m[1], 'font/woff2')})",
        style,
    )
    reveal = SLIDES / "third_party" / "reveal.js"
    stacks = deck.stacks()
    parts = {
        "title": escape(deck.title),
        "styles": "\n".join(
            [(reveal / name).read_text("utf-8") for name in ("reset.css", "reveal.css")] + [style]
        ),
        "scripts": "\n".join(
            file.read_text("utf-8") for file in (reveal / "reveal.js", reveal / "notes.js")
        ),
        "deck": (SLIDES / "deck.js").read_text(encoding="utf-8"),
        "slides": "\n".join(
            f"<section>{''.join(map(slide_html, stack))}</section>" for stack in stacks
        ).replace("⏱", "≈"),  # the sign of what is measured, which not every system can draw
    }
    template = (SLIDES / "template.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda m: parts[m[1]], template)


def pdf(chrome, deck: Path) -> bytes:
    """The deck in this file as a PDF, a slide a page, printed by a Playwright browser."""
    page = chrome.new_page()
    page.goto(f"{deck.resolve().as_uri()}?print-pdf")
    page.wait_for_function(
        "window.deck && document.querySelectorAll('.pdf-page').length === deck.getTotalSlides()"
    )
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    page.close()
    return printed


def main(arguments: list[str]) -> int:
    """Build the decks of the lessons with these numbers, of all without any."""
    printing = "--pdf" in arguments
    lessons = {path.name[:2]: path for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
    numbers = [number.zfill(2) for number in arguments if number != "--pdf"] or [*lessons]
    if unknown := [number for number in numbers if number not in lessons]:
        print(f"There is no lesson {', '.join(unknown)} in {NOTEBOOKS}.", file=sys.stderr)
        return 1
    if printing and not installed():
        print(
            "A PDF is printed by Chromium, Chrome or Edge, and none was found: put its full path "
            "into the variable CHROMIUM.",
            file=sys.stderr,
        )
        return 1
    DECKS.mkdir(exist_ok=True)
    good = True
    with browser() if printing else nullcontext() as chrome:
        for path in (lessons[number] for number in numbers):
            deck = DECKS / f"{path.stem}.html"
            try:
                write_atomically(deck, build(path))
            except NotebookError as error:
                print(f"{path.name}: {error}", file=sys.stderr)
                good = False
                continue
            made = [deck]
            if printing:
                made.append(deck.with_suffix(".pdf"))
                write_atomically(made[-1], pdf(chrome, deck))
            for file in made:
                print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1e6:.1f} MB")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
