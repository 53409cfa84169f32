"""The command line: `python -m course_lib train` and `python -m course_lib sample`."""

import argparse
import json
import math
import signal
import sys
from pathlib import Path
from random import Random

from course_lib import names
from course_lib.checkpoint import load_checkpoint, save_checkpoint
from course_lib.errors import CourseError
from course_lib.gpt import GPTConfig, initial_weights
from course_lib.home import write_atomically
from course_lib.sampling import probabilities, sample
from course_lib.tokenizer import Tokenizer
from course_lib.training import train


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except CourseError as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def run_train(options: argparse.Namespace) -> int:
    """Train a model on a file of documents, then print samples."""
    probabilities([0.0], options.temperature)  # a bad temperature is refused before the training
    _check_folders(options.save, options.json)
    documents = names.load(options.data)
    rng = Random(options.seed)  # one generator for shuffle, weights and samples, in this order
    rng.shuffle(documents)
    tokenizer = Tokenizer(documents)
    config = GPTConfig(
        vocab_size=tokenizer.vocab_size,
        n_embd=options.n_embd,
        n_head=options.n_head,
        n_layer=options.n_layer,
        block_size=options.block_size,
    )
    model, optimizer = _engine(options.engine, config, initial_weights(config, rng))
    sequences = [tokenizer.sequence(document) for document in documents]
    losses = _train_with_progress(
        train(model, optimizer, sequences, options.steps, options.learning_rate), options.steps
    )
    if options.save:
        save_checkpoint(options.save, model, tokenizer)
        print(f"saved: {options.save}")
    if len(losses) < options.steps:
        print(f"stopped after {len(losses)} of {options.steps} steps")
        return 130
    samples = [sample(model, tokenizer, rng, options.temperature) for _ in range(options.samples)]
    for text in samples:
        print(text)
    if options.json:
        rows_columns = config.shapes().values()
        results = {
            "num_docs": len(documents),
            "vocab_size": tokenizer.vocab_size,
            "num_params": sum(rows * columns for rows, columns in rows_columns),
            "losses": losses,
            "samples": samples,
        }
        try:
            write_atomically(Path(options.json), json.dumps(results, indent=1) + "\n")
        except OSError as error:
            raise CourseError(
                f"the results could not be written to {options.json} ({error.strerror}): "
                "choose another place."
            ) from None
    return 0


def run_sample(options: argparse.Namespace) -> int:
    """Print samples of a saved model."""
    config, weights, tokenizer = load_checkpoint(options.load)
    model, _ = _engine("scalar", config, weights)
    rng = Random(options.seed)
    for _ in range(options.samples):
        print(sample(model, tokenizer, rng, options.temperature))
    return 0


def _engine(name: str, config: GPTConfig, weights):
    """A model and its optimizer: on scalars, or on arrays."""
    if name == "arrays":
        try:
            from course_lib.arrays import GPT, Adam
        except ModuleNotFoundError as error:
            raise CourseError(
                f"the arrays engine needs {error.name}, which is not installed: "
                "use --engine scalar, or the course's own Python, which course.py puts in .venv."
            ) from None
    else:
        from course_lib.adam import Adam
        from course_lib.gpt import GPT
    model = GPT(config, weights)
    return model, Adam(model.parameters())


def _train_with_progress(steps, num_steps: int) -> list[float]:
    """The losses of the steps, with a progress bar; Ctrl-C ends after the step under way."""
    stop = False

    def ask_to_stop(signum, frame):
        nonlocal stop
        stop = True

    losses: list[float] = []
    previous = signal.signal(signal.SIGINT, ask_to_stop)
    try:
        for loss in steps:
            losses.append(loss)
            _show_progress(len(losses), num_steps, loss)
            if stop:
                break
    finally:
        signal.signal(signal.SIGINT, previous)
        if losses and sys.stderr.isatty():
            print(file=sys.stderr)
    return losses


def _show_progress(done: int, num_steps: int, loss: float) -> None:
    if sys.stderr.isatty():
        bar = "█" * (30 * done // num_steps)
        print(f"\r{bar:·<30} step {done}/{num_steps}  loss {loss:.4f}", end="", file=sys.stderr)
    elif done % 100 == 0 or done == num_steps:
        print(f"step {done}/{num_steps}  loss {loss:.4f}", file=sys.stderr)


def _check_folders(*paths: str | None) -> None:
    for path in filter(None, paths):
        if Path(path).is_dir() or not Path(path).resolve().parent.is_dir():
            raise CourseError(
                f"nothing can be written to {path}: give a file name in a folder that exists."
            )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m course_lib", description="A tiny GPT: train it, let it invent names."
    )
    commands = parser.add_subparsers(dest="command", required=True)

    training = commands.add_parser("train", help="train a model, then print samples")
    training.set_defaults(run=run_train)
    training.add_argument("--data", metavar="FILE", help="one document a line (default: names)")
    training.add_argument("--steps", type=_count, default=500)
    training.add_argument("--n-embd", type=_count, default=16)
    training.add_argument("--n-head", type=_count, default=4)
    training.add_argument("--n-layer", type=_count, default=1)
    training.add_argument("--block-size", type=_count, default=8)
    training.add_argument("--learning-rate", type=_rate, default=0.01)
    training.add_argument("--engine", choices=("scalar", "arrays"), default="scalar")
    training.add_argument("--save", metavar="FILE", help="keep the model as a checkpoint")
    training.add_argument("--json", metavar="FILE", help="write losses and samples as JSON")

    sampling = commands.add_parser("sample", help="print samples of a saved model")
    sampling.set_defaults(run=run_sample)
    sampling.add_argument("--load", metavar="FILE", required=True)

    for command in (training, sampling):
        command.add_argument("--seed", type=int, default=42)
        command.add_argument("--temperature", type=float, default=0.5)
        command.add_argument("--samples", type=_count_or_none, default=20)
    return parser


def _count(text: str) -> int:
    return _number(text, int, 1)


def _count_or_none(text: str) -> int:
    return _number(text, int, 0)


def _rate(text: str) -> float:
    return _number(text, float, 0)


def _number(text: str, kind: type, least: int) -> float:
    try:
        number = kind(text)
    except ValueError:
        number = math.nan
    if not least <= number < math.inf:
        what = "whole number" if kind is int else "number"
        raise argparse.ArgumentTypeError(f"{text!r} is not a {what} of at least {least}")
    return number


if __name__ == "__main__":
    sys.exit(main())
