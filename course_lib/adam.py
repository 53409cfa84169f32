"""Adam: gradient descent with a memory."""

import math
from collections.abc import Sequence

from course_lib.value import Value


class Adam:
    """An update for each parameter from two moving averages: of its gradient and of its square.

    Kingma and Ba 2015, with bias correction.
    """

    def __init__(
        self,
        parameters: Sequence[Value],
        beta1: float = 0.9,
        beta2: float = 0.95,
        epsilon: float = 1e-8,
    ):
        self.parameters = parameters
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.mean = [0.0] * len(parameters)  # moving average of the gradient
        self.square = [0.0] * len(parameters)  # moving average of its square
        self.steps = 0

    def step(self, learning_rate: float) -> None:
        """Move every parameter against its averaged gradient."""
        self.steps += 1
        mean_correction = 1 - self.beta1**self.steps  # both averages started at 0
        square_correction = 1 - self.beta2**self.steps
        for i, p in enumerate(self.parameters):
            self.mean[i] = self.beta1 * self.mean[i] + (1 - self.beta1) * p.grad
            self.square[i] = self.beta2 * self.square[i] + (1 - self.beta2) * p.grad**2
            mean = self.mean[i] / mean_correction
            square = self.square[i] / square_correction
            p.data -= learning_rate * mean / (math.sqrt(square) + self.epsilon)

    def zero_grad(self) -> None:
        """Forget the gradients, before the next backward pass adds its own."""
        for p in self.parameters:
            p.grad = 0.0


def cosine_decay(step: int, num_steps: int, learning_rate: float) -> float:
    """The learning rate at `step` (from 0): it falls from `learning_rate` to 0 on half a cosine."""
    return learning_rate * 0.5 * (1 + math.cos(math.pi * step / num_steps))
