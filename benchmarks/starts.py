"""What measurements from several starts share: their command line, and how figures are kept."""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from course_lib.home import write_atomically


def main(
    description: str, measure: Callable[[Callable[[str], None]], dict], arguments: list[str] | None
) -> int:
    """Measure, saying how far it is; with `--json FILE`, write the figures: a line for each start.

    `measure` takes a function that shows progress and returns `{"starts": [...]}`.
    """
    parser = argparse.ArgumentParser(description=description.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", type=Path, help="write all figures into this file")
    options = parser.parse_args(arguments)
    figures = measure(lambda text: print(text, file=sys.stderr, flush=True))
    if options.json:
        rounded = json.loads(json.dumps(figures), parse_float=lambda x: round(float(x), 6))
        lines = ",\n".join(map(json.dumps, rounded["starts"]))
        write_atomically(options.json, f'{{"starts": [\n{lines}\n]}}\n')
    return 0
