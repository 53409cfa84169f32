"""The command line, run as a person runs it."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from course_lib import __main__ as command_line
from course_lib import training
from course_lib.adam import Adam
from course_lib.checkpoint import load_checkpoint
from course_lib.gpt import GPT, GPTConfig, initial_weights
from course_lib.sampling import sample
from course_lib.tokenizer import Tokenizer

ROOT = Path(__file__).resolve().parent.parent
NAMES = ["emma", "olivia", "ava", "mia", "noah", "liam", "anna", "eve"]
SIZES = ["--n-embd", "4", "--n-head", "2", "--block-size", "5"]
needs_numpy = pytest.mark.skipif(not find_spec("numpy"), reason="numpy is not installed")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "names.txt").write_text("\n".join(NAMES) + "\n")
    return tmp_path


def command(*arguments):
    return [sys.executable, "-m", "course_lib", *map(str, arguments)]


def environment(folder):
    """Run from another folder: the package has to be found, the files are the person's own."""
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "COURSE_HOME": str(folder / "home"),
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run(folder, *arguments, code=0):
    finished = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert finished.returncode == code, finished.stderr
    assert "Traceback" not in finished.stderr
    return finished


@pytest.fixture
def run_here(monkeypatch, capsys):
    """As `run`, but in this process, because that is faster."""

    def run_here(folder, *arguments, code=0):
        monkeypatch.chdir(folder)
        assert command_line.main([*arguments]) == code
        return subprocess.CompletedProcess(arguments, code, *capsys.readouterr())

    return run_here


def train(folder, *arguments, **options):
    data = ["--data", "names.txt", *SIZES, "--steps", "5", "--samples", "3"]
    return run(folder, "train", *data, *arguments, **options)


def refused(folder, *arguments, run=run):
    """The one sentence on stderr, where nothing was trained and nothing written."""
    before = sorted(folder.iterdir())
    finished = run(folder, *arguments, code=2)
    assert sorted(folder.iterdir()) == before
    assert finished.stdout == ""
    assert finished.stderr.count("\n") == 1
    return finished.stderr


def test_train(folder):
    finished = train(folder, "--json", "results.json", "--save", "model.json")
    results = json.loads((folder / "results.json").read_text())
    assert list(results) == ["num_docs", "vocab_size", "num_params", "losses", "samples"]
    letters = set("".join(NAMES))
    assert results["num_docs"] == len(NAMES)
    assert results["vocab_size"] == len(letters) + 1
    assert results["num_params"] == (2 * (len(letters) + 1) + 5) * 4 + 4 * 16 + 2 * 64
    assert len(results["losses"]) == 5
    assert all(type(loss) is float for loss in results["losses"])
    assert len(results["samples"]) == 3
    assert all(len(text) <= 5 and set(text) <= letters for text in results["samples"])
    assert finished.stdout.splitlines() == ["saved: model.json", *results["samples"]]
    assert f"step 5/5  loss {results['losses'][-1]:.4f}" in finished.stderr
    assert sorted(p.name for p in folder.iterdir()) == ["model.json", "names.txt", "results.json"]
    config, _, tokenizer = load_checkpoint(folder / "model.json")
    assert config == GPTConfig(len(letters) + 1, n_embd=4, n_head=2, n_layer=1, block_size=5)
    assert set(tokenizer.characters) == letters


def results_of(folder, *arguments):
    """What `--json` writes; in this process, because that is faster."""
    data = ["--data", folder / "names.txt", "--json", folder / "results.json"]
    options = [*SIZES, "--steps", "5", "--samples", "3", *arguments]
    assert command_line.main(["train", *map(str, data), *options]) == 0
    return json.loads((folder / "results.json").read_text())


def test_every_option_counts(folder):
    usual = results_of(folder)
    assert results_of(folder) == usual
    for option in (
        ["--seed", "7"],
        ["--learning-rate", "0.1"],
        ["--n-layer", "2"],
        ["--n-head", "1"],
        ["--n-embd", "6"],
        ["--block-size", "2"],
        ["--steps", "6"],
    ):
        assert results_of(folder, *option)["losses"] != usual["losses"], option
    hot = results_of(folder, "--temperature", "0.05")
    assert hot["losses"] == usual["losses"]
    assert hot["samples"] != usual["samples"]
    assert results_of(folder, "--samples", "2")["samples"] == usual["samples"][:2]
    assert results_of(folder, "--samples", "0")["samples"] == []


def test_one_generator_shuffles_then_makes_weights_then_samples(folder):
    rng, documents = Random(42), [*NAMES]
    rng.shuffle(documents)
    tokenizer = Tokenizer(documents)
    config = GPTConfig(tokenizer.vocab_size, n_embd=4, n_head=2, n_layer=1, block_size=5)
    model = GPT(config, initial_weights(config, rng))
    sequences = [tokenizer.sequence(document) for document in documents]
    losses = list(training.train(model, Adam(model.parameters()), sequences, num_steps=5))
    samples = [sample(model, tokenizer, rng, 0.5) for _ in range(3)]
    results = results_of(folder)
    assert (results["losses"], results["samples"]) == (losses, samples)


def test_the_defaults_are_the_facts_of_the_design():
    options = vars(command_line._parser().parse_args(["train"]))
    assert (
        options.items()
        >= {
            "data": None,
            "steps": 500,
            "seed": 42,
            "n_embd": 16,
            "n_head": 4,
            "n_layer": 1,
            "block_size": 8,
            "learning_rate": 0.01,
            "temperature": 0.5,
            "samples": 20,
            "engine": "scalar",
            "save": None,
            "json": None,
        }.items()
    )
    options = vars(command_line._parser().parse_args(["sample", "--load", "x"]))
    assert options.items() >= {"load": "x", "temperature": 0.5, "samples": 20, "seed": 42}.items()


@needs_numpy
def test_both_engines_do_the_same(folder):
    sizes = ("--steps", "20", "--n-layer", "2", "--samples", "10", "--temperature", "1")
    scalar = results_of(folder, *sizes)
    arrays = results_of(folder, *sizes, "--engine", "arrays", "--save", str(folder / "m"))
    assert arrays["losses"] == pytest.approx(scalar["losses"], abs=1e-6)
    assert arrays.keys() == scalar.keys()
    for key in ("num_docs", "vocab_size", "num_params", "samples"):
        assert arrays[key] == scalar[key]
    assert load_checkpoint(folder / "m")[0].n_layer == 2


def test_the_arrays_engine_without_numpy(folder):
    (folder / "numpy.py").write_text("raise ModuleNotFoundError(name='numpy')")
    sentence = refused(folder, "train", "--data", "names.txt", "--engine", "arrays")
    assert "needs numpy, which is not installed" in sentence
    assert "--engine scalar" in sentence


def test_sample(folder, run_here):
    train(folder, "--save", "model.json")
    model = ["sample", "--load", "model.json", "--samples", "4"]
    finished = run(folder, *model)
    texts = finished.stdout.split("\n")[:-1]
    assert len(texts) == 4
    assert all(len(text) <= 5 for text in texts)
    assert finished.stderr == ""
    assert run(folder, *model).stdout == finished.stdout
    assert run_here(folder, *model, "--seed", "7").stdout != finished.stdout
    assert run_here(folder, *model, "--temperature", "0.01").stdout != finished.stdout


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--data", "nams.txt"], ["no file nams.txt", "names.txt"]),
        (["--data", "."], ["is a folder"]),
        (["--n-head", "3"], ["n_embd=4", "n_head=3", "choose"]),
        (["--temperature", "0"], ["temperature must be a number above 0", "not 0"]),
        (["--temperature", "-1"], ["temperature must be a number above 0", "not -1"]),
        (["--temperature", "nan"], ["temperature must be a number above 0", "not nan"]),
        (["--save", "no/such/model.json"], ["nothing can be written", "a folder that exists"]),
        (["--save", "."], ["nothing can be written", "give a file name"]),
        (["--json", "no/such/results.json"], ["nothing can be written", "a folder that exists"]),
    ],
)
def test_what_train_refuses(folder, run_here, arguments, parts):
    data = ["--data", "names.txt", *SIZES, "--steps", "5"]
    sentence = refused(folder, "train", *data, *arguments, run=run_here)
    assert sentence.startswith("train: ")
    assert all(part in sentence for part in parts), sentence


@pytest.mark.parametrize("content", [b"", b"\n \n\n", b"\xff\xfe\x00\x01", b"ab\x00cd\n"])
def test_data_that_is_none(folder, run_here, content):
    (folder / "names.txt").write_bytes(content)
    assert "names.txt" in refused(folder, "train", "--data", "names.txt", run=run_here)


@pytest.mark.parametrize(
    ("engine", "rate"),
    [
        ("scalar", "10"),
        ("arrays", "10"),
        ("scalar", "1e200"),
        ("arrays", "1e200"),
    ],
)
def test_numbers_grow_too_large(folder, engine, rate):
    if engine == "arrays":
        pytest.importorskip("numpy")
    options = ["--learning-rate", rate, "--steps", "20", "--save", "model.json"]
    finished = train(folder, "--engine", engine, *options, code=2)
    assert "learning rate" in finished.stderr
    assert finished.stderr.count("\n") == 1, finished.stderr
    assert not (folder / "model.json").exists()


def test_results_that_cannot_be_written(folder, monkeypatch, capsys):
    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command_line, "write_atomically", fail)
    options = ["--data", str(folder / "names.txt"), *SIZES, "--steps", "1", "--json"]
    assert command_line.main(["train", *options, str(folder / "results.json")]) == 2
    assert "No space left on device" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["names.load", "sample"])
def test_ctrl_c_before_and_after_the_training(folder, monkeypatch, place):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"course_lib.__main__.{place}", interrupt)
    options = ["--data", str(folder / "names.txt"), *SIZES, "--steps", "1"]
    try:
        code = command_line.main(["train", *options])
    except KeyboardInterrupt:
        code = "traceback"
    assert code == 130


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--load", "nothing.json"], ["nothing.json cannot be read", "check its name"]),
        (["--load", "names.txt"], ["not a sound checkpoint", "train again"]),
        (["--load", "."], ["cannot be read"]),
    ],
)
def test_what_sample_refuses(folder, run_here, arguments, parts):
    sentence = refused(folder, "sample", *arguments, run=run_here)
    assert sentence.startswith("sample: ")
    assert all(part in sentence for part in parts), sentence


def test_sample_at_no_temperature(folder):
    results_of(folder, "--save", str(folder / "model.json"))
    sentence = refused(folder, "sample", "--load", "model.json", "--temperature", "0")
    assert "temperature must be a number above 0" in sentence


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "command"),
        (["dance"], "'dance'"),
        (["sample"], "--load"),
        (["train", "--steps", "0"], "'0' is not a whole number of at least 1"),
        (["train", "--steps", "many"], "'many' is not a whole number of at least 1"),
        (["train", "--n-layer", "1.5"], "'1.5' is not a whole number of at least 1"),
        (["train", "--samples", "-1"], "'-1' is not a whole number of at least 0"),
        (["train", "--learning-rate", "nan"], "'nan' is not a number of at least 0"),
        (["train", "--learning-rate", "inf"], "'inf' is not a number of at least 0"),
        (["train", "--learning-rate=-1"], "'-1' is not a number of at least 0"),
        (["train", "--engine", "steam"], "'steam'"),
        (["train", "--seed", "x"], "'x'"),
    ],
)
def test_what_is_no_command(capsys, arguments, part):
    with pytest.raises(SystemExit) as ended:
        command_line.main(arguments)
    assert ended.value.code == 2
    last_line = capsys.readouterr().err.splitlines()[-1]
    assert part in last_line


def test_progress_bar_on_a_terminal(folder, monkeypatch, capsys):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    before = signal.getsignal(signal.SIGINT)
    data = ["train", "--data", str(folder / "names.txt"), *SIZES]
    assert command_line.main([*data, "--steps", "4", "--samples", "1"]) == 0
    assert signal.getsignal(signal.SIGINT) is before
    states = sys.stderr.getvalue().rstrip("\n").split("\r")[1:]
    assert [re.sub(r"\d\.\d{4}$", "…", state) for state in states] == [
        f"{'█' * full:·<30} step {n}/4  loss …" for n, full in enumerate((7, 15, 22, 30), start=1)
    ]
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("save", [["--save", "model.json"], []])
def test_ctrl_c_stops_cleanly_and_saves(folder, save):
    options = ["--data", "names.txt", *SIZES, "--steps", "1000000", "--json", "results.json"]
    with subprocess.Popen(
        command("train", *options, *save),
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr.readline().startswith("step 100/1000000")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    done = int(re.search(r"stopped after (\d+) of 1000000 steps", out)[1])
    assert done >= 100
    assert {p.name for p in folder.iterdir()} == {"names.txt", *save[1:]}
    if save:
        assert "saved: model.json" in out
        config, _, _ = load_checkpoint(folder / "model.json")
        assert config.n_embd == 4
        run(folder, "sample", "--load", "model.json", "--samples", "1")
