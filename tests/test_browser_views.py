"""Interactive views in a real JupyterLab, in an untrusted clone, and in an exported page."""

import base64
import re
import subprocess
import sys

import nbformat
import pytest
from browser import kept_out
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = pytest.mark.browser

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


def test_explore_in_a_clone_that_is_not_trusted_and_in_an_exported_page(lab, notebook):
    command = [sys.executable, "-m", "nbconvert", "--log-level=ERROR"]
    for arguments in (
        ["--to", "notebook", "--execute", lab.folder / notebook, "--output", "stored"],
        ["--to", "html", lab.folder / "stored.ipynb", "--output", "page"],
    ):
        subprocess.run([*command, *arguments], check=True, env=lab.environment, timeout=90)
    with lab.open("stored.ipynb") as page:
        assert page.tab.locator("input[type=range]").count() == 0
        assert alt(page, 1) == "Size 1, shade 0.5."
        assert page.cell(1).locator("img").evaluate("image => image.naturalWidth") == 200
        assert "Run this cell to change size and shade." in page.cell(1).inner_text()
    with lab.file(lab.folder / "page.html") as page:
        page.press(page.slider("size"), "ArrowRight")
        assert page.tab.locator("img").first.get_attribute("alt") == "Size 2, shade 0.5."
        assert page.console == []


def test_views_are_accessible_and_a_live_one_works_until_its_kernel_dies(lab, notebook):
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
        assert kept_out(page.tab, ".jp-OutputArea-output") == []
        with page.without_kernel(int((lab.folder / "kernel").read_text())):
            stopped.wait_for()
            assert not image.is_visible()
