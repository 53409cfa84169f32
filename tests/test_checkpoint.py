"""Checkpoints: back exactly as saved, or refused; and a save that fails loses nothing."""

import contextlib
import json
import os
import sys
import tracemalloc
from itertools import islice
from pathlib import Path

import pytest
from oracle import lively_model, says

from course_lib import adam, arrays, checkpoint
from course_lib.checkpoint import load_checkpoint, restore_optimizer, save_checkpoint
from course_lib.gpt import GPT, GPTConfig
from course_lib.home import home, write_atomically
from course_lib.tokenizer import Tokenizer
from course_lib.training import train
from course_lib.value import Value

CONFIG = GPTConfig(vocab_size=4, n_embd=4, n_head=2, n_layer=2, block_size=3)
TOKENIZER = Tokenizer("béa")


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "model.json"
    save_checkpoint(path, lively_model(CONFIG), TOKENIZER)
    return path


def test_round_trip(saved):
    model = lively_model(CONFIG)
    config, weights, tokenizer = load_checkpoint(saved)
    assert config == CONFIG
    assert weights == model.weights()
    assert tokenizer.characters == TOKENIZER.characters
    logits = GPT(config, weights).forward(3, model.new_cache())
    expected = model.forward(3, model.new_cache())
    assert [a.data for a in logits] == [b.data for b in expected]
    save_checkpoint(str(saved), GPT(config, weights), tokenizer)  # a str is a path as well
    assert load_checkpoint(str(saved))[1] == weights


def test_extreme_numbers_come_back(tmp_path):
    model = lively_model(CONFIG)
    numbers = [5e-324, 1.7976931348623157e308, -0.0, 0.1, 1 / 3, 1e16]
    for p, number in zip(model.parameters(), numbers, strict=False):
        p.data = number
    save_checkpoint(tmp_path / "m", model, TOKENIZER)
    back = load_checkpoint(tmp_path / "m")[1]
    assert repr(back) == repr(model.weights())


def test_the_file_is_plain_json(saved):
    content = json.loads(saved.read_bytes())
    assert content["config"] == {
        "vocab_size": 4,
        "n_embd": 4,
        "n_head": 2,
        "n_layer": 2,
        "block_size": 3,
    }
    assert content["characters"] == "abé"
    assert list(content["weights"]) == list(CONFIG.shapes())


def sequences():
    return [TOKENIZER.sequence(name) for name in ("abé", "b", "éa", "aab")]


ENGINES = {"scalar": (GPT, adam.Adam), "arrays": (arrays.GPT, arrays.Adam)}


@pytest.mark.parametrize("engine", ENGINES)
def test_training_resumes_as_if_it_had_never_stopped(engine, tmp_path):
    model_class, optimizer_class = ENGINES[engine]

    def start(weights):
        model = model_class(CONFIG, weights)
        return model, optimizer_class(model.parameters())

    weights = lively_model(CONFIG).weights()
    model, optimizer = start(weights)
    losses = list(train(model, optimizer, sequences(), 20))

    model, optimizer = start(weights)
    first = list(islice(train(model, optimizer, sequences(), 20), 7))
    save_checkpoint(tmp_path / "m", model, TOKENIZER, optimizer)
    model, optimizer = start(load_checkpoint(tmp_path / "m")[1])
    restore_optimizer(tmp_path / "m", optimizer)
    assert optimizer.steps == 7
    rest = list(train(model, optimizer, sequences(), 20, first_step=optimizer.steps))
    assert first + rest == losses

    # Without its memory Adam goes another way: the test would notice a restore that does nothing.
    model, optimizer = start(load_checkpoint(tmp_path / "m")[1])
    assert list(train(model, optimizer, sequences(), 20, first_step=7)) != rest


MEMORY_DAMAGES = {
    "steps are missing": {"steps": None},
    "steps are": {"steps": -1},
    "mean is not a list": {"mean": None},
    "square is not a list": {"square": ["1"]},
    "belongs to a model of 2 parameters": {"mean": [0.5, 0.5]},
    "squares is negative": {"square": [-1.0]},
}


@pytest.mark.parametrize("sentence", MEMORY_DAMAGES)
def test_a_damaged_memory_is_refused_and_changes_nothing(sentence, tmp_path):
    parameters = [Value(0.0)]
    path = tmp_path / "m"
    save_checkpoint(path, lively_model(CONFIG), TOKENIZER, adam.Adam(parameters))
    change(path, optimizer=json.loads(path.read_text())["optimizer"] | MEMORY_DAMAGES[sentence])
    optimizer = adam.Adam(parameters)
    with says(sentence):
        restore_optimizer(path, optimizer)
    assert (optimizer.steps, optimizer.mean, optimizer.square) == (0, [0.0], [0.0])


def test_a_checkpoint_without_an_optimizer_says_how_to_save_one(saved):
    with says("without its optimizer"):
        restore_optimizer(saved, adam.Adam([]))
    change(saved, optimizer=[1])
    with says("steps are missing"):
        restore_optimizer(saved, adam.Adam([]))


def write(path, content):
    """Write it with a checksum that fits, so that what comes after the checksum is tested."""
    with contextlib.suppress(ValueError):  # NaN and infinity have none
        content["sha256"] = checkpoint._checksum(content)
    path.write_text(json.dumps(content))


def change(path, **changes):
    write(path, json.loads(path.read_text()) | changes)


def change_weights(path, **changes):
    change(path, weights=json.loads(path.read_text())["weights"] | changes)


def change_config(path, **changes):
    change(path, config=json.loads(path.read_text())["config"] | changes)


def drop(path, key, within=None):
    content = json.loads(path.read_text())
    del (content[within] if within else content)[key]
    write(path, content)


def change_a_digit(path):
    """The last digit of the last number becomes another one."""
    text = path.read_text()
    at = max(text.rindex(digit, 0, text.index('"sha256"')) for digit in "12345678")
    path.write_text(text[:at] + str(int(text[at]) + 1) + text[at + 1 :])


ROW = [0.5] * 4
DAMAGES = {
    "empty": lambda p: p.write_bytes(b""),
    "truncated": lambda p: p.write_bytes(p.read_bytes()[:-100]),
    "not JSON": lambda p: p.write_text("emma\nolivia\n"),
    "not text": lambda p: p.write_bytes(bytes(range(256))),
    "nested too deeply": lambda p: p.write_text("[" * 1_000_000),
    "foreign JSON": lambda p: p.write_text('{"weights": {}}'),
    "a list": lambda p: p.write_text("[1, 2]"),
    "null": lambda p: p.write_text("null"),
    "foreign format": lambda p: change(p, format="something else"),
    "a digit": change_a_digit,
    "another number of heads": lambda p: p.write_text(
        p.read_text().replace('"n_head": 2', '"n_head": 1')
    ),
    "another accent": lambda p: p.write_text(p.read_text().replace("u00e9", "u00e8")),
    "no checksum": lambda p: p.write_text(p.read_text().replace('"sha256"', '"md5"')),
    "no config": lambda p: drop(p, "config"),
    "no characters": lambda p: drop(p, "characters"),
    "no weights": lambda p: drop(p, "weights"),
    "config is a list": lambda p: change(p, config=[1, 2]),
    "unknown size": lambda p: change_config(p, width=3),
    "size 0": lambda p: change_config(p, n_embd=0),
    "fractional size": lambda p: change_config(p, n_embd=4.0),
    "heads do not divide": lambda p: change_config(p, n_head=3),
    "another size": lambda p: change_config(p, n_embd=8),
    "more layers": lambda p: change_config(p, n_layer=3),
    "another vocabulary": lambda p: change(p, characters="ab"),
    "repeated character": lambda p: change(p, characters="abb"),
    "no vocabulary": lambda p: change(p, characters=""),
    "characters are a number": lambda p: change(p, characters=3),
    "weights are a list": lambda p: change(p, weights=[]),
    "missing matrix": lambda p: drop(p, "layer1.mlp_fc2", within="weights"),
    "missing row": lambda p: change_weights(p, wte=[ROW] * 3),
    "extra row": lambda p: change_weights(p, wte=[ROW] * 5),
    "short row": lambda p: change_weights(p, wpe=[ROW, ROW, ROW[:3]]),
    "flat matrix": lambda p: change_weights(p, wpe=[0.5] * 12),
    "text for a matrix": lambda p: change_weights(p, wpe="abc"),
    "NaN": lambda p: change_weights(p, wpe=[ROW, ROW, [0.5, 0.5, 0.5, float("nan")]]),
    "infinity": lambda p: change_weights(p, wpe=[ROW, ROW, [0.5, 0.5, 0.5, float("inf")]]),
    "too large for a float": lambda p: p.write_text(p.read_text().replace("[[", "[[1e999, ", 1)),
    "text for a number": lambda p: change_weights(p, wpe=[ROW, ROW, [0.5, 0.5, 0.5, "0.5"]]),
    "true for a number": lambda p: change_weights(p, wpe=[ROW, ROW, [0.5, 0.5, 0.5, True]]),
    "too long a whole number": lambda p: p.write_text(
        p.read_text().replace("[[", "[[1" + "0" * 5000 + ", ", 1)
    ),
    "whole number above all floats": lambda p: change_weights(
        p, wpe=[ROW, ROW, [0.5, 0.5, 0.5, 10**400]]
    ),
    "null for a number": lambda p: change_weights(p, wpe=[ROW, ROW, [0.5, 0.5, 0.5, None]]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged(saved, damage):
    DAMAGES[damage](saved)
    before = saved.read_bytes()
    with says(
        f"{saved} is not a sound checkpoint (",
        "): train again and save the model, or take another file.",
    ):
        load_checkpoint(saved)
    assert saved.read_bytes() == before


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        ("truncated", "not complete JSON"),
        ("foreign JSON", "not written by this course"),
        ("another size", "wte is not a matrix of 4 × 8 numbers"),
        ("short row", "wpe is not a matrix of 3 × 4 numbers"),
        ("no config", "its sizes or its vocabulary are missing"),
        ("no weights", "weights are missing"),
        ("NaN", "something in it is not as it was saved"),
        ("a digit", "something in it is not as it was saved"),
        ("another number of heads", "something in it is not as it was saved"),
        ("another accent", "something in it is not as it was saved"),
        ("no checksum", "something in it is not as it was saved"),
        ("another vocabulary", "its vocabulary has 3 tokens, its weights 4"),
        ("heads do not divide", "n_head=3"),
        ("missing matrix", "layer1.mlp_fc2"),
    ],
)
def test_what_was_damaged_is_said(saved, damage, why):
    DAMAGES[damage](saved)
    with says(why):
        load_checkpoint(saved)


def test_a_million_layers_are_not_looked_for(saved):
    change_config(saved, n_layer=20_000)
    tracemalloc.start()
    with says("not a sound checkpoint"):
        load_checkpoint(saved)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize("version", [0, 1, "2", None])
def test_another_version(saved, version):
    change(saved, version=version)
    with says(f"version {version!r}", "reads 2", "the course that wrote it, or train again"):
        load_checkpoint(saved)


def test_a_huge_file_is_not_read(saved, monkeypatch):
    os.truncate(saved, checkpoint.MAX_BYTES + 1)  # sparse: it takes no room
    monkeypatch.setattr(Path, "read_text", lambda *args, **kwargs: pytest.fail("it was read"))
    with says("too large"):
        load_checkpoint(saved)


def test_no_such_file(tmp_path):
    with says("nothing.json cannot be read (No such file", "check its name and place"):
        load_checkpoint(tmp_path / "nothing.json")


def test_a_folder(tmp_path):
    with says(f"{tmp_path} cannot be read (", "check its name and place"):
        load_checkpoint(tmp_path)


needs_permissions = pytest.mark.skipif(
    sys.platform == "win32" or getattr(os, "geteuid", lambda: 1)() == 0,
    reason="this user may read and write everything",
)


@needs_permissions
def test_a_file_that_may_not_be_read(saved):
    saved.chmod(0)
    with says("cannot be read (Permission denied)", "check its name and place"):
        load_checkpoint(saved)


@needs_permissions
def test_a_folder_that_may_not_be_written(saved):
    before = saved.read_bytes()
    saved.parent.chmod(0o555)
    try:
        with says("could not be saved", "Permission denied", "choose another place"):
            save_checkpoint(saved, lively_model(CONFIG, seed=1), TOKENIZER)
    finally:
        saved.parent.chmod(0o755)
    assert saved.read_bytes() == before


def test_a_folder_in_the_way(tmp_path):
    with says(f"could not be saved as {tmp_path} (", "choose another place"):
        save_checkpoint(tmp_path, lively_model(CONFIG), TOKENIZER)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", ["replace", "fsync"])
def test_a_failed_save_leaves_the_old_file_whole(saved, monkeypatch, failing):
    before = saved.read_bytes()

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    with says(f"could not be saved as {saved}", "No space left", "choose another place"):
        save_checkpoint(saved, lively_model(CONFIG, seed=1), TOKENIZER)
    assert saved.read_bytes() == before
    assert os.listdir(saved.parent) == ["model.json"], "the half-written file is gone"


def test_weights_that_are_no_numbers_do_not_replace_a_good_file(saved):
    before = saved.read_bytes()
    model = lively_model(CONFIG)
    model.parameters()[3].data = float("nan")
    with says("could not be saved"):
        save_checkpoint(saved, model, TOKENIZER)
    assert saved.read_bytes() == before


def test_a_file_has_the_usual_permissions(saved):
    usual = saved.parent / "usual"
    usual.touch()
    assert saved.stat().st_mode == usual.stat().st_mode


def test_an_interrupted_write_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "notes.txt"
    write_atomically(path, "old")

    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["notes.txt"]


def test_a_reader_never_sees_a_half_written_file(tmp_path, monkeypatch):
    path = tmp_path / "notes.txt"
    write_atomically(path, "old")
    seen = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(path.read_text()))
    write_atomically(path, "new")
    assert (seen, path.read_text()) == (["old"], "new")


def test_write_atomically(tmp_path):
    path = tmp_path / "new" / "folder" / "notes.txt"
    write_atomically(path, "é\n")
    assert path.read_bytes() == b"\xc3\xa9\n"
    write_atomically(path, b"\x00\r\n")
    assert path.read_bytes() == b"\x00\r\n"
    assert os.listdir(path.parent) == ["notes.txt"]


def test_home(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.setenv("COURSE_HOME", "")
    assert home() == Path.home() / ".names-course"
    monkeypatch.delenv("COURSE_HOME")
    assert home() == Path.home() / ".names-course"
