"""Here and not in tests/, so that the lessons in notebooks/ are collected too."""

import re

import pytest

pytest_plugins = ["course_lib.authoring.gate"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Where tests run side by side, those of a file share a process: one kernel a lesson.

    A long file is dealt out where its tests have a parameter "part N": those of a part stay
    together.
    """
    from xdist.scheduler import LoadFileScheduling

    class ByFileAndPart(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file, _, test = nodeid.partition("::")
            part = re.search(r"\[part \d+", test)
            return file + (part[0] if part else "")

    return ByFileAndPart(config, log)
