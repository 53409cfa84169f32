"""The dashboard of lesson 10 in a real JupyterLab, up to the death of its kernel."""

import re

import pytest
from lessons import cell_with, works, write_answered

pytestmark = pytest.mark.browser


def test_two_runs_are_trained_paused_and_compared_while_other_cells_run(lab):
    write_answered(lab, "10_training.ipynb")
    with lab.lesson("10_training.ipynb") as page:
        works(page)
        dashboard = page.tab.locator(".course-live", has_text="Run A")
        dashboard.scroll_into_view_if_needed()

        def steps(run: str) -> int:
            """How far the picture says that this run is."""
            alt = dashboard.locator("img").get_attribute("alt")
            found = re.search(rf"run {run} at step (\d+)", alt)
            return int(found[1]) if found else 0

        def press(name: str) -> None:
            page.press(dashboard.get_by_role("button", name=name, exact=True), "Enter")

        def news(text: str):
            return dashboard.get_by_role("status").filter(has_text=text)

        for setting in ("learning rate", "batch size", "how many names"):
            assert dashboard.get_by_label(setting).count() == 2
        # A slider below another control is read aloud under its own name.
        other = cell_with("10_training.ipynb", "ex.still_falls.ask()")
        page.type_into(
            other,
            "from course_lib.teach import live\n\n"
            "live(lambda word, window: draw_smoothed(window), word='a', window=[1, 5])",
        )
        page.cell(other).get_by_role("slider", name="window", exact=True).wait_for()

        # The arrow keys are the list's, not JupyterLab's.
        how_many = dashboard.get_by_label("how many names").first
        page.press(how_many, "ArrowUp")
        assert how_many.evaluate("list => list.value") == "1,000"
        page.press(how_many, "ArrowDown")
        assert how_many.evaluate("list => list.value") == "4,647"

        press("Start A")
        page.wait_until(lambda: steps("A") >= 20)
        assert steps("B") == 0
        press("Start B")
        page.wait_until(lambda: steps("B") >= 20)
        press("Pause A")
        news("Run A is paused").wait_for()
        stood = int(re.search(r"at step (\d+)", news("Run A is paused").inner_text())[1])

        # Another cell runs meanwhile, and answers at once.
        kernel = page.process(other)
        further = steps("B") + 20
        page.wait_until(lambda: steps("B") >= further)
        assert steps("A") == stood, "a paused run stands still"

        press("Go on A")
        page.wait_until(lambda: steps("A") > stood)
        press("Stop A")
        news("Run A is stopped").wait_for()
        news("Run B is finished at step 300 of 300").wait_for(timeout=90_000)
        assert steps("A") < 300
        assert dashboard.locator("img").evaluate("image => image.naturalWidth") > 400
        column = dashboard.locator(".widget-vbox", has_text="Run B").last
        assert re.search(r"loss 2\.\d\d, held out 2\.\d\d", column.inner_text())

        with page.without_kernel(kernel):
            dashboard.get_by_text("The kernel has stopped.").wait_for()
            assert not dashboard.locator("img").is_visible()
