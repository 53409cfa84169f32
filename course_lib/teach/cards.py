"""Short texts on cards: names that were written, or the steps of a plan."""

from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby

from course_lib.errors import CourseError
from course_lib.teach.picture import Picture
from course_lib.teach.style import BLUE, INK, MONO, SANS, SOFT, TEXT

# In pixels.
PAGE, GAP, LINE, PADDING = 640, 10, 19, 11
BIG, SMALL = TEXT + 5, TEXT + 2

STYLE = (
    f"text{{font:{SMALL}px {SANS};fill:{INK}}}"
    f".title{{font-size:{BIG}px;text-anchor:middle}}"
    f".head{{font-size:{BIG - 1}px;font-weight:bold}}"
    f".name{{font:{BIG}px {MONO};text-anchor:middle}}"
    f".more{{fill:{SOFT};text-anchor:middle}}.key{{text-anchor:middle}}"
    f"rect{{fill:#F5F8FA;stroke:{SOFT}}}.marked{{fill:#D8ECF8;stroke:{BLUE};stroke-width:3}}"
)


def cards(
    groups: Mapping[str, Iterable[str]] | Iterable[str],
    *,
    title: str,
    alt: str,
    columns: int = 4,
    marked: Iterable[str] = (),
    key: str = "",
) -> Picture:
    """A card for each text, in rows of `columns`; a mapping gives each group a heading.

    Lines after the first are smaller. Texts in `marked` have a thick frame and a tick, which `key`
    explains. Raises CourseError for a text that is too wide for its card.
    """
    groups = groups if isinstance(groups, Mapping) else {"": groups}
    width = (PAGE - 4 - (columns - 1) * GAP) / columns
    marked = set(marked)
    parts = [_text("title", PAGE / 2, LINE, title)]
    y = 2.0 * LINE
    for heading, texts in groups.items():
        if heading:
            parts.append(_text("head", 2, y + 12, heading))
            y += LINE
        for _, row in groupby(enumerate(texts), lambda pair: pair[0] // columns):
            row = [text for _, text in row]
            height = 2 * PADDING + LINE * max(text.count("\n") + 1 for text in row)
            for i, text in enumerate(row):
                parts.append(_card(text, 2 + i * (width + GAP), y, width, height, text in marked))
            y += height + GAP
        y += 4
    if key:
        parts.append(_text("key", PAGE / 2, y + 12, f"✓ thick frame: {key}"))
        y += LINE
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PAGE}" height="{y:g}" '
        f'viewBox="0 0 {PAGE} {y:g}"><style>{STYLE}</style>'
        f'<path fill="white" d="M0 0h{PAGE}v{y:g}h-{PAGE}z"/>{"".join(parts)}</svg>'
    )
    return Picture(svg, alt)


def _card(text: str, x: float, y: float, width: float, height: float, marked: bool) -> str:
    first, *more = text.split("\n")
    first = f"✓ {first}" if marked else first
    # A letter of the monospace is about 0.6 of the size of the text, the others 0.55 on average.
    if max(0.6 * BIG * len(first), *(0.55 * SMALL * len(line) for line in [*more, ""])) > width:
        raise CourseError(f"{text!r} is too wide for its card: shorten it, or take fewer columns.")
    frame = (
        f'<rect class="{"marked" if marked else "plain"}" x="{x:.6g}" y="{y:g}" '
        f'width="{width:.6g}" height="{height:g}" rx="6"/>'
    )
    lines = [_text("name", x + width / 2, y + PADDING + 14, first)]
    for i, line in enumerate(more, 1):
        lines.append(_text("more", x + width / 2, y + PADDING + 14 + i * LINE, line))
    return frame + "".join(lines)


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{x:.6g}" y="{y:.6g}">{escape(text)}</text>'
