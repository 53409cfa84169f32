"""The rungs of the ladder: the same training step, each written in a faster way."""

import re
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
    leaves_circles: bool = False  # which the collector frees between its steps, off the clock


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


def paused_step(work: Work) -> Step:
    """The same nodes in the library's step, which switches the garbage collector off."""
    from benchmarks import plain

    model = plain.GPT(work.config, work.weights)
    optimizer = adam.Adam(model.parameters())
    return lambda batch, learning_rate: training_step(model, optimizer, batch, learning_rate)


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


# What PyTorch does to an array without touching its numbers: nothing is started for it on a GPU.
BOOKKEEPING = re.compile(
    r"aten::(.*view|.*reshape.*|as_strided|t|transpose|permute|select|slice|split|narrow|unbind|"
    r"unsqueeze|squeeze|expand|alias|detach_?|lift_fresh|resolve_conj|to|type_as|empty.*|"
    r"resize_.*|result_type)"
)


def count_torch_operations(work: Work) -> int:
    """How many operations on numbers PyTorch runs in a training step of one document."""
    from torch.profiler import ProfilerActivity, profile

    step, batch = torch_step(work), work.batch(0, 1)
    step(batch, 0.001)  # the first one also makes Adam's averages
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        step(batch, 0.001)

    def is_work(event) -> bool:
        return event.name.startswith("aten::") and not BOOKKEEPING.fullmatch(event.name)

    return sum(is_work(e) and not any(map(is_work, e.cpu_children)) for e in profiler.events())


PLAIN = Rung("plain: a node per operation", plain_step)
PAUSED = Rung("paused: plain, no collector", paused_step, leaves_circles=True)
DOT = Rung("dots: a node per dot product", dot_step)
VALUE = Rung("Value: a loop, no collector", value_step)


def arrays_rung(batch_size: int = 1) -> Rung:
    return Rung("arrays", arrays_step, batch_size)


def torch_rung(batch_size: int = 1) -> Rung:
    """PyTorch in float32, its own default and its faster choice, though arrays are in float64."""
    return Rung("PyTorch eager", torch_step, batch_size, tolerance=1e-4)
