"""The rungs of the ladder: the same training step, each written in a faster way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from course_lib import adam, arrays, gpt
from course_lib.gpt import GPTConfig, initial_weights
from course_lib.tokenizer import Tokenizer
from course_lib.training import training_step

Batch = Sequence[Sequence[int]]
Step = Callable[[Batch, float], float]  # learn from a batch at a learning rate; returns the loss


@dataclass(frozen=True)
class Work:
    """What every rung starts from."""

    config: GPTConfig
    weights: dict[str, list[list[float]]]
    documents: list[str]  # as they came
    sequences: list[list[int]]  # shuffled

    def batch(self, step: int, size: int) -> Batch:
        """The documents of a step, in order, and again from the start after the last."""
        n = len(self.sequences)
        return [self.sequences[i % n] for i in range(step * size, (step + 1) * size)]


@dataclass(frozen=True)
class Rung:
    """One way to write the step. `make` builds it anew, from the same weights."""

    name: str
    make: Callable[[Work], Step]
    batch_size: int = 1
    tolerance: float = 1e-9  # how far its losses may be from the others'


def work_from(documents: Sequence[str], seed: int = 42, **sizes: int) -> Work:
    """Documents and first weights, drawn as the original program draws them.

    sizes: of `GPTConfig`, where they shall differ from its own.
    """
    rng = Random(seed)
    shuffled = list(documents)
    rng.shuffle(shuffled)
    tokenizer = Tokenizer(shuffled)
    config = GPTConfig(vocab_size=tokenizer.vocab_size, **sizes)
    weights = initial_weights(config, rng)
    return Work(
        config, weights, list(documents), [tokenizer.sequence(document) for document in shuffled]
    )


def plain_step(work: Work) -> Step:
    from benchmarks import plain

    model = plain.GPT(work.config, work.weights)
    optimizer = adam.Adam(model.parameters())

    def step(batch: Batch, learning_rate: float) -> float:
        loss = model.batch_loss(batch)
        loss.backward()
        optimizer.step(learning_rate)
        optimizer.zero_grad()
        return loss.data

    return step


def dot_step(work: Work) -> Step:
    """The course's `Value`, but ordered by recursion, and with the garbage collector at work."""
    from benchmarks import plain

    model = gpt.GPT(work.config, work.weights)
    optimizer = adam.Adam(model.parameters())

    def step(batch: Batch, learning_rate: float) -> float:
        loss = model.batch_loss(batch)
        loss.grad = 1.0
        for node in reversed(plain.topological_order(loss)):
            for child, local_grad in zip(node.children, node.local_grads, strict=True):
                child.grad += local_grad * node.grad
        optimizer.step(learning_rate)
        optimizer.zero_grad()
        return loss.data

    return step


def value_step(work: Work) -> Step:
    model = gpt.GPT(work.config, work.weights)
    optimizer = adam.Adam(model.parameters())
    return lambda batch, learning_rate: training_step(model, optimizer, batch, learning_rate)


def arrays_step(work: Work) -> Step:
    model = arrays.GPT(work.config, work.weights)
    optimizer = arrays.Adam(model.parameters())
    return lambda batch, learning_rate: training_step(model, optimizer, batch, learning_rate)


def one_by_one_step(work: Work) -> Step:
    """A batch without any batching: the documents' gradients one after the other, averaged."""
    model = arrays.GPT(work.config, work.weights)
    optimizer = arrays.Adam(model.parameters())

    def step(batch: Batch, learning_rate: float) -> float:
        losses = [model.loss(tokens) for tokens in batch]
        for loss in losses:
            loss.backward()
        model.parameters().grad /= len(batch)
        optimizer.step(learning_rate)
        optimizer.zero_grad()
        return sum(loss.data for loss in losses) / len(batch)

    return step


def torch_step(work: Work, dtype: str = "float32") -> Step:
    import torch

    from benchmarks import torch_twin

    model = torch_twin.GPT(work.config, work.weights, getattr(torch, dtype))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.9, 0.95), eps=1e-8)

    def step(batch: Batch, learning_rate: float) -> float:
        optimizer.param_groups[0]["lr"] = learning_rate
        loss = model.batch_loss(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


PLAIN = Rung("plain: a node per operation", plain_step)
DOT = Rung("dots: a node per dot product", dot_step)
VALUE = Rung("Value: no recursion, no collector", value_step)


def arrays_rung(batch_size: int = 1) -> Rung:
    return Rung("arrays", arrays_step, batch_size)


def torch_rung(batch_size: int = 1) -> Rung:
    """PyTorch in float32, its own default and its faster choice, though arrays are in float64."""
    return Rung("PyTorch eager", torch_step, batch_size, tolerance=1e-4)
