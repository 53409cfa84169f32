"""Training: the loop that turns documents into weights."""

import gc
import math
from collections.abc import Iterator, Sequence

from course_lib.adam import cosine_decay
from course_lib.errors import CourseError


def training_step(model, optimizer, batch: Sequence[Sequence[int]], learning_rate: float) -> float:
    """Learn from a batch of token sequences: forward, backward, step, clear.

    Returns the loss that it learned from. Serves the scalar model and the one on arrays. Raises
    CourseError, and changes nothing, where the loss is no finite number.
    """
    collecting = gc.isenabled()
    gc.disable()  # a graph has no reference cycles, so looking for them is wasted time
    try:
        loss = model.batch_loss(batch)
        if not math.isfinite(loss.data):
            raise CourseError(
                f"the loss became {loss.data}: the numbers grew too large; "
                "start again with a smaller learning rate."
            )
        loss.backward()
        optimizer.step(learning_rate)
        optimizer.zero_grad()
    finally:
        if collecting:
            gc.enable()
    return loss.data


def train(
    model,
    optimizer,
    sequences: Sequence[Sequence[int]],
    num_steps: int = 500,
    learning_rate: float = 0.01,
    batch_size: int = 1,
    first_step: int = 0,
) -> Iterator[float]:
    """Train step by step, and yield the loss of each step: `for loss in train(...)`.

    sequences: the documents as tokens, taken in order and again from the start after the last;
    the learning rate falls along a cosine. As a generator, it does nothing until it is asked for a
    loss. Raises CourseError where there is no document.
    """
    if not sequences:
        raise CourseError("there is nothing to train on: the list of documents is empty.")
    if batch_size < 1:
        raise CourseError(f"batch_size must be at least 1, not {batch_size}.")
    for step in range(first_step, num_steps):
        first = step * batch_size
        batch = [sequences[i % len(sequences)] for i in range(first, first + batch_size)]
        rate = cosine_decay(step, num_steps, learning_rate)
        yield training_step(model, optimizer, batch, rate)


def evaluate(model, sequences: Sequence[Sequence[int]]) -> float:
    """The mean loss of the documents, without learning from them.

    Raises CourseError where there is no document.
    """
    if not sequences:
        raise CourseError("there is nothing to evaluate: the list of documents is empty.")
    # A few at once: on arrays, that is three times as fast as one by one.
    batches = [sequences[i : i + 4] for i in range(0, len(sequences), 4)]
    total = math.fsum(model.batch_loss(batch).data * len(batch) for batch in batches)
    return total / len(sequences)
