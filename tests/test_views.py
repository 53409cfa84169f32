"""Interactive views: in the HTML, and in a real JupyterLab."""

import base64
import json
import os
import re
import signal
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

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


# In JupyterLab

DRAW = """
import os
from course_lib.teach import Picture, explore, live
with open("kernel", "w") as file:
    file.write(str(os.getpid()))
def draw(size=1, shade=0.5):
    square = f'<rect width="{20 * size}" height="50"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="99">{square}</svg>'
    return Picture(svg, f"Size {size}, shade {shade}.")
"""
EXPLORE = "explore(draw, size=[1, 2, 3], shade=[0.5, 1])"
LIVE = "live(draw, size=(1, 9, 2))"


@pytest.fixture(scope="module")
def notebook(lab):
    """The name of a notebook with two equal views and a live one."""
    cells = [new_code_cell(source) for source in (DRAW, EXPLORE, EXPLORE, LIVE)]
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    written = new_notebook(cells=cells, metadata={"kernelspec": python})
    nbformat.write(written, lab.folder / "views.ipynb")
    return "views.ipynb"


def alt(page, cell: int) -> str:
    return page.cell(cell).locator("img").first.get_attribute("alt")


def drawn(page, cell: int) -> str:
    """The picture that the browser really has, as the width of its square."""
    source = page.cell(cell).locator("img").first.get_attribute("src")
    text = source.split(",", 1)[1]
    svg = (
        base64.b64decode(text).decode()
        if "base64" in source
        else page.tab.evaluate("decodeURIComponent", text)
    )
    return re.search(r'rect width="(\d+)"', svg)[1]


@pytest.mark.browser
def test_explore_in_jupyterlab(lab, notebook):
    with lab.open(notebook) as page:
        page.run_all()
        assert page.errors() == []
        size, shade = page.slider("size"), page.slider("shade")
        page.press(size, "ArrowRight", 2)
        page.press(shade, "End")
        assert alt(page, 1) == "Size 3, shade 1."
        assert drawn(page, 1) == "60"
        assert page.cell(1).locator("[role=status]").inner_text() == "Size 3, shade 1."
        assert size.get_attribute("aria-valuetext") == "3"
        # The same view once more, further down, is another one.
        assert alt(page, 2) == "Size 1, shade 0.5."
        page.press(page.slider("size", nth=1), "ArrowRight")
        assert [alt(page, 1), alt(page, 2)] == ["Size 3, shade 1.", "Size 2, shade 0.5."]
        # Back to the first picture, which is kept in another form.
        page.press(size, "Home")
        page.press(shade, "Home")
        assert drawn(page, 1) == "20"
        took = [size.evaluate(KEY_TO_FRAME) for _ in range(2)]
        assert min(took) < 100, f"{took} ms from key to picture"
        page.save()
        # Its owner opens it again: the view works, and no cell was run.
        page.tab.reload()
        page.ready()
        page.press(page.slider("size"), "ArrowRight")
        assert alt(page, 1) == "Size 2, shade 0.5."


KEY_TO_FRAME = """input => new Promise(done => {
    const image = input.closest('.course-view').querySelector('img'), start = performance.now();
    image.addEventListener('load', () => requestAnimationFrame(
        () => done(performance.now() - start)), {once: true});
    input.stepUp();
    input.dispatchEvent(new Event('input'));
})"""


@pytest.mark.browser
def test_explore_in_a_clone_that_is_not_trusted_and_in_an_exported_page(lab, notebook):
    file = lab.folder / notebook
    command = [sys.executable, "-m", "nbconvert", "--execute", file, "--log-level=ERROR"]
    for kind, output in (("notebook", "stored"), ("html", "page")):
        subprocess.run(
            [*command, "--to", kind, "--output", output],
            check=True,
            env=lab.environment,
            timeout=90,
        )
    with lab.open("stored.ipynb") as page:
        assert page.tab.locator("input[type=range]").count() == 0
        assert alt(page, 1) == "Size 1, shade 0.5."
        assert page.cell(1).locator("img").evaluate("image => image.naturalWidth") == 200
        assert "Run this cell to change size and shade." in page.cell(1).inner_text()
    with lab.file(lab.folder / "page.html") as page:
        page.press(page.slider("size"), "ArrowRight")
        assert page.tab.locator("img").first.get_attribute("alt") == "Size 2, shade 0.5."
        assert page.console == []


@pytest.mark.browser
def test_live_in_jupyterlab_and_after_its_kernel_has_died(lab, notebook):
    with lab.open(notebook) as page:
        page.run_all()
        cell, image = page.cell(3), page.cell(3).locator("img")
        cell.scroll_into_view_if_needed()
        image.wait_for()
        stopped = cell.get_by_text("The kernel has stopped.")
        assert not stopped.is_visible()
        slider = cell.get_by_role("slider", name="size")
        page.press(slider, "ArrowRight")
        cell.get_by_alt_text("Size 3, shade 0.5.").wait_for()
        os.kill(
            int((lab.folder / "kernel").read_text()), getattr(signal, "SIGKILL", signal.SIGTERM)
        )
        stopped.wait_for()
        assert not image.is_visible()


@pytest.mark.browser
def test_views_are_accessible(lab, notebook):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    with lab.open(notebook) as page:
        page.run_all()
        page.cell(3).scroll_into_view_if_needed()
        page.cell(3).get_by_role("slider", name="size").wait_for()
        found = axe.Axe().run(page.tab, context=".jp-OutputArea-output").response["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
