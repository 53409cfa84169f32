"""How long a lesson takes: in class, by the notes of its slides, and for a student alone."""

import re
from dataclasses import dataclass

from nbformat import NotebookNode

# A note begins "4 min. …", or "8 min at home. …" for what is left for after class; the first slide
# of a lesson's second class hour begins "Second hour. 4 min. …".
BEGINNING = re.compile(r"(Second hour\. )?(\d+) min( at home)?\. \S")


@dataclass
class Timing:
    """Minutes: of each class hour, and of what is left for home."""

    hours: list[int]
    home: int = 0


def notes(cell: NotebookNode) -> str:
    """The speaker notes of a cell."""
    return cell.metadata.get("slideshow", {}).get("notes", "")


def starts_a_slide(cell: NotebookNode) -> bool:
    return cell.metadata.get("slideshow", {}).get("slide_type") in ("slide", "subslide")


def timing(notebook: NotebookNode) -> Timing:
    """The minutes of all slides. Raises ValueError for a slide whose notes begin otherwise."""
    result = Timing([0])
    for number, cell in enumerate(notebook.cells, 1):
        if not starts_a_slide(cell):
            continue
        beginning = BEGINNING.match(notes(cell))
        if beginning is None:
            raise ValueError(f"cell {number}: the notes of a slide begin with `N min. `")
        second, minutes, home = beginning.groups()
        if second:
            result.hours.append(0)
        if home:
            result.home += int(minutes)
        else:
            result.hours[-1] += int(minutes)
    return result


def reading_minutes(notebook: NotebookNode) -> int:
    """An estimate of how long a student takes alone, from what there is to read and to do."""
    prose = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    exercises = sum(".check(" in source for source in code)
    questions = sum(".ask()" in source for source in code)
    return round(
        sum(len(source.split()) for source in prose) / 150  # words a minute, thinking included
        + sum(len(source.splitlines()) for source in code) / 15
        + exercises * 4
        + questions
    )
