"""Fixtures that several test files share."""

import pytest
from browser import Lab

from course_lib.authoring.chromium import chromium


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on an empty folder, with a browser. Write notebooks into `lab.folder`."""
    pytest.importorskip("playwright", reason="the playwright package is not installed")
    if not chromium():
        pytest.skip("no Chromium found: put one on PATH, or name it in the variable CHROMIUM")
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab
