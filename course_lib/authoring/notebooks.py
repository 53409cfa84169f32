"""Lessons, executed in a fresh kernel and stored in one canonical form.

`python -m course_lib.authoring.notebooks [NN ...]` re-runs all lessons or those with these numbers.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course_lib.home import write_atomically

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOKS = ROOT / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# A measured time, ratio or rate: the only text in an output that may differ from run to run.
MEASURED = re.compile(r"⏱ *\d[\d.,]* ?(?:[nµm]?s\b|min\b|×)?")
CHECK = re.compile(r"<!--\s*check:\s*(.*?)\s*-->", re.DOTALL)
MARKDOWN = MarkdownIt("commonmark").enable("table")
SECONDS_A_CELL = 120
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
KEPT_METADATA = ("jupyter", "slideshow", "tags")


class NotebookError(Exception):
    """A lesson that does not run, or a number check in it that does not hold."""


def read(path: Path) -> NotebookNode:
    """The notebook in this file, as nbformat 4. Raises what nbformat raises where it is not one."""
    return nbformat.read(path, as_version=4)


def to_text(notebook: NotebookNode) -> str:
    """What the file of a canonical notebook holds."""
    return nbformat.writes(notebook, version=4) + "\n"


def canonical(notebook: NotebookNode) -> NotebookNode:
    """A copy with nothing in it that tells when, where or in which editor it was run."""
    cells = deepcopy(notebook.cells)
    for cell in cells:
        cell.source = cell.source.rstrip()
        cell.metadata = {key: cell.metadata[key] for key in KEPT_METADATA if cell.metadata.get(key)}
        if cell.cell_type == "code":
            cell.outputs = _canonical_outputs(cell.outputs)
    run = [cell for cell in cells if cell.cell_type == "code" and cell.execution_count is not None]
    for count, cell in enumerate(run, 1):
        cell.execution_count = count
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return nbformat.from_dict(
        {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    )


def _canonical_outputs(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs without the widgets of a kernel that is gone; what one stream wrote in one piece."""
    kept = []
    for output in outputs:
        if output.output_type == "stream" and kept and kept[-1].get("name") == output.name:
            kept[-1].text += output.text
            continue
        if "data" in output:
            output.data.pop(WIDGET_VIEW, None)
            output.metadata.pop(WIDGET_VIEW, None)
        kept.append(output)
    return kept


def markdown_html(source: str) -> str:
    """The HTML, comments included, that stands in this Markdown outside its code."""
    tokens = [t for token in MARKDOWN.parse(source) for t in (token, *(token.children or []))]
    return "\n".join(token.content for token in tokens if token.type.startswith("html_"))


def number_checks(cell: NotebookNode) -> list[str]:
    """The expressions of the comments `<!-- check: EXPRESSION -->` in a Markdown cell."""
    return CHECK.findall(markdown_html(cell.source)) if cell.cell_type == "markdown" else []


def environment(folder: Path) -> dict[str, str]:
    """Variables for kernels that keep all in `folder` and know no settings of this person.

    Matplotlib lists the fonts here already: on first use in a lesson it might print a message.
    """
    personal = ("PYTHONSTARTUP", "PYTHONHOME", "JUPYTER", "IPYTHON", "MPL")
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith(personal)},
        "COURSE_HOME": str(folder / "home"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "PYTHONPATH": str(ROOT),
    }
    listing = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(listing, env=variables, check=True, capture_output=True)
    return variables


def execute(notebook: NotebookNode, name: str, folder: Path, variables: dict) -> NotebookNode:
    """The canonical form of the notebook as a fresh kernel in `folder` runs it.

    Raises NotebookError where a cell raises, or a number check does not hold at its place.
    """
    fresh = canonical(notebook)
    client = NotebookClient(
        fresh,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
    )
    with client.setup_kernel(cwd=str(folder), env=variables, stderr=subprocess.DEVNULL):
        cells = list(fresh.cells)
        for index, cell in enumerate(cells):
            where = f"{name}, cell {index + 1}"
            try:
                if cell.cell_type == "code":
                    client.execute_cell(cell, index)
                for expression in number_checks(cell):
                    where = f"{name}, cell {index + 1}: the check `{expression}`"
                    assertion = new_code_cell(f"assert ({expression})")
                    client.execute_cell(assertion, index, store_history=False)
            except CellExecutionError as error:
                if cell.cell_type == "code":
                    raise NotebookError(f"{where} fails: {error}") from None
                raise NotebookError(f"{where} {check_failure(error.ename, error.evalue)}") from None
            except (CellTimeoutError, DeadKernelError) as error:
                raise NotebookError(f"{where} did not end: {error}") from None
    fresh.cells = cells  # nbclient has put the assertions in the places of what they follow
    return canonical(fresh)


def check_failure(error: str, message: str) -> str:
    """What to say of a number check whose assertion ended with this error."""
    return "does not hold" if error == "AssertionError" else f"fails with {error}: {message}"


def unmeasured(outputs: list[NotebookNode]) -> str:
    """These outputs as text, measured times left out."""
    return MEASURED.sub("⏱", json.dumps(outputs, ensure_ascii=False, sort_keys=True))


def rerun(path: Path, variables: dict) -> bool:
    """Execute a notebook and store it; outputs that differ in measured times only stay as they are.

    Returns whether the file changed. Raises NotebookError, and leaves the file as it is, where it
    does not run.
    """
    stored = read(path)
    before = path.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as home:
        fresh = execute(stored, path.name, path.parent, variables | {"COURSE_HOME": home})
    for old, new in zip(canonical(stored).cells, fresh.cells, strict=True):
        if new.cell_type == "code" and unmeasured(old.outputs) == unmeasured(new.outputs):
            new.outputs = old.outputs
    text = to_text(fresh)
    if text != before:
        write_atomically(path, text)
    return text != before


def main(numbers: list[str]) -> int:
    """Re-run the lessons with these numbers (all without any) and say what became of each."""
    from course_lib.authoring.conventions import problems

    lessons = {path.name[:2]: path for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
    numbers = [number.zfill(2) for number in numbers] or [*lessons]
    if unknown := [number for number in numbers if number not in lessons]:
        print(f"There is no lesson {', '.join(unknown)} in {NOTEBOOKS}.", file=sys.stderr)
        return 1

    def outcome(path: Path) -> tuple[str, bool]:
        try:
            changed = rerun(path, variables)
        except NotebookError as error:
            return f"{path.name}: left as it was\n{error}", False
        found = problems(path)
        lines = [f"{path.name}: {'stored' if changed else 'the same as before'}", *found]
        return "\n  ".join(lines), not found

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        variables = environment(Path(folder))
        good = True
        for text, fine in pool.map(outcome, [lessons[number] for number in numbers]):
            print(text, flush=True)
            good = good and fine
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
