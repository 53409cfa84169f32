"""What every lesson keeps to, checked on the stored file without running it."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

from nbformat import NotebookNode, ValidationError
from nbformat.reader import NotJSONError
from nbval.plugin import metadata_tags

from course_lib.authoring.notebooks import (
    CHECK,
    MARKDOWN,
    MEASURED,
    WIDGET_VIEW,
    canonical,
    markdown_html,
    number_checks,
    read,
    to_text,
)

MOST_BYTES = 1_500_000
MOST_LINES = 24
SHORTEST_ALT = 20
SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes", "-"}
# Tags with which a cell would escape: nbval's own, and nbclient's.
ESCAPES = {*metadata_tags, "skip-execution"}


def problems(path: Path) -> list[str]:
    """One sentence for each convention that this notebook breaks, in the order of its cells."""
    try:
        notebook = read(path)
    except (NotJSONError, ValidationError, UnicodeDecodeError) as error:
        return [f"not a notebook: {error}"]
    found = [*_of_the_file(path, notebook), *_of_the_order(notebook)]
    for number, cell in enumerate(notebook.cells, 1):
        check = _of_code if cell.cell_type == "code" else _of_prose
        for problem in (*_of_any_cell(cell), *check(cell, path.parent)):
            found.append(f"cell {number}: {problem}")
    return found


def _of_the_file(path: Path, notebook: NotebookNode) -> Iterator[str]:
    if not re.fullmatch(r"\d\d_[a-z][a-z0-9_]*\.ipynb", path.name):
        yield "the name is not of the form NN_topic.ipynb"
    text = path.read_text(encoding="utf-8")
    if len(text.encode()) > MOST_BYTES:
        yield f"{len(text.encode()):,} bytes are more than {MOST_BYTES:,}"
    if WIDGET_VIEW in text:
        yield "a stored widget, which shows `model not found` to a reader: re-run the lesson"
    if "widgets" in notebook.metadata:
        yield "stored widget state: re-run the lesson"
    if text != to_text(canonical(notebook)):
        yield "not in canonical form: re-run the lesson"


def _of_the_order(notebook: NotebookNode) -> Iterator[str]:
    prose = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    titles = [t for cell in prose for t in MARKDOWN.parse(cell.source) if t.type == "heading_open"]
    if [title.tag for title in titles].count("h1") != 1:
        yield "there is not exactly one title (a line `# …`)"
    run = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    if [cell.execution_count for cell in run] != [*range(1, len(run) + 1)]:
        yield "a cell was never executed, or out of order: re-run the lesson"


def _of_any_cell(cell: NotebookNode) -> Iterator[str]:
    if not cell.source.strip():
        yield "empty"
    for tag in cell.metadata.get("tags", []):
        if tag.lower() in ESCAPES or tag.lower().startswith("nbval"):
            yield f"the tag {tag} hides the cell from the tests"
    slideshow = cell.metadata.get("slideshow", {})
    if not isinstance(slideshow, dict) or slideshow.get("slide_type", "-") not in SLIDE_TYPES:
        yield f"{slideshow} is no slide type: one of {', '.join(sorted(SLIDE_TYPES))}"


def _of_prose(cell: NotebookNode, folder: Path) -> Iterator[str]:
    tokens = [t for token in MARKDOWN.parse(cell.source) for t in (token, *(token.children or []))]
    for token in tokens:
        if token.type == "image":
            yield from _of_picture(token.content, token.attrs["src"], folder)
        elif token.type == "link_open":
            yield from _of_link(token.attrs["href"], folder)
    html = markdown_html(cell.source)
    yield from _of_html(html, folder)
    if "<!--" in CHECK.sub("", html):
        yield "a comment that is not a number check: `<!-- check: EXPRESSION -->`"
    for expression in number_checks(cell):
        try:
            compile(expression, "check", "eval")
        except SyntaxError:
            yield f"the check `{expression}` is not a Python expression"


def _of_code(cell: NotebookNode, folder: Path) -> Iterator[str]:
    lines = cell.source.splitlines()
    if len(lines) > MOST_LINES:
        yield f"{len(lines)} lines of code are more than {MOST_LINES}"
    if re.search(r"#.*(nbval_|pytest_validate_ignore)", cell.source, re.IGNORECASE):
        yield "a comment that hides the cell from the tests"
    for output in cell.outputs:
        if output.output_type == "error":
            yield f"a stored error: {output.ename}"
        if output.get("name") == "stderr":
            yield f"text on stderr: {output.text.strip()[:80]}"
        for kind in output.get("data", {}):
            if kind.startswith("image/"):
                yield f"a bare {kind}, with no alt text: show a Picture"
        yield from _of_html("".join(output.get("data", {}).get("text/html", "")), folder)
    text = json.dumps(cell.outputs, ensure_ascii=False)
    if re.search(r"\bat 0x[0-9a-fA-F]{4,}", text):
        yield "an address in memory (`at 0x…`), which differs in every run"
    if "⏱" in text and not re.search(r"\bassert\b", cell.source):
        yield "a measured time (⏱) in a cell that asserts nothing about it"
    if "⏱" in MEASURED.sub("", text):
        yield "a ⏱ with no number right behind it"


class _Elements(HTMLParser):
    """The elements of a piece of HTML, as `(tag, attributes)` in the list `found`."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def _of_html(html: str, folder: Path) -> Iterator[str]:
    for tag, attributes in _Elements(html).found:
        if tag == "img":
            yield from _of_picture(attributes.get("alt") or "", attributes.get("src") or "", folder)
        elif tag == "a":
            yield from _of_link(attributes.get("href") or "", folder)
        elif tag == "svg":
            yield "an <svg> element, withheld in a clone that is not trusted yet: show a Picture"


def _of_picture(alt: str, source: str, folder: Path) -> Iterator[str]:
    if len(alt.strip()) < SHORTEST_ALT:
        yield f"the alt text {alt!r} does not say what is to be seen"
    if urlparse(source).scheme in ("http", "https"):
        yield f"a picture that needs the network: {source}"
    else:
        yield from _of_link(source, folder)


def _of_link(target: str, folder: Path) -> Iterator[str]:
    address = urlparse(target)
    if not address.scheme and not address.netloc and address.path:
        if address.path.startswith("/") or not (folder / unquote(address.path)).exists():
            yield f"the link {target} leads nowhere"
    elif not target:
        yield "a link to nothing"
