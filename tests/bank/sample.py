"""Answers to the sample lesson."""

import statistics
from fractions import Fraction

from bank import right, wrong


@right("sample.mean")
def mean(xs):
    total = 0
    for x in xs:
        total += x
    return total / len(xs)


@right("sample.mean")
def mean(numbers):
    return Fraction(statistics.mean(map(Fraction, numbers)))


@wrong("sample.mean", says="that is the sum")
def mean(xs):
    return sum(xs)


@wrong("sample.mean", says="one number too few")
def mean(xs):
    return sum(xs) / (len(xs) - 1)


@wrong("sample.mean", says="the median")
def mean(xs):
    return sorted(xs)[len(xs) // 2]


@wrong("sample.mean", says="is there a `return`?")
def mean(xs):
    print(sum(xs) / len(xs))


@wrong("sample.mean", says="changed its input")
def mean(xs):
    n = len(xs)
    total = 0
    while xs:
        total += xs.pop()
    return total / n


@wrong("sample.mean", says="is not a number: was 0 divided by 0")
def mean(xs):
    return float("nan")


@wrong("sample.mean", says="is a list, where a number is expected")
def mean(xs):
    return [sum(xs) / len(xs)]


@wrong("sample.mean", says="is a string, where a number is expected")
def mean(xs):
    return str(sum(xs) / len(xs))


@wrong("sample.mean", says="a generator")
def mean(xs):
    yield sum(xs) / len(xs)


@right("sample.slope")
def slope(f, x, h):
    return (f(x) - f(x + h)) / -h


@right("sample.slope")
def slope(g, at, step=1e-3):
    return (g(at + step) - g(at)) / step


@wrong("sample.slope", says="that is the rise")
def slope(f, x, h):
    return f(x + h) - f(x)


@wrong("sample.slope", says="downhill")
def slope(f, x, h):
    return (f(x) - f(x + h)) / h


@wrong("sample.slope", says="turn it over")
def slope(f, x, h):
    return h / (f(x + h) - f(x))


@wrong("sample.slope", says="is expected")
def slope(f, x, h):
    return f(x + h) / h


@wrong("sample.slope", says="missing its brackets")
def slope(f, x, h):
    return lambda: (f(x + h) - f(x)) / h


right("sample.squares")((1.0, 4, 9, 16))
right("sample.squares")([n * n for n in range(1, 5)])
wrong("sample.squares", says="doubles")([2, 4, 6, 8])
wrong("sample.squares", says="start with 1")([0, 1, 4, 9])
wrong("sample.squares", says="cubes")([1, 8, 27, 64])
wrong("sample.squares", says="has 3 items, where 4 are expected")([1, 4, 9])
wrong("sample.squares", says="at position 3 is `15`, where `16`")([1, 4, 9, 15])
wrong("sample.squares", says="is a string, where a list")("1, 4, 9, 16")


@right("sample.Counter")
class Counter:
    def __init__(self, start=0):
        self.count = start

    def add(self):
        self.count = self.count + 1


@right("sample.Counter")
class Counter(Counter):
    pass


@wrong("sample.Counter", says="do not set it")
class Counter:
    def __init__(self):
        self.count = 0

    def add(self):
        self.count = 1


@wrong("sample.Counter", says="`Counter().count` is `1`")
class Counter:
    def __init__(self):
        self.count = 1

    def add(self):
        self.count += 1


@wrong("sample.Counter", says="a second Counter().count")
class Counter:
    seen = []  # noqa: RUF012 (the mistake)

    @property
    def count(self):
        return len(self.seen)

    def add(self):
        self.seen.append(1)


@wrong("sample.Counter", says="is `4`, where `2`")
class Counter:
    count = 0

    def add(self):
        self.count += 2


@wrong("sample.Counter", says="missing its brackets")
class Counter:
    def count(self):
        return 0
