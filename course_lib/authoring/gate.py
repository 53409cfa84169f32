"""The gate of the lessons, a pytest plugin: every notebook is run again and compared, by nbval.

What nbval leaves out by itself is compared too: pictures of any kind, metadata, kinds of output.
Only measured times may differ. Each number check is a test of its own, at its place between the
cells; what can be said without running anything is one more (`conventions`). The cell of an
exercise runs twice, as it is stored and with the solution: that passes, and changes nothing of what
the cells below show.
"""

import json
import os
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile, nocolors

from course_lib.authoring.conventions import problems
from course_lib.authoring.notebooks import (
    MEASURED,
    SECONDS_A_CELL,
    WIDGET_VIEW,
    check_failure,
    environment,
    number_checks,
    read,
)
from course_lib.authoring.solutions import solved


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # the processes of pytest-xdist inherit what is set here
        folder = tempfile.mkdtemp(prefix="course-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        variables = environment(Path(folder))
        for name in set(os.environ) - set(variables):
            del os.environ[name]
        os.environ.update(variables)
    config.option.nbval = config.option.nbval_lax = False  # the class below does more
    config.option.nbval_current_env = True
    config.option.nbval_cell_timeout = SECONDS_A_CELL


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".ipynb":
        return Lesson.from_parent(parent, path=file_path)
    return None


class Lesson(IPyNbFile):
    """A notebook: its conventions, its code cells and its number checks, in one kernel."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.skip_compare = ("execution_count", WIDGET_VIEW)

    def setup(self):
        self.home = tempfile.TemporaryDirectory()
        os.environ["COURSE_HOME"] = self.home.name
        super().setup()

    def teardown(self):
        super().teardown()
        self.home.cleanup()

    def setup_sanitize_files(self):
        self.sanitize_patterns[MEASURED.pattern] = "⏱"

    def collect(self):
        yield Conventions.from_parent(self, name="conventions")
        self.nb = read(self.path)
        solutions = solved(self.nb, self.path)
        for number, cell in enumerate(self.nb.cells, 1):
            name = f"cell {number}"
            if cell.cell_type == "code":
                # Compared whatever its tags and comments say to nbval.
                options = defaultdict(bool, check=True)
                item = IPyNbCell.from_parent(
                    self, name=name, cell_num=number, cell=cell, options=options
                )
                item.colors = nocolors
                yield item
            if number - 1 in solutions:
                source = solutions[number - 1]
                yield Solution.from_parent(self, name=f"{name} solved", source=source)
            for expression in number_checks(cell):
                yield NumberCheck.from_parent(
                    self, name=f"{name} check {expression}", expression=expression
                )


class _Item(pytest.Item):
    def repr_failure(self, excinfo):
        if excinfo.errisinstance(AssertionError):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, f"{self.path.name}::{self.name}"


class Conventions(_Item):
    def runtest(self):
        found = problems(self.path)
        if found:
            raise AssertionError("\n".join([self.path.name, *found]))


class _Code(_Item):
    """Code of a test's own, run between the cells."""

    def run(self, source: str) -> tuple[dict, str]:
        """The kernel's reply, and the text of all that is shown."""
        shown = []
        reply = self.parent.kernel.kc.execute_interactive(
            source,
            store_history=False,
            allow_stdin=False,
            output_hook=lambda message: shown.append(json.dumps(message["content"])),
            timeout=SECONDS_A_CELL,
        )
        return reply["content"], "\n".join(shown)


class Solution(_Code):
    """An exercise's cell with the solution typed in."""

    def __init__(self, *, source, **kwargs):
        super().__init__(**kwargs)
        self.source = source

    def runtest(self):
        _, shown = self.run(self.source)
        if "Passed" not in shown:
            raise AssertionError(f"{self.path.name}, {self.name}: not passed\n{shown}")


class NumberCheck(_Code):
    def __init__(self, *, expression, **kwargs):
        super().__init__(**kwargs)
        self.expression = expression

    def runtest(self):
        reply, _ = self.run(f"assert ({self.expression})")
        if reply["status"] != "ok":
            failure = check_failure(reply["ename"], reply["evalue"])
            raise AssertionError(f"{self.path.name}: the check `{self.expression}` {failure}")
