"""The locks, made anew from pyproject.toml: `python -m course_lib.authoring.locks [--upgrade]`.

Needs uv (https://docs.astral.sh/uv/) on PATH. Versions stay as they are where they still fit;
`--upgrade` takes the newest ones.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COMPILE = [
    "uv", "pip", "compile", "pyproject.toml", "--quiet",
    "--universal", "--python-version", "3.11", "--fork-strategy", "fewest",
    "--only-binary", ":all:", "--generate-hashes", "--no-annotate",
    "--no-emit-index-url", "--no-emit-find-links",
    "--custom-compile-command", "python -m course_lib.authoring.locks",
]  # fmt: skip
ENVIRONMENT = """\
# The conda way in, which Binder and repo2docker read too: the versions of requirements.txt.
# Made by `python -m course_lib.authoring.locks`.
name: names-gpt-course
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.12
  - pip
  - pip:
"""


def pins(lock: str) -> list[str]:
    """What a lock installs: its lines `name==version [; marker]`, without the hashes."""
    lines = lock.splitlines()
    return [line.removesuffix("\\").strip() for line in lines if line[:1].isalnum()]


def environment(lock: str) -> str:
    """environment.yml for the versions in this lock; `-e .` makes course_lib importable."""
    entries = [f'      - "{pin}"\n' for pin in pins(lock)]
    return ENVIRONMENT + "".join(entries) + '      - "-e ."\n'


def main(options: list[str]) -> None:
    """Write the three files. The test lock holds the versions of the other one, and more."""
    runtime = ROOT / "requirements.txt"
    subprocess.run([*COMPILE, "-o", runtime.name, *options], cwd=ROOT, check=True)
    more = ["--group", "test", "-c", runtime.name, "-o", "requirements-test.txt"]
    subprocess.run([*COMPILE, *more, *options], cwd=ROOT, check=True)
    text = environment(runtime.read_text(encoding="utf-8"))
    (ROOT / "environment.yml").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
