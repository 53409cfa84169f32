"""Interactive views as they are stored: the HTML, and what stands in for a widget."""

import json
import re

import pytest

from course_lib.errors import CourseError
from course_lib.teach import Picture, explore, live


def draw(size=1, shade=0.5):
    """A square: quick to make, and to tell apart."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="99"><rect width="{size}"/>'
    return Picture(svg + "</svg>", f"A square of {size} in shade {shade:g}.")


def html(view) -> str:
    return view._repr_mimebundle_()["text/html"]


def data(view) -> dict:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', html(view))[1])


# explore


def test_frames_come_in_the_order_of_the_controls():
    view = explore(draw, size=[1, 2], shade=[0.5, 1e-3, 1.0])
    assert [f.alt for f in view.frames] == [
        f"A square of {size} in shade {shade}."
        for size in (1, 2)
        for shade in ("0.5", "0.001", "1")
    ]
    assert data(view)["controls"] == [["size", ["1", "2"]], ["shade", ["0.5", "0.001", "1"]]]
    assert len(data(view)["frames"]) == 6


def test_without_scripts_a_picture_and_a_note_remain_and_no_dead_slider():
    view = explore(draw, size=range(3))
    bare = re.sub(r"<script.*?</script>", "", html(view), flags=re.DOTALL)
    assert 'alt="A square of 0 in shade 0.5."' in bare
    assert "Run this cell to change size." in bare
    assert "<input" not in bare


def test_text_in_a_picture_cannot_end_the_script():
    def nasty(word):
        return Picture(f"<svg><text><![CDATA[{word}]]></text></svg>", f"The word {word}.")

    view = explore(nasty, word=["a", "</script><script>alert(1)</script>", "<!--<script>"])
    assert html(view).count("<script") == html(view).count("</script>") == 2
    assert data(view)["frames"][2][1] == "The word <!--<script>."


def test_output_is_the_same_each_time_and_says_what_it_is():
    views = [explore(draw, size=range(3)) for _ in range(2)]
    assert html(views[0]) == html(views[1])
    assert repr(views[0]) == "View (size: 3 pictures). Picture: A square of 0 in shade 0.5."


def test_what_explore_refuses():
    with pytest.raises(CourseError, match="make 61 pictures, and explore draws at most 60"):
        explore(draw, size=range(61))
    with pytest.raises(CourseError, match="at least one control"):
        explore(draw)
    with pytest.raises(CourseError, match="at least one control"):
        explore(draw, size=[])
    with pytest.raises(CourseError, match="must return a Picture, not NoneType"):
        explore(lambda size: None, size=[1])


# live


def shown(view) -> str:
    """What the image widget shows: the alt text, or the sentence in its stead."""
    return re.search(r'alt="([^"]*)"|role="alert">(.*)</p>', view.image.value)[0]


def test_controls_redraw_the_picture():
    view = live(draw, size=(1, 9, 2), shade=[0.5, 1.0])
    view.inputs["size"].value = 5
    view.inputs["shade"].value = 1.0
    assert shown(view) == 'alt="A square of 5 in shade 1."'


def test_kinds_of_controls():
    def report(**values):
        return Picture("<svg/>", repr(values))

    controls = dict(whole=(0, 4, 1), real=(0.0, 1.0, 0.1), word="emma", tick=True, one=["x", "y"])
    view = live(report, **controls)
    kinds = [type(widget).__name__ for widget in view.inputs.values()]
    assert kinds == ["IntSlider", "FloatSlider", "Text", "Checkbox", "SelectionSlider"]
    assert view.first.alt == repr(dict(whole=0, real=0.0, word="emma", tick=True, one="x"))


def test_an_error_of_the_course_is_said_in_the_view():
    def strict(word):
        if not word:
            raise CourseError("the word is <empty>: type a letter.")
        return Picture("<svg/>", word)

    view = live(strict, word="emma")
    view.inputs["word"].value = ""
    assert "the word is &lt;empty&gt;: type a letter." in shown(view)
    view.inputs["word"].value = "ada"
    assert shown(view) == 'alt="ada"'


def test_bundle_holds_the_widget_and_what_stands_in_for_it():
    bundle = live(draw, size=(1, 9, 2))._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert "<script" not in bundle["text/html"]
    assert 'alt="A square of 1 in shade 0.5."' in bundle["text/html"]
    assert bundle["text/plain"] == "Live view (size). Picture: A square of 1 in shade 0.5."
