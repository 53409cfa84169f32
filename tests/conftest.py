"""Fixtures that several test files share: a browser and a JupyterLab, one of each for a process.

Playwright keeps an event loop running in the process, beside which no test can run one of its own.
So both are closed as soon as a test comes that is not marked `browser`.
"""

from contextlib import ExitStack

import pytest
from browser import Lab

from course_lib.authoring.chromium import browser, chromium

RUNNING: dict = {}  # "stack" to close them by, "chrome" and "lab"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if item.get_closest_marker("browser") is None:
        pytest_unconfigure()


def pytest_unconfigure():
    if RUNNING:
        RUNNING.pop("stack").close()
        RUNNING.clear()


@pytest.fixture(scope="module")
def chrome():
    """A Playwright browser."""
    pytest.importorskip("playwright", reason="the playwright package is not installed")
    if not chromium():
        pytest.skip("no Chromium found: put one on PATH, or name it in the variable CHROMIUM")
    if not RUNNING:
        stack = RUNNING["stack"] = ExitStack()
        RUNNING["chrome"] = stack.enter_context(browser())
    return RUNNING["chrome"]


@pytest.fixture(scope="module")
def lab(chrome, tmp_path_factory):
    """JupyterLab on an empty folder, with a browser. Write notebooks into `lab.folder`."""
    if "lab" not in RUNNING:
        lab = Lab(tmp_path_factory.mktemp("lab"), chrome)
        RUNNING["lab"] = RUNNING["stack"].enter_context(lab)
    RUNNING["lab"].clear()
    return RUNNING["lab"]
