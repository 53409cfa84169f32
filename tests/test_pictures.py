"""Pictures: described, the same to the byte each time, readable, and clear about bad numbers."""

import hashlib
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from course_lib.errors import CourseError
from course_lib.teach import (
    Picture,
    bars,
    contours,
    curve,
    curves,
    draw_graph,
    figure,
    from_figure,
    heatmap,
    histogram,
    letters,
    step_through,
    vectors,
)
from course_lib.value import Value

ROOT = Path(__file__).parent.parent
LONG = "a label that goes on for rather longer than anyone would like to read it aloud"
SAID = dict(title=LONG, alt="What is to be seen.", x_label=LONG, y_label=LONG)


def expression():
    """(c + d) + c · d with c = a + b and d = a · b: values used twice."""
    a, b = Value(2.0), Value(3.0)
    c, d = a + b, a * b
    return (c + d) + c * d, {"a": a, "b": b, "c": c, "d": d}


def gallery() -> dict[str, Picture]:
    """Every kind of picture once."""
    xs = [i / 10 for i in range(-30, 31)]
    root, names = expression()
    walk = [(2.0 * 0.7**i, 1.5 * (-0.6) ** i) for i in range(8)]
    fig, ax = figure(5, 3)
    ax.plot([0, 1], [1, 0])
    return {
        "curve": curve(xs, lambda x: x * x, tangent=(1.5, 2.25, 3), points={LONG: (0, 0)}, **SAID),
        "curves": curves({LONG: ([1, 2], [3, 4]), LONG + "!": ([1], [5])}, log_y=True, **SAID),
        "log": curves({"a": ([1e-9, 1], [1e-12, 1])}, log_x=True, log_y=True, **SAID),
        "bars": bars("abcdef", [0.1, 0.2, -0.3, 0.4, 0.5, 0.6], highlight="c", **SAID),
        "many bars": bars([*"abcdefghijklmnopqrstuvwxyz."], [1 / 27] * 27, values=".3f", **SAID),
        "long bars": bars([LONG, LONG + "!"], [1, 30_000], **SAID),
        "heatmap": heatmap([[1, None], [0.5, 0.5]], "ab", "ab", bar_label="weight", **SAID),
        "diverging": heatmap([[-1, 1.0] * 4], ["row"], [f"column {i}" for i in range(8)], **SAID),
        "vectors": vectors({"q": (1, 2), "k": (-1, 0.5)}, **SAID),
        "letters": letters({c: (i, i * i % 7) for i, c in enumerate("abc")}, **SAID),
        "contours": contours(
            lambda x, y: x * x + 4 * y * y, {"0.1": walk}, x_range=(-3, 3), y_range=(-2, 2), **SAID
        ),
        "histogram": histogram([0, 0.5, 0.5, 1], **SAID),
        "own figure": from_figure(fig, "A line that falls."),
        "graph": draw_graph(root, names, title="y", show=("data", "grad", "local")),
        "step": draw_graph(root, names, backward=4),
    }


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    return gallery()


def fingerprints(pictures: dict[str, Picture]) -> str:
    """A hash of every picture and of a view, one a line."""
    drawn = {name: picture.svg for name, picture in pictures.items()}
    drawn["view"] = step_through(*expression())._repr_mimebundle_()["text/html"]
    return "\n".join(f"{n} {hashlib.sha256(d.encode()).hexdigest()}" for n, d in drawn.items())


@pytest.mark.parametrize("seed", ["1", "2"])
def test_pictures_are_identical_in_any_process(seed, tmp_path, pictures):
    run = subprocess.run(
        [sys.executable, "-c", "from test_pictures import *; print(fingerprints(gallery()))"],
        cwd=tmp_path,
        env=os.environ
        | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == "", "a picture wrote to stderr, which a notebook would show"
    assert run.stdout.strip() == fingerprints(pictures)


def test_svg_is_sound_and_free_of_what_differs_between_machines(pictures):
    for name, picture in pictures.items():
        ElementTree.fromstring(picture.svg)
        ids = re.findall(r' id="([^"]+)"', picture.svg)
        uses = re.findall(r"url\(#([^)]+)\)", picture.svg)
        uses += re.findall(r'href="#([^"]+)"', picture.svg)
        assert len(ids) == len(set(ids)), name
        assert set(uses) == set(ids), name
        tags = " ".join(re.findall(r"<[^>]*>", picture.svg))
        assert not re.search(r"\d\.\d{3}", tags), name
        assert "metadata" not in tags, name


def test_tidying_leaves_text_alone():
    title = 'he said "1.23456" #i0 id="a" url(#q) <b> & more'
    svg = curve([0, 1], [0, 1], title=title, alt="A line.").svg
    assert title in ["".join(e.itertext()) for e in ElementTree.fromstring(svg).iter()]


def test_small_negative_numbers_keep_their_sign():
    fig, ax = figure(2, 2)
    ax.set_axis_off()
    fig.set_layout_engine("none")
    ax.set_position((0, 0, 1, 1))
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.plot([-0.5 / 144, 1], [0.5, 0.5], clip_on=False, color="#123456")
    svg = from_figure(fig, "A line.").svg
    assert re.search(r"M -0\.5 72 [^\"]*\"[^>]*#123456", svg)


@pytest.mark.parametrize("dpi", [72, 150])
def test_the_layout_is_that_of_matplotlib(dpi):
    places = []
    for lay_out in (lambda fig: fig.draw_without_rendering(), lambda fig: from_figure(fig, "A.")):
        fig, ax = figure()
        fig.set_dpi(dpi)
        ax.plot([0, 1e5], [0, 1])
        ax.set(title="a title", xlabel="x", ylabel="y")
        lay_out(fig)
        places.append(ax.get_position().bounds)
    assert places[0] == places[1]


def test_the_output_is_an_image_with_its_description(pictures):
    picture = Picture("<svg/>", 'He said "<3" & left.')
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"] == 'Picture: He said "<3" & left.'
    assert 'alt="He said &quot;&lt;3&quot; &amp; left."' in bundle["text/html"]
    assert bundle["text/html"].startswith('<img src="data:image/svg+xml;base64,')


@pytest.mark.parametrize("alt", ["", "  ", None])
def test_alt_text_is_required(alt):
    with pytest.raises(CourseError, match="needs an alt text"):
        curve([0, 1], [0, 1], title="", alt=alt)
    with pytest.raises(TypeError, match="alt"):
        curve([0, 1], [0, 1], title="")


@pytest.mark.parametrize(
    "draw, sentence",
    [
        (lambda s: curve([0, 1], [0, math.nan], **s), "the line holds nan at position 1"),
        (lambda s: curve([0, math.inf], [0, 1], **s), "the x values holds inf at position 1"),
        (lambda s: curve([], [], **s), "the x values is empty"),
        (lambda s: curve([1, 2], [1], **s), "2 x values and 1 y values"),
        (lambda s: curve([1, 2], ["one", "two"], **s), "must hold numbers only"),
        (lambda s: curves({}, **s), "no line to draw"),
        (lambda s: curves({"a": ([1], [0])}, log_y=True, **s), "'a' holds 0, and a logarithmic"),
        (lambda s: bars([], [], **s), "the list of heights is empty"),
        (lambda s: bars("ab", [1], **s), "2 labels for 1 bars"),
        (lambda s: heatmap([[math.nan]], "a", "a", **s), "the table holds nan"),
        (lambda s: heatmap([[1, 2]], "a", "a", **s), "1 numbers, one for each column label"),
        (lambda s: heatmap([[None]], "a", "a", **s), "the table is empty"),
        (lambda s: vectors({"q": (1, math.inf)}, **s), "the arrow 'q' holds inf"),
        (lambda s: letters({}, **s), "nothing to draw"),
        (lambda s: histogram([], **s), "the list of numbers is empty"),
    ],
)
def test_bad_numbers_get_a_sentence(draw, sentence):
    with pytest.raises(CourseError, match=sentence):
        draw(dict(title="t", alt="a"))


@pytest.mark.parametrize("numbers", [[5.0], [0.0, 0.0], [-1e-300, 1e300]])
def test_odd_but_finite_numbers_are_drawn(numbers):
    said = dict(title="t", alt="a")
    curve(range(len(numbers)), numbers, **said)
    bars(range(len(numbers)), numbers, **said)
    heatmap([numbers], "a", range(len(numbers)), **said)
    histogram(numbers, **said)


# Computation graphs


def texts(picture: Picture) -> list[str]:
    return [
        e.text or "" for e in ElementTree.fromstring(picture.svg).iter() if e.tag[-4:] == "text"
    ]


def test_graph_shows_names_operations_values_and_gradients():
    root, names = expression()
    root.backward()
    shown = texts(draw_graph(root, names))
    assert [shown.count(op) for op in "+×"] == [3, 2]
    assert {"a", "b", "c", "d", "41", "25", "19"} <= set(shown)
    assert shown.count("data") == shown.count("grad") == 7
    assert "data" not in texts(draw_graph(root, names, show=()))
    assert "a = 2 with gradient 25" in draw_graph(root, names).alt


def test_forward_steps_reveal_one_value_each():
    root, names = expression()
    unknown = [texts(draw_graph(root, names, forward=k)).count("?") for k in range(6)]
    assert unknown == [5, 4, 3, 2, 1, 0]


def test_backward_steps_end_where_backward_does():
    root, names = expression()
    last = draw_graph(root, names, backward=6)
    root.backward()
    now = draw_graph(root, names)
    numbers = [re.findall(r'<text class="r"[^>]*>([^<]*)', p.svg) for p in (last, now)]
    assert numbers[0] == numbers[1]
    assert "25" in numbers[0]


def test_drawing_a_step_leaves_the_values_alone():
    root, names = expression()
    draw_graph(root, names, backward=6)
    assert [root.grad, names["a"].grad] == [0.0, 0.0]


def test_edges_light_up_only_while_something_travels():
    root, names = expression()
    lit = [draw_graph(root, names, backward=k).svg.count('<path class="e a"') for k in range(7)]
    assert lit == [0, 0, 2, 2, 2, 2, 2]


def test_a_step_tells_what_is_added_to_what():
    a = Value(3.0)
    step = draw_graph(a * a, {"a": a}, backward=2)
    assert "a: 0 so far + 3 × 1 = 3" in step.alt
    assert "a: 3 so far + 3 × 1 = 6" in step.alt
    assert "a: 3 so far + 3 × 1 = 6" in texts(step)


def test_no_step_moves_the_picture():
    view = step_through(*expression())
    sizes = {re.search(r'viewBox="[^"]*"', frame.svg)[0] for frame in view.frames}
    nodes = {tuple(re.findall(r'<rect class="n[^"]*" (x="[^"]*")', f.svg)) for f in view.frames}
    assert len(view.frames) == 1 + 5 + 6
    assert len(sizes) == len(nodes) == 1


def test_graph_of_an_unfinished_value():
    class Mine:
        def __init__(self, data, children=()):
            self.data, self.children = data, children

    a = Mine(2)
    b = Mine(6, (a, a))
    shown = texts(draw_graph(b, {"a": a}))
    assert {"a", "2", "6"} <= set(shown)
    assert "grad" not in shown
    with pytest.raises(CourseError, match="2 children and 0 local gradients"):
        draw_graph(b, {"a": a}, backward=1)


def test_graphs_refuse_what_nobody_can_read():
    with pytest.raises(CourseError, match="more than 40 nodes"):
        draw_graph(Value.sum([Value(0.0) for _ in range(40)]))
    a = Value(0.0)
    for _ in range(100_000):
        a = a + 1.0
    with pytest.raises(CourseError, match="more than 40 nodes"):
        draw_graph(a)
    with pytest.raises(CourseError, match="has 0 forward steps"):
        draw_graph(Value(1.0), forward=1)
    with pytest.raises(CourseError, match="not 'colour'"):
        draw_graph(Value(1.0), show=["colour"])


def test_the_kit_is_quick_to_import_and_leaves_the_heavy_libraries_for_later():
    heavy = "{'matplotlib', 'numpy', 'ipywidgets', 'pygraphviz'}"
    program = f"import sys, course_lib.teach; print(sorted({heavy} & set(sys.modules)))"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout == "[]\n"


@pytest.mark.browser
def test_no_text_is_clipped_and_none_is_small(chrome, pictures):
    page = chrome.new_page()
    page.set_content("<!doctype html><title>Pictures</title>")
    faults = {name: page.evaluate(LOOK, picture.svg) for name, picture in pictures.items()}
    page.close()
    assert {name: texts for name, texts in faults.items() if texts} == {}


# Text that reaches over the edge, or is smaller than 11 points where the picture is not shrunk.
LOOK = """svg => {
    document.body.innerHTML = svg;
    const frame = document.body.firstElementChild.getBoundingClientRect();
    return [...document.querySelectorAll('text')].filter(text => {
        const box = text.getBoundingClientRect(), scale = text.getScreenCTM();
        const size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(scale.a, scale.b);
        return size < 14.6 || box.left < frame.left - 1 || box.right > frame.right + 1
            || box.top < frame.top - 1 || box.bottom > frame.bottom + 1;
    }).map(text => text.textContent);
}"""


def test_a_picture_that_no_browser_shows_is_refused():
    with pytest.raises(CourseError, match="not well formed"):
        Picture("<svg><g></svg>", "A square that is not there.")


def test_letters_keep_their_places_where_the_ranges_are_fixed():
    def place_of_a(others, **ranges):
        svg = letters({"a": (0, 0)} | others, **ranges, **SAID).svg
        (text,) = [e for e in ElementTree.fromstring(svg).iter() if e.text == "a"]
        return text.attrib

    ranges = dict(x_range=(-4, 4), y_range=(-4, 4))
    assert place_of_a({"b": (1, 2)}, **ranges) == place_of_a({"b": (3, -1)}, **ranges)
    assert place_of_a({"b": (1, 2)}) != place_of_a({"b": (3, -1)})


def test_what_leaves_the_ranges_does_not_break_the_picture():
    """Matplotlib writes a marker out of range as an empty group, `<g … />`."""
    curves(
        {"line": ([0, 1], [0, 1])},
        points=[(5, 5)],
        x_range=(0, 1),
        y_range=(0, 1),
        title="out of range",
        alt="A line, and a point too far away to be seen.",
    )
