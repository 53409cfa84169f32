"""Autograd: a number that remembers how it was computed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from operator import mul

from course_lib.errors import CourseError, CourseTypeError


class Value:
    """A number in a computation graph.

    `children` are the values it was computed from, `local_grads` its derivative with respect to
    each of them, in the same order, and `op` the symbol of the operation. `grad` is the derivative
    of the result on which `backward` was called with respect to this value.
    """

    __slots__ = ("children", "data", "grad", "local_grads", "op")

    def __init__(
        self,
        data: float,
        children: Sequence[Value] = (),
        local_grads: Sequence[float] = (),
        op: str = "",
    ):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.local_grads = local_grads
        self.op = op

    def __add__(self, other: Value | float) -> Value:
        other = as_value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0), "+")

    def __mul__(self, other: Value | float) -> Value:
        other = as_value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data), "*")

    def __pow__(self, exponent: float) -> Value:
        """`self ** exponent` for a plain number as exponent."""
        if not isinstance(exponent, (int, float)):
            raise CourseTypeError(
                "a Value can be raised to a plain number only, not to a "
                f"{type(exponent).__name__}: write (b * a.log()).exp() for a ** b."
            )
        if self.data < 0 and not float(exponent).is_integer():
            raise CourseError(
                f"({self.data:g}) ** {exponent:g} is not a real number: "
                "a fractional power needs a base of 0 or more."
            )
        if self.data == 0 and exponent < 1 and exponent != 0:
            raise CourseError(
                f"0 ** {exponent:g} would divide by zero, in its value or in its slope: "
                "check what the base, or the denominator, was made of."
            )
        try:
            power = self.data**exponent
            slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
        except OverflowError:
            raise CourseError(
                f"({self.data:g}) ** {exponent:g} is too large for a float: "
                "a learning rate that is too large often lets numbers grow like this."
            ) from None
        return Value(power, (self,), (slope,), f"**{exponent:g}")

    def exp(self) -> Value:
        try:
            power = math.exp(self.data)
        except OverflowError:
            raise CourseError(
                f"exp({self.data:g}) is too large for a float (the limit is about exp(709)): "
                "in a softmax, subtract the largest logit first."
            ) from None
        return Value(power, (self,), (power,), "exp")

    def log(self) -> Value:
        """The natural logarithm."""
        if self.data <= 0:
            raise CourseError(
                f"log({self.data:g}) does not exist: the logarithm needs a number above 0; "
                "a probability that reached 0 often means a learning rate that is too large."
            )
        return Value(math.log(self.data), (self,), (1.0 / self.data,), "log")

    def relu(self) -> Value:
        """`max(0, self)`, with slope 0 at 0 by convention."""
        slope = 1.0 if self.data > 0 else 0.0
        return Value(max(self.data, 0.0), (self,), (slope,), "relu")

    @staticmethod
    def sum(values: Iterable[Value]) -> Value:
        """All the values added up in a single node."""
        values = tuple(values)
        return Value(_total(_data(values)), values, (1.0,) * len(values), "sum")

    @staticmethod
    def dot(a: Sequence[Value], b: Sequence[Value]) -> Value:
        """a[0]·b[0] + a[1]·b[1] + … in a single node: the slope for each factor is the other one.

        Raises CourseError where the lengths differ.
        """
        if len(a) != len(b):
            raise CourseError(
                f"a dot product needs two vectors of one length, not {len(a)} and {len(b)}."
            )
        a_data, b_data = _data(a), _data(b)
        return Value(_total(map(mul, a_data, b_data)), (*a, *b), (*b_data, *a_data), "dot")

    def topological_order(self) -> list[Value]:
        """This value and all that it was computed from, each one after its children."""
        order: list[Value] = []
        seen = {self}
        path = [(self, iter(self.children))]  # a stack of our own: no recursion limit
        while path:
            node, children = path[-1]
            for child in children:
                if child not in seen:
                    seen.add(child)
                    path.append((child, iter(child.children)))
                    break
            else:
                path.pop()
                order.append(node)
        return order

    def backward(self) -> None:
        """Add to the `grad` of every value below this one the derivative of this one.

        Once for each graph: a second call would hand on what the first has left in between.
        """
        self.grad = 1.0
        for node in reversed(self.topological_order()):
            for child, local_grad in zip(node.children, node.local_grads, strict=True):
                child.grad += local_grad * node.grad

    # The rest follows from the operations above.
    def __neg__(self) -> Value:
        return self * -1.0

    def __sub__(self, other: Value | float) -> Value:
        return self + -as_value(other)

    def __truediv__(self, other: Value | float) -> Value:
        return self * as_value(other) ** -1.0

    def __radd__(self, other: float) -> Value:
        return self + other

    def __rmul__(self, other: float) -> Value:
        return self * other

    def __rsub__(self, other: float) -> Value:
        return as_value(other) - self

    def __rtruediv__(self, other: float) -> Value:
        return as_value(other) / self

    def __rpow__(self, base: float) -> Value:
        return (self * as_value(base).log()).exp()

    def __float__(self) -> float:
        return float(self.data)

    def __repr__(self) -> str:
        return f"Value(data={self.data:.6g}, grad={self.grad:.6g})"


def as_value(number: Value | float) -> Value:
    """The number itself if it is a Value already, else a new leaf that holds it."""
    return number if isinstance(number, Value) else Value(number)


def _data(values: Iterable[Value]) -> list[float]:
    """The numbers in the values."""
    try:
        return [v.data for v in values]
    except AttributeError:
        raise CourseTypeError(
            "sums and dot products are made of Values: put Value(...) around each plain number."
        ) from None


def _total(numbers: Iterable[float]) -> float:
    """Their sum, rounded once at the end: the same digits in any order and on every Python."""
    try:
        return math.fsum(numbers)
    except (OverflowError, ValueError):
        raise CourseError(
            "the sum is too large for a float: "
            "a learning rate that is too large often lets numbers grow like this."
        ) from None
