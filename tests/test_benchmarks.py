"""The ladder: its rungs do the same work, the original is timed as it is. No claim on seconds."""

import gc
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from oracle import lively_weights, says

from benchmarks import growth, ladder, measuring, original, plain, rungs
from benchmarks.measuring import Times
from benchmarks.rungs import work_from
from course_lib import gpt

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["ada", "bo", "cleo", "dia", "abebaba", "bella", "cid", "dea"]

# Prints what the original prints, at a pace that can be told from its start.
FAKE = """
import time
print("num docs:", sum(1 for line in open("input.txt")))
time.sleep(1)
for step, loss in enumerate({losses}):
    time.sleep(0.02)
    print(f"step {{step + 1:4d}} / 500 | loss {{loss:.4f}}")
"""


@pytest.fixture(scope="module", autouse=True)
def nothing_of_pytest_is_collected():
    """The ladder collects garbage between its rungs, among all objects that are not frozen."""
    gc.freeze()
    yield
    gc.unfreeze()


def small_work(documents):
    return work_from(documents, n_embd=4, n_head=2, block_size=4)


@pytest.fixture
def work():
    return small_work(NAMES)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(rungs, "work_from", small_work)
    monkeypatch.setattr(ladder, "ROUNDS", 2)
    monkeypatch.setattr(ladder, "SECONDS", 0.0)
    monkeypatch.setattr(ladder, "BATCH_SIZES", (2, 3))


@pytest.fixture
def fake(tmp_path):
    """Makes a program that prints these losses."""

    def write(losses):
        path = tmp_path / "microgpt.py"
        path.write_text(FAKE.format(losses=losses), encoding="utf-8")
        return path

    return write


def true_losses(work, num_steps):
    return measuring.losses(rungs.value_step(work), work, num_steps)


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    "make",
    [
        *(rungs.plain_step, rungs.paused_step, rungs.dot_step, rungs.value_step),
        *(rungs.arrays_step, rungs.one_by_one_step),
    ],
)
def test_every_rung_learns_the_same(work, make, size):
    expected = measuring.losses(rungs.value_step(work), work, 6, size)
    assert expected[-1] < expected[0]
    assert measuring.losses(make(work), work, 6, size) == pytest.approx(expected, rel=0, abs=1e-9)


def test_the_plain_engine_has_the_same_gradients():
    config = gpt.GPTConfig(vocab_size=5, n_embd=4, n_head=2, n_layer=2, block_size=4)
    weights = lively_weights(config)
    grads = []
    for model in (plain.GPT(config, weights), gpt.GPT(config, weights)):
        model.batch_loss([[4, 0, 1, 2, 3, 4], [4, 3, 4]]).backward()
        grads.append([p.grad for p in model.parameters()])
    assert grads[0] == pytest.approx(grads[1], rel=0, abs=1e-9)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("size", [1, 3])
def test_pytorch_learns_the_same(work, dtype, size):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    expected = measuring.losses(rungs.value_step(work), work, 6, size)
    found = measuring.losses(rungs.torch_step(work, dtype), work, 6, size)
    assert found == pytest.approx(expected, rel=0, abs=1e-9 if dtype == "float64" else 1e-5)


def test_a_rung_that_does_something_else_is_refused(work):
    def lazy(work):
        step = rungs.arrays_step(work)
        return lambda batch, rate: step(batch[:1], rate)  # leaves the rest of the batch out

    with says("lazy (batch 3)", "not do the same work", "step 1"):
        measuring.check_agreement(rungs.Rung("lazy", lazy, 3), work)
    measuring.check_agreement(rungs.Rung("lazy", lazy, 1), work)


def test_ratios_are_taken_round_by_round():
    ratio = Times([2.0, 30.0, 6.0]).ratio(Times([1.0, 10.0, 2.0]))
    assert ratio.rounds == [2.0, 3.0, 3.0]
    assert ratio.median == 3.0


def test_rungs_are_timed_in_turns():
    calls, slow, fast = [], rungs.Rung("slow", lambda work: None), rungs.arrays_rung()
    timers = {slow: lambda: calls.append("slow") or 2.0, fast: lambda: calls.append("fast") or 1.0}
    times = measuring.in_turns(timers, 3, lambda message: None)
    assert calls == ["slow", "fast"] * 3
    assert times == {slow: Times([2.0] * 3), fast: Times([1.0] * 3)}


def test_every_batch_is_timed_as_often():
    seen = []
    seconds = measuring.time_steps(lambda batch, rate: seen.append(batch), ["a", "b"], 0.001)
    assert seconds > 0
    assert seen == ["a", "b"] * (len(seen) // 2)


def test_the_collector_comes_between_steps_and_off_the_clock(monkeypatch):
    now, calls = [0.0], []

    def pass_time(name, seconds):
        now[0] += seconds
        calls.append(name)

    monkeypatch.setattr(measuring.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(measuring.gc, "collect", lambda: pass_time("collect", 100.0))
    step = lambda batch, rate: pass_time(batch, 1.0)  # noqa: E731
    assert measuring.time_steps(step, ["a", "b"], 0.0, leaves_circles=True) == 1.0
    assert calls == ["a", "collect", "b", "collect"]
    rungs_and_timers = {rungs.PLAIN: lambda: calls.append("timer") or 2.0}
    measuring.in_turns(rungs_and_timers, 2, lambda message: None)
    assert calls[4:] == ["collect", "timer"] * 2


def test_operations_of_pytorch_are_counted(work):
    pytest.importorskip("torch", reason="PyTorch is not installed")
    assert 100 < rungs.count_torch_operations(work) < 400


def test_the_original_is_timed_between_its_steps(work, fake):
    losses = true_losses(work, 3)
    seconds, printed = original.run_original(fake(losses), NAMES, 2)
    assert 0.01 < seconds < 0.9, "the time of a step, without that of the start"
    assert printed == [round(loss, 4) for loss in losses]


def test_an_original_with_other_losses_is_refused(work, fake):
    measuring.check_printed_losses(true_losses(work, 3), work)
    with says("the original program", "not do the same work", "step 2"):
        measuring.check_printed_losses([true_losses(work, 1)[0], 9.0], work)


def test_an_original_that_ends_early(fake):
    with says("ended after 2 steps", "loss 1.0000", "up to 4"):
        original.run_original(fake([2.0, 1.0]), NAMES, 3)


def test_an_original_that_says_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(original, "PATIENCE", 0.5)
    path = tmp_path / "silent.py"
    path.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    with says("no step for 0 seconds", "the right program"):
        original.run_original(path, NAMES, 1)


def test_the_ladder_trains_the_model_of_the_course():
    config = work_from(NAMES).config
    assert config == gpt.GPTConfig(vocab_size=config.vocab_size)


def test_the_whole_ladder(quick, fake, work, tmp_path, capsys):
    data, results = tmp_path / "names.txt", tmp_path / "results.json"
    data.write_text("\n".join(NAMES), encoding="utf-8")
    program = fake(true_losses(work, 3))
    options = ["--original", str(program), "--data", str(data), "--steps", "2"]
    assert ladder.main([*options, "--json", str(results)]) == 0
    output = capsys.readouterr()
    assert "round 2 of 2" in output.err
    found = json.loads(results.read_text(encoding="utf-8"))
    assert found["baseline"] == "the original program"
    rows = [(rung["name"].split(":")[0], rung["batch_size"]) for rung in found["rungs"]]
    rows = [row for row in rows if row[0] != "PyTorch eager"]
    scalar = [(name, 1) for name in ("the original program", "plain", "paused", "dots", "Value")]
    assert rows == [*scalar, ("arrays", 1), ("arrays", 2), ("arrays", 3)]
    for rung in found["rungs"]:
        assert rung["name"] in output.out
        assert len(rung["seconds_per_step"]) == 2
        assert all(x > 0 and math.isfinite(x) for x in rung["times_as_fast"])
    assert found["rungs"][0]["times_as_fast"] == [1.0, 1.0]


def test_growth_is_measured_and_stored_whole(monkeypatch):
    monkeypatch.setattr(growth, "ROUNDS", 2)
    monkeypatch.setattr(growth, "SECONDS", 0.0)
    monkeypatch.setattr(growth, "SWEEPS", {"width": [dict(n_embd=4, batch_size=2)]})
    (point,) = growth.measure(lambda message: None)["width"]
    assert point["multiplications"] == 3 * 2 * 8 * (12 * 16 + 27 * 4 + 2 * 4 * 8)
    assert len(point["seconds_per_step"]["arrays"]) == 2
    assert "n_embd 4, batch_size 2" in growth.report({"width": [point]})
    monkeypatch.undo()
    stored = measuring.stored()
    for name, points in growth.SWEEPS.items():
        for sizes, point in zip(points, stored["growth"][name], strict=True):
            assert sizes.items() <= point.items(), "run bench --growth --json again"
    assert [rung["name"] for rung in stored["rungs"]][:4] == [
        rung.name for rung in (rungs.PLAIN, rungs.PAUSED, rungs.DOT, rungs.VALUE)
    ]


def times_as_fast(of: str, than: str, batch_size: int = 1) -> float:
    """The median of the rounds' ratios, in names per second, from the stored figures."""
    rounds = {
        (rung["name"].split(":")[0], rung["batch_size"]): Times(rung["seconds_per_step"])
        for rung in measuring.stored()["rungs"]
    }
    return batch_size * rounds[than, 1].ratio(rounds[of, batch_size]).median


def test_the_readme_shows_the_stored_figures():
    """The section `Speed` says what measured.json says, and names the command that wrote it."""
    speed = re.search(r"## Speed\n(.*?)\n## ", (ROOT / "README.md").read_text("utf-8"), re.S)[1]
    stored = measuring.stored()
    rows = {
        "the same, the garbage collector paused": times_as_fast("paused", "plain"),
        "`Value`: a dot product is a single node": times_as_fast("Value", "plain"),
        "PyTorch eager": times_as_fast("PyTorch eager", "plain"),
        "arrays": times_as_fast("arrays", "plain"),
        "arrays, 64 documents a step": times_as_fast("arrays", "plain", 64),
    }
    for text, ratio in rows.items():
        assert f"| {text} | {ladder.rounded(ratio)} |" in speed
    ratio = times_as_fast("arrays", "PyTorch eager")
    assert f"With one document a step, arrays are {ratio:.1f} times as fast as PyTorch" in speed
    assert "`python3 course.py bench --growth --json benchmarks/measured.json`" in speed
    for part in ("machine", "date"):
        assert stored[part] in speed
    versions = f"Python {stored['python']}, numpy {stored['numpy']}, PyTorch {stored['torch']}"
    assert versions in speed
    overtaken = stored["overtaken_at"]
    assert ("does not overtake" in speed) == (overtaken is None)
    assert overtaken is None or f"from a batch of {overtaken} on" in speed
    assert ratio >= 6, "what the course promises"
    assert times_as_fast("Value", "plain") >= 12
    assert times_as_fast("arrays", "plain") >= 1500


def test_the_report():
    times = {
        rungs.PLAIN: Times([1.0, 2.0, 1.0]),
        rungs.arrays_rung(): Times([0.001, 0.002, 0.002]),
        rungs.torch_rung(): Times([0.01, 0.01, 0.01]),
        rungs.arrays_rung(8): Times([0.004, 0.004, 0.004]),
        rungs.torch_rung(8): Times([0.003, 0.003, 0.003]),
    }
    report = ladder.report(times)
    assert "1,000 (500 – 1,000)" in report, "arrays against plain, round by round"
    assert "2,000 (2,000 – 4,000)" in report, "a batch counts by its names"
    assert "5.00 (5.00 – 10.0) times PyTorch eager" in report
    assert "overtakes at a batch of 8" in report
    times[rungs.torch_rung(8)] = Times([0.005] * 3)
    assert "does not overtake up to a batch of 8" in ladder.report(times)
    without = {rung: found for rung, found in times.items() if rung.name != "PyTorch eager"}
    assert "PyTorch" not in ladder.report(without)


@pytest.mark.parametrize(
    "options, parts",
    [
        (["--original", "nowhere.py"], ["no file nowhere.py", "original microgpt.py"]),
        (["--data", "nowhere.txt"], ["no file nowhere.txt"]),
        (["--steps", "6000"], ["6000 steps", "fewer steps"]),
    ],
)
def test_one_sentence_for_bad_input(options, parts, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert ladder.main(options) == 2
    sentence = capsys.readouterr().err
    assert sentence.startswith("bench: ")
    assert sentence.count("\n") == 1
    for part in parts:
        assert part in sentence


def test_it_runs_alone_from_anywhere(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    run = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / "ladder.py"), "--original", "nowhere.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("bench: there is no file nowhere.py")
