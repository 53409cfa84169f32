"""Answers to lesson 05."""

import math
import random

from bank import right, wrong
from course_lib.value import Value

# --- embed


@right("layers.embed")
def embed(token, position, wte, wpe):
    result = []
    for column in range(len(wte[0])):
        result.append(wte[token][column] + wpe[position][column])
    return result


@right("layers.embed")
def embed(token, position, wte, wpe):
    return tuple(map(lambda t, p: p + t, wte[token], wpe[position]))


@right("layers.embed")
def embed(token, position, wte, wpe):
    import numpy as np

    return np.array(wte)[token] + np.array(wpe)[position]


@wrong("layers.embed", says="joins one to the end of the other")
def embed(token, position, wte, wpe):
    return wte[token] + wpe[position]


@wrong("layers.embed", says="the position has one to add")
def embed(token, position, wte, wpe):
    return wte[token]


@wrong("layers.embed", says="the token has one to add")
def embed(token, position, wte, wpe):
    return wpe[position]


@wrong("layers.embed", says="token and position changed places")
def embed(token, position, wte, wpe):
    return [t + p for t, p in zip(wte[position], wpe[token], strict=True)]


@wrong("layers.embed", says="both rows were picked by the token")
def embed(token, position, wte, wpe):
    return [t + p for t, p in zip(wte[token], wpe[token], strict=True)]


@wrong("layers.embed", says="multiplied; they are added")
def embed(token, position, wte, wpe):
    return [t * p for t, p in zip(wte[token], wpe[position], strict=True)]


@wrong("layers.embed", says="a single number")
def embed(token, position, wte, wpe):
    return sum(wte[token]) + sum(wpe[position])


@wrong("layers.embed", says="changed its input")
def embed(token, position, wte, wpe):
    for column, p in enumerate(wpe[position]):
        wte[token][column] += p
    return wte[token]


@wrong("layers.embed", says="remembers nothing")
def embed(token, position, wte, wpe):
    return [float(t) + float(p) for t, p in zip(wte[token], wpe[position], strict=True)]


@wrong("layers.embed", says="a table of its own, wpe")
def embed(token, position, wte, wpe):
    return [t + p for t, p in zip(wte[token], wte[position], strict=True)]


# --- linear


@right("layers.linear")
def linear(x, weight):
    result = []
    for row in weight:
        total = 0
        for w, xi in zip(row, x, strict=True):
            total = total + w * xi
        result.append(total)
    return result


@right("layers.linear")
def linear(x, weight):
    return tuple(Value.dot(x, weight[i]) for i in range(len(weight)))


@right("layers.linear")
def linear(x, weight):
    return [Value.sum(w * xi for w, xi in zip(row, x, strict=True)) for row in weight]


@wrong("layers.linear", says="x met the columns")
def linear(x, weight):
    return [sum(w * xi for w, xi in zip(column, x)) for column in zip(*weight)]  # noqa: B905


@wrong("layers.linear", says="still apart")
def linear(x, weight):
    return [[w * xi for w, xi in zip(row, x, strict=True)] for row in weight]


@wrong("layers.linear", says="each row gives a number of its own")
def linear(x, weight):
    total = 0
    for row in weight:
        total += Value.dot(row, x)
    return total


@wrong("layers.linear", says="Is the `return` inside the loop?")
def linear(x, weight):
    result = []
    for row in weight:
        result.append(Value.dot(row, x))
        return result


@wrong("layers.linear", says="as a bare number")
def linear(x, weight):
    for row in weight:
        return Value.dot(row, x)


@wrong("layers.linear", says="those are means")
def linear(x, weight):
    return [Value.dot(row, x) / len(x) for row in weight]


@wrong("layers.linear", says="A row meets the whole of x")
def linear(x, weight):
    return [sum(row) * xi for row, xi in zip(weight, x)]  # noqa: B905


@wrong("layers.linear", says="remembers nothing")
def linear(x, weight):
    return [Value.dot(row, x).data for row in weight]


@right("layers.linear")
def linear(x, weight):
    import numpy as np

    return np.array(weight) @ np.array(x)


@wrong("layers.linear", says="collect all of them")
def linear(x, weight):
    for row in weight:
        result = [Value.dot(row, x)]
    return result


@wrong("layers.linear", says="the last row, as a bare number")
def linear(x, weight):
    for row in weight:
        y = Value.dot(row, x)
    return y


@wrong("layers.linear", says="no slope comes back")
def linear(x, weight):
    return [Value(Value.dot(row, x).data) for row in weight]


# --- rmsnorm


@right("layers.rmsnorm")
def rmsnorm(x, epsilon=1e-5):
    squares = [xi * xi for xi in x]
    mean_square = Value.sum(squares) / len(x)
    scale = (mean_square + epsilon) ** -0.5
    return [xi * scale for xi in x]


@right("layers.rmsnorm")
def rmsnorm(x):
    total = 0
    for xi in x:
        total = total + xi**2
    root = (total / len(x) + 0.00001) ** 0.5
    return [xi / root for xi in x]


@wrong("layers.rmsnorm", says="ε is missing. Small vectors")
def rmsnorm(x):
    scale = (Value.dot(x, x) / len(x)) ** -0.5
    return [xi * scale for xi in x]


@wrong("layers.rmsnorm", says="outside of the root")
def rmsnorm(x, epsilon=1e-5):
    rms = (Value.dot(x, x) / len(x)) ** 0.5
    return [xi / (rms + epsilon) for xi in x]


@wrong("layers.rmsnorm", says="which is in the `** -0.5`")
def rmsnorm(x, epsilon=1e-5):
    scale = (Value.dot(x, x) / len(x)) ** -0.5 + epsilon
    return [xi * scale for xi in x]


@wrong("layers.rmsnorm", says="was added to the result")
def rmsnorm(x, epsilon=1e-5):
    rms = (Value.dot(x, x) / len(x)) ** 0.5
    return [xi / rms + epsilon for xi in x]


@wrong("layers.rmsnorm", says="Take their mean")
def rmsnorm(x, epsilon=1e-5):
    scale = (Value.dot(x, x) + epsilon) ** -0.5
    return [xi * scale for xi in x]


@wrong("layers.rmsnorm", says="Take their mean")
def rmsnorm(x):
    scale = Value.dot(x, x) ** -0.5
    return [xi * scale for xi in x]


@wrong("layers.rmsnorm", says="divided by its own size")
def rmsnorm(x, epsilon=1e-5):
    return [xi * (xi * xi + epsilon) ** -0.5 for xi in x]


@wrong("layers.rmsnorm", says="the root is missing")
def rmsnorm(x, epsilon=1e-5):
    mean_square = Value.dot(x, x) / len(x) + epsilon
    return [xi / mean_square for xi in x]


@wrong("layers.rmsnorm", says="divide by it")
def rmsnorm(x, epsilon=1e-5):
    scale = (Value.dot(x, x) / len(x) + epsilon) ** 0.5
    return [xi * scale for xi in x]


@wrong("layers.rmsnorm", says="the mean size of the numbers")
def rmsnorm(x):
    mean_size = sum(xi if xi.data > 0 else -xi for xi in x) / len(x)
    return [xi / mean_size for xi in x]


@wrong("layers.rmsnorm", says="That is another norm, LayerNorm")
def rmsnorm(x, epsilon=1e-5):
    mean = Value.sum(x) / len(x)
    centred = [xi - mean for xi in x]
    scale = (Value.dot(centred, centred) / len(x) + epsilon) ** -0.5
    return [xi * scale for xi in centred]


@wrong("layers.rmsnorm", says="that is the scale alone")
def rmsnorm(x, epsilon=1e-5):
    return (Value.dot(x, x) / len(x) + epsilon) ** -0.5


@wrong("layers.rmsnorm", says="that of this model is 1e-5")
def rmsnorm(x, epsilon=1e-8):
    scale = (Value.dot(x, x) / len(x) + epsilon) ** -0.5
    return [xi * scale for xi in x]


@wrong("layers.rmsnorm", says="does not know that it depends on x")
def rmsnorm(x, epsilon=1e-5):
    rms = math.sqrt(Value.dot(x, x) / len(x) + epsilon)
    return [xi / rms for xi in x]


@wrong("layers.rmsnorm", says="remembers nothing")
def rmsnorm(x, epsilon=1e-5):
    rms = math.sqrt(Value.dot(x, x) / len(x) + epsilon)
    return [xi.data / rms for xi in x]


@wrong("layers.rmsnorm", says="changed its input")
def rmsnorm(x, epsilon=1e-5):
    scale = (Value.dot(x, x) / len(x) + epsilon) ** -0.5
    for i in range(len(x)):
        x[i] = x[i] * scale
    return x


@wrong("layers.rmsnorm", says="you squared the mean")
def rmsnorm(x, epsilon=1e-5):
    mean = Value.sum(x) / len(x)
    scale = (mean * mean + epsilon) ** -0.5
    return [xi * scale for xi in x]


@wrong("layers.rmsnorm", says="the largest number")
def rmsnorm(x):
    largest = max(abs(xi.data) for xi in x)
    return [xi / largest for xi in x]


@wrong("layers.rmsnorm", says="x as it came in")
def rmsnorm(x, epsilon=1e-5):
    scale = (Value.dot(x, x) / len(x) + epsilon) ** -0.5
    for xi in x:
        xi = xi * scale
    return x


# --- parameters


@right("layers.parameters")
def parameters(state_dict):
    found = []
    for name in state_dict:
        for row in state_dict[name]:
            found.extend(row)
    return found


@right("layers.parameters")
def parameters(state_dict):
    return tuple(p for matrix in state_dict.values() for row in matrix for p in row)


@wrong("layers.parameters", says="those are the rows")
def parameters(state_dict):
    return [row for matrix in state_dict.values() for row in matrix]


@wrong("layers.parameters", says="those are whole matrices")
def parameters(state_dict):
    return list(state_dict.values())


@wrong("layers.parameters", says="those are the names")
def parameters(state_dict):
    return list(state_dict.keys())


@wrong("layers.parameters", says="the answer is the list of them")
def parameters(state_dict):
    return sum(len(row) for matrix in state_dict.values() for row in matrix)


@wrong("layers.parameters", says="Is the `return` inside the loop?")
def parameters(state_dict):
    found = []
    for matrix in state_dict.values():
        for row in matrix:
            found += row
        return found


@wrong("layers.parameters", says="was the list begun anew")
def parameters(state_dict):
    for matrix in state_dict.values():
        found = []
        for row in matrix:
            found += row
    return found


@wrong("layers.parameters", says="column by column")
def parameters(state_dict):
    return [p for m in state_dict.values() for column in zip(*m, strict=True) for p in column]


@wrong("layers.parameters", says="the first row of each matrix")
def parameters(state_dict):
    return [p for matrix in state_dict.values() for p in matrix[0]]


@wrong("layers.parameters", says="the very Values of the state dict")
def parameters(state_dict):
    return [p.data for matrix in state_dict.values() for row in matrix for p in row]


@wrong("layers.parameters", says="the very Values of the state dict")
def parameters(state_dict):
    return [Value(p.data) for matrix in state_dict.values() for row in matrix for p in row]


@wrong("layers.parameters", says="letters of the names")
def parameters(state_dict):
    found = []
    for matrix in state_dict:
        for row in matrix:
            for value in row:
                found.append(value)
    return found


# --- parameter_matrix


@right("layers.parameter_matrix")
def parameter_matrix(rows, columns, std, rng):
    matrix = []
    for _ in range(rows):
        row = []
        for _ in range(columns):
            row.append(Value(rng.gauss(0, std)))
        matrix.append(row)
    return matrix


@right("layers.parameter_matrix")
def parameter_matrix(rows, columns, std, rng):
    matrix = [[None] * columns for _ in range(rows)]
    for row in matrix:
        for column in range(columns):
            row[column] = Value(rng.gauss(0.0, std))
    return matrix


@wrong("layers.parameter_matrix", says="all rows are one list")
def parameter_matrix(rows, columns, std, rng):
    row = []
    for _ in range(columns):
        row.append(Value(rng.gauss(0, std)))
    return [row] * rows


@wrong("layers.parameter_matrix", says="all rows are one list")
def parameter_matrix(rows, columns, std, rng):
    matrix = [[None] * columns] * rows
    for row in matrix:
        for column in range(columns):
            row[column] = Value(rng.gauss(0, std))
    return matrix


@wrong("layers.parameter_matrix", says="one Value stands in several places")
def parameter_matrix(rows, columns, std, rng):
    return [[Value(rng.gauss(0, std))] * columns for _ in range(rows)]


@wrong("layers.parameter_matrix", says="one Value stands in several places")
def parameter_matrix(rows, columns, std, rng):
    row = [Value(rng.gauss(0, std)) for _ in range(columns)]
    return [row[:] for _ in range(rows)]


@wrong("layers.parameter_matrix", says="draws nothing from `rng`")
def parameter_matrix(rows, columns, std, rng):
    return [[Value(random.gauss(0, std)) for _ in range(columns)] for _ in range(rows)]


@wrong("layers.parameter_matrix", says="draws nothing from `rng`")
def parameter_matrix(rows, columns, std, rng):
    return [[Value(0.0) for _ in range(columns)] for _ in range(rows)]


@wrong("layers.parameter_matrix", says="rows and columns changed places")
def parameter_matrix(rows, columns, std, rng):
    return [[Value(rng.gauss(0, std)) for _ in range(rows)] for _ in range(columns)]


@wrong("layers.parameter_matrix", says="drawn column by column")
def parameter_matrix(rows, columns, std, rng):
    matrix = [[] for _ in range(rows)]
    for _ in range(columns):
        for row in matrix:
            row.append(Value(rng.gauss(0, std)))
    return matrix


@wrong("layers.parameter_matrix", says="the std was squared")
def parameter_matrix(rows, columns, std, rng):
    return [[Value(rng.gauss(0, std**2)) for _ in range(columns)] for _ in range(rows)]


@wrong("layers.parameter_matrix", says="the std was ignored")
def parameter_matrix(rows, columns, std, rng):
    return [[Value(rng.gauss(0, 1)) for _ in range(columns)] for _ in range(rows)]


@wrong("layers.parameter_matrix", says="mean and std changed places")
def parameter_matrix(rows, columns, std, rng):
    return [[Value(rng.gauss(std, 0)) for _ in range(columns)] for _ in range(rows)]


@wrong("layers.parameter_matrix", says="that is one long list")
def parameter_matrix(rows, columns, std, rng):
    return [Value(rng.gauss(0, std)) for _ in range(rows * columns)]


@wrong("layers.parameter_matrix", says="Is the `return` inside the loop?")
def parameter_matrix(rows, columns, std, rng):
    matrix = []
    for _ in range(rows):
        matrix.append([Value(rng.gauss(0, std)) for _ in range(columns)])
        return matrix


@wrong("layers.parameter_matrix", says="wrap each draw")
def parameter_matrix(rows, columns, std, rng):
    return [[rng.gauss(0, std) for _ in range(columns)] for _ in range(rows)]


@wrong("layers.parameter_matrix", says="always 0.02")
def parameter_matrix(rows, columns, std, rng):
    return [[Value(rng.gauss(0, 0.02)) for _ in range(columns)] for _ in range(rows)]


@wrong("layers.parameter_matrix", says="all rows hold the same numbers")
def parameter_matrix(rows, columns, std, rng):
    row = [rng.gauss(0, std) for _ in range(columns)]
    return [[Value(number) for number in row] for _ in range(rows)]
