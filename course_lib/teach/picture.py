"""A picture with its description: what every lesson shows."""

import re
import sys
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from html import escape
from io import StringIO
from xml.etree import ElementTree

from course_lib.errors import CourseError
from course_lib.teach.style import HEIGHT, RC, SANS, WIDTH


@dataclass(frozen=True)
class Picture:
    """An SVG picture, and a sentence (`alt`) that says what is to be seen in it."""

    svg: str
    alt: str

    def __post_init__(self):
        if not isinstance(self.alt, str) or not self.alt.strip():
            raise CourseError(
                "a picture needs an alt text: say in a sentence what is to be seen, "
                "for readers who cannot see it."
            )
        try:
            ElementTree.fromstring(self.svg)
        except ElementTree.ParseError as error:
            raise CourseError(
                f"this SVG is not well formed, so no browser shows it ({error}): check its tags."
            ) from None

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"

    def img(self) -> str:
        """The HTML element. As a data address it also shows in a notebook not trusted yet."""
        data = b64encode(self.svg.encode()).decode()
        return (
            f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(self.alt)}" '
            'style="max-width:100%">'
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        return {"text/html": self.img(), "text/plain": repr(self)}


def figure(width: float = WIDTH, height: float = HEIGHT):
    """A matplotlib figure in the style of the course: `fig, ax = figure(6, 4)`, in inches."""
    import matplotlib
    from matplotlib.figure import Figure

    matplotlib.rcParams.update(RC)  # for good: what is drawn on the axes later reads it too
    fig = Figure(figsize=(width, height))
    ax = fig.add_subplot()
    ax.locator_params(nbins=6)
    return fig, ax


def from_figure(fig, alt: str) -> Picture:
    """The picture of a matplotlib figure, the same to the byte each time. Closes the figure."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    matplotlib.rcParams.update(RC)
    # Not savefig: it draws everything once more, and views are to answer within 100 ms.
    if layout := fig.get_layout_engine():
        fig.canvas.get_renderer = lambda: _ruler(fig.dpi)  # asked by the layout; else a new one
        layout.execute(fig)
        fig.set_layout_engine("none")
    file = StringIO()
    no_metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    FigureCanvasSVG(fig).print_svg(file, metadata=no_metadata)
    if "matplotlib.pyplot" in sys.modules:
        matplotlib.pyplot.close(fig)
    return Picture(tidy(file.getvalue()), alt)


@cache
def _ruler(dpi: float):
    """Measures texts for all layouts, and remembers their sizes from picture to picture."""
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(1, 1, dpi)


def tidy(svg: str) -> str:
    """Matplotlib's SVG made small, and free of all that differs between machines.

    Coordinates keep two decimals; groups and ids that serve nothing go, other ids are numbered.
    """
    svg = svg[svg.index("<svg") :].replace("*{", f"text{{font-family: {SANS}}}*{{", 1)
    used = dict.fromkeys(re.findall(r"""(?:url\(|href=")#([^)"]+)""", svg))
    names = {name: f"i{i}" for i, name in enumerate(used)}
    groups: list[bool] = []  # of the open groups, which are kept

    def tidy_tag(match: re.Match) -> str:
        tag = re.sub(
            r' id="([^"]*)"', lambda m: f' id="{names[m[1]]}"' if m[1] in names else "", match[0]
        )
        if tag.startswith(("<g>", "<g ")) and not tag.endswith("/>"):
            groups.append(tag != "<g>")
        if tag == "<g>" or (tag == "</g>" and not groups.pop()):
            return ""
        tag = re.sub(r"""((?:url\(|href=")#)([^)"]+)""", lambda m: m[1] + names[m[2]], tag)
        tag = re.sub(r"-?\d+\.\d{3,}", lambda m: f"{round(float(m[0]), 2) + 0.0:g}", tag)
        tag = re.sub(r' transform="rotate\(-?0 [^"]*"', "", tag)
        tag = tag.replace("font-family: 'DejaVu Sans'; ", "").replace("'DejaVu Sans'", SANS)
        return re.sub(r"\s+", " ", tag).replace(' "', '"')

    return re.sub(r">\s+<", "><", re.sub(r"<[^>]*>", tidy_tag, svg)).strip()
