"""The finished code against the original program: losses within 1e-6, samples to the letter.

`golden/trace.json` is the reference run; the others were measured on an independent rewriting of
the original program, with more layers, other numbers of heads and other block sizes.
"""

import json
import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from course_lib import names
from course_lib.__main__ import main
from course_lib.errors import CourseError

GOLDEN = Path(__file__).parent / "golden"
# What lesson 10 shows where the list is not to be had: the trace, and what our code made of it.
RECORDED = json.loads((names.DATA / "reference_run.json").read_text(encoding="utf-8"))
OPTIONS = {
    "seed": "--seed",
    "n_embd": "--n-embd",
    "n_head": "--n-head",
    "n_layer": "--n-layer",
    "block_size": "--block-size",
    "num_steps": "--steps",
    "learning_rate": "--learning-rate",
    "temperature": "--temperature",
}


@pytest.fixture
def original(tmp_path):
    """The original list as a file. A wrong file named by the environment is an error, no skip."""
    try:
        documents = names.original(download=False)
    except CourseError as error:
        if os.environ.get("COURSE_ORIGINAL_NAMES"):
            raise
        pytest.skip(str(error))
    path = tmp_path / "original.txt"
    path.write_text("\n".join(documents), encoding="utf-8")
    return path


@pytest.mark.parametrize("engine", ["scalar", "arrays"])
@pytest.mark.parametrize("golden", ["trace", "two_layers", "three_layers"])
def test_golden(golden, engine, original, tmp_path):
    if engine == "arrays" and not find_spec("numpy"):
        pytest.skip("numpy is not installed")
    expected = json.loads((GOLDEN / f"{golden}.json").read_text())
    settings = expected.pop("settings")
    assert settings.keys() == OPTIONS.keys()
    arguments = [x for name, value in settings.items() for x in (OPTIONS[name], str(value))]
    results = tmp_path / "results.json"
    data = ["--data", str(original), "--json", str(results), "--engine", engine]
    assert main(["train", *data, *arguments]) == 0
    found = json.loads(results.read_text())
    losses = found.pop("losses")
    if golden == "trace" and engine == "scalar":
        assert losses == pytest.approx(RECORDED["ours"], rel=0, abs=1e-9)
    assert losses == pytest.approx(expected.pop("losses"), rel=0, abs=1e-6)
    assert len(losses) == settings["num_steps"]
    assert found == expected


def test_the_recorded_losses_are_those_of_the_trace():
    trace = json.loads((GOLDEN / "trace.json").read_text())
    assert RECORDED["original"] == trace["losses"]
    assert RECORDED["ours"] == pytest.approx(trace["losses"], rel=0, abs=1e-6)
    assert RECORDED["ours"] != trace["losses"], "recorded from our own run, not copied"
