"""Value: every operation against the slope of nudging, the graph, and what it refuses."""

import gc
import math
import operator
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from oracle import check_gradients, few, numbers, says

from course_lib.errors import CourseError, CourseTypeError
from course_lib.value import Value, as_value

ROOT = Path(__file__).resolve().parent.parent

positive = st.floats(0.1, 3).map(lambda x: round(x, 3))
nonzero = st.one_of(positive, positive.map(lambda x: -x))

UNARY = {
    "neg": (operator.neg, lambda x: -x, numbers),
    "exp": (Value.exp, math.exp, numbers),
    "log": (Value.log, math.log, positive),
    "relu": (Value.relu, lambda x: max(0.0, x), nonzero),
    "square": (lambda a: a**2, lambda x: x * x, numbers),
    "cube": (lambda a: a**3, lambda x: x * x * x, numbers),
    "reciprocal": (lambda a: a**-1, lambda x: 1 / x, nonzero),
    "root": (lambda a: a**0.5, math.sqrt, positive),
    "inverse root": (lambda a: a**-0.5, lambda x: 1 / math.sqrt(x), positive),
    "power 0": (lambda a: a**0, lambda x: 1.0, numbers),
    "power 1": (lambda a: a**1, lambda x: x, numbers),
}
BINARY = {
    "+": (operator.add, numbers),
    "-": (operator.sub, numbers),
    "*": (operator.mul, numbers),
    "/": (operator.truediv, nonzero),
}


@pytest.mark.parametrize("name", UNARY)
@few
@given(st.data())
def test_operation_of_one_value(name, data):
    operation, plain, inputs = UNARY[name]
    a = Value(data.draw(inputs))
    assert operation(a).data == pytest.approx(plain(a.data), rel=1e-12)
    check_gradients(lambda: operation(a), [a])


@pytest.mark.parametrize("name", BINARY)
@few
@given(numbers, st.data())
def test_operation_of_two_values(name, x, data):
    operation, divisors = BINARY[name]
    a, b = Value(x), Value(data.draw(divisors))
    assert operation(a, b).data == pytest.approx(operation(a.data, b.data), rel=1e-12)
    check_gradients(lambda: operation(a, b), [a, b])


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("number", [2, 2.5, -3, True])
def test_a_number_on_either_side(name, number):
    operation, _ = BINARY[name]
    a = Value(1.7)
    assert operation(a, number).data == pytest.approx(operation(1.7, number), rel=1e-12)
    assert operation(number, a).data == pytest.approx(operation(number, 1.7), rel=1e-12)
    check_gradients(lambda: operation(a, number), [a])
    check_gradients(lambda: operation(number, a), [a])


def test_operations_leave_their_operands_alone():
    a, b = Value(2.0), Value(3.0)
    _ = (a + b, a - b, a * b, a / b, a**2, -a, a.exp(), a.log(), a.relu(), Value.dot([a], [b]))
    assert (a.data, a.grad, a.children) == (2.0, 0.0, ())
    assert (b.data, b.grad, b.children) == (3.0, 0.0, ())


def test_in_place_operators_make_new_values():
    a = b = Value(2.0)
    b += 1
    assert (a.data, b.data) == (2.0, 3.0)


def test_relu_has_slope_0_at_0():
    a = Value(0.0)
    y = a.relu()
    y.backward()
    assert (y.data, a.grad) == (0.0, 0.0)


@few
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6))
def test_dot(pairs):
    a, b = [Value(x) for x, _ in pairs], [Value(y) for _, y in pairs]
    assert Value.dot(a, b).data == pytest.approx(sum(x * y for x, y in pairs), abs=1e-12)
    check_gradients(lambda: Value.dot(a, b), a + b)


@few
@given(st.lists(numbers, min_size=1, max_size=6))
def test_sum(xs):
    values = [Value(x) for x in xs]
    assert Value.sum(values).data == pytest.approx(sum(xs), abs=1e-12)
    check_gradients(lambda: Value.sum(values), values)


def test_dot_and_sum_are_single_nodes():
    a, b = [Value(1.0) for _ in range(5)], [Value(2.0) for _ in range(5)]
    assert len(Value.dot(a, b).topological_order()) == 11
    assert len(Value.sum(a).topological_order()) == 6


def test_dot_of_a_vector_with_itself():
    x = [Value(1.5), Value(-2.0)]
    check_gradients(lambda: Value.dot(x, x), x)
    assert [v.grad for v in x] == [3.0, -4.0]


def test_the_same_value_twice_in_a_sum():
    a = Value(1.5)
    Value.sum([a, a, a]).backward()
    assert a.grad == 3.0


def test_sum_takes_any_iterable_and_may_be_empty():
    assert Value.sum(Value(x) for x in (1.0, 2.0)).data == 3.0
    assert Value.sum([]).data == 0.0
    assert sum([Value(1.0), Value(2.0)]).data == 3.0  # Python's own sum starts at a plain 0


def test_dot_and_sum_do_not_depend_on_the_order():
    xs = [1e16, 1.0, -1e16, 0.1, 3e-17]
    values = [Value(x) for x in xs]
    ones = [Value(1.0)] * 5
    for turned in (values, values[::-1], values[2:] + values[:2]):
        assert Value.sum(turned).data == Value.dot(turned, ones).data == math.fsum(xs)


def random_graph(data, leaves):
    """A function that builds one random expression, in which everything may be used again."""
    steps = data.draw(
        st.lists(
            st.tuples(st.sampled_from("+-*/^elrds"), st.integers(0, 99), st.integers(0, 99)),
            min_size=3,
            max_size=9,
        )
    )

    def build():
        nodes = list(leaves)
        for kind, i, j in steps:
            a, b = nodes[i % len(nodes)], nodes[j % len(nodes)]
            nodes.append(
                {
                    "+": lambda a, b: a + b,
                    "-": lambda a, b: a - b,
                    "*": lambda a, b: a * b,
                    "/": lambda a, b: a / (b * b + 1),
                    "^": lambda a, b: a**2,
                    "e": lambda a, b: (a * 0.1).exp(),
                    "l": lambda a, b: (a * a + 1).log(),
                    "r": lambda a, b: (a * a + 1).relu(),
                    "d": lambda a, b: Value.dot([a, b, a], [b, b, a]),
                    "s": lambda a, b: Value.sum([a, b, a]),
                }[kind](a, b)
            )
            assume(abs(nodes[-1].data) < 100)
        return nodes[-1]

    return build


@few
@given(st.data())
def test_shared_subexpressions(data):
    leaves = [Value(data.draw(numbers)) for _ in range(3)]
    check_gradients(random_graph(data, leaves), leaves)


@few
@given(st.data())
def test_topological_order(data):
    leaves = [Value(data.draw(numbers)) for _ in range(3)]
    result = random_graph(data, leaves)()
    order = result.topological_order()
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order), "a node comes twice"
    assert order[-1] is result
    assert all(place[child] < place[node] for node in order for child in node.children)


def test_where_naive_recursion_goes_wrong():
    a, b = Value(2.0), Value(3.0)
    c, d = a + b, a * b
    ((c + d) + c * d).backward()
    assert (a.grad, b.grad) == (25.0, 19.0)


def test_gradients_accumulate_over_graphs():
    a = Value(3.0)
    (a * 2).backward()
    (a * a).backward()
    assert a.grad == 8.0


def test_backward_twice_adds_what_the_graph_still_holds():
    a, b, c = Value(2.0), Value(3.0), Value(5.0)
    y = (a * b) * c
    y.backward()
    assert (y.grad, a.grad, b.grad, c.grad) == (1.0, 15.0, 10.0, 6.0)
    y.backward()  # the node a * b starts at 5, not at 0: a and b get 10 times more, not 5 times
    assert (y.grad, a.grad, b.grad, c.grad) == (1.0, 45.0, 30.0, 12.0)
    for node in y.topological_order():
        node.grad = 0.0
    y.backward()
    assert (y.grad, a.grad, b.grad, c.grad) == (1.0, 15.0, 10.0, 6.0)


def test_backward_leaves_other_values_alone():
    a, b = Value(2.0), Value(3.0)
    above = a * b * 7
    (a * b).backward()
    assert above.grad == 0.0


def test_a_deep_chain():
    """In a process of its own: an overflow of the C stack would end this one."""
    code = """
        from course_lib.value import Value
        start = chain = Value(1.0)
        for _ in range(100_000):
            chain = chain + 0.5
        assert chain.data == 50_001.0
        chain.backward()
        assert start.grad == 1.0
        assert len(chain.topological_order()) == 200_001
        del chain
        assert start.grad == 1.0
        print("done")
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "done\n", "")


def test_no_reference_cycles():
    gc.freeze()  # what is there already does not count, and need not be gone through
    gc.disable()
    try:
        a = Value(2.0)
        y = Value.dot([a, a * 3, a.exp()], [a, a.log(), 1 / a]) ** 2 - Value.sum([a, a])
        y.backward()
        del y, a
        assert gc.collect() == 0
    finally:
        gc.enable()
        gc.unfreeze()


def test_as_value():
    a = Value(2.0)
    assert as_value(a) is a
    assert as_value(3).data == 3


def test_graph_fields():
    a, b = Value(2.0), Value(3.0)
    y = a * b
    assert (y.children, y.local_grads, y.op) == ((a, b), (3.0, 2.0), "*")
    assert (a.children, a.local_grads, a.op) == ((), (), "")
    assert [v.op for v in (a + b, a**2, a**-0.5, a.exp(), a.log(), a.relu())] == [
        "+",
        "**2",
        "**-0.5",
        "exp",
        "log",
        "relu",
    ]


def test_looks():
    assert repr(Value(1 / 3)) == "Value(data=0.333333, grad=0)"
    assert float(Value(2)) == 2.0


# What it refuses, and says.


@pytest.mark.parametrize("x", [0.0, -0.0, -1.5, 0, -math.inf])
def test_log_of_0_or_below(x):
    with says(f"log({x:g})", "needs a number above 0", "learning rate that is too large"):
        Value(x).log()


def test_exp_too_large():
    with says("exp(1000)", "too large", "subtract the largest logit"):
        Value(1000.0).exp()
    assert Value(-1000.0).exp().data == 0.0


def test_value_to_the_power_of_a_value():
    a, b = Value(2.0), Value(3.0)
    with says("plain number", "not to a Value", "(b * a.log()).exp()", kind=CourseTypeError):
        a**b
    assert isinstance(CourseTypeError(), TypeError)
    assert (b * a.log()).exp().data == pytest.approx(8.0)  # the advice is right


@pytest.mark.parametrize("exponent", ["2", None, [2]])
def test_power_that_is_no_number(exponent):
    with says("plain number", f"not to a {type(exponent).__name__}", kind=CourseTypeError):
        Value(2.0) ** exponent


def test_fractional_power_of_a_negative_number():
    with says("(-8) ** 0.333", "not a real number", "needs a base of 0 or more"):
        Value(-8.0) ** (1 / 3)
    assert (Value(-2.0) ** 3).data == -8.0
    assert (Value(-2.0) ** 2.0).data == 4.0


@pytest.mark.parametrize("exponent", [-1, -0.5, 0.5, 0.999])
def test_power_of_0_without_a_slope(exponent):
    with says(f"0 ** {exponent:g}", "divide by zero", "denominator"):
        Value(0.0) ** exponent


def test_power_of_0_with_a_slope():
    for exponent, slope in ((1, 1.0), (2, 0.0), (1.5, 0.0), (0, 0.0)):
        a = Value(0.0)
        (a**exponent).backward()
        assert a.grad == slope


@pytest.mark.parametrize(
    "divide", [lambda a: a / 0, lambda a: a / Value(0.0), lambda a: 1 / (a - a)]
)
def test_division_by_zero(divide):
    with says("divide by zero", "denominator"):
        divide(Value(2.0))


def test_power_too_large():
    with says("(1e+200) ** 2", "too large", "learning rate"):
        Value(1e200) ** 2


@pytest.mark.parametrize("xs", [[1e308, 1e308], [math.inf, -math.inf]])
def test_sum_too_large(xs):
    values, ones = [Value(x) for x in xs], [Value(1.0)] * 2
    with says("too large"):
        Value.sum(values)
    with says("too large"):
        Value.dot(values, ones)


def test_relu_does_not_hide_nan():
    assert math.isnan(Value(math.nan).relu().data)


def test_a_number_to_the_power_of_a_value():
    a = Value(1.7)
    assert (2**a).data == pytest.approx(2**1.7)
    check_gradients(lambda: 2**a, [a])


@pytest.mark.parametrize("exponent", [math.nan, math.inf])
def test_negative_number_to_the_power_of_none(exponent):
    with says("not a real number"):
        Value(-2.0) ** exponent


def test_dot_of_different_lengths():
    with says("one length", "not 2 and 1"):
        Value.dot([Value(1.0), Value(2.0)], [Value(1.0)])


def test_ipython_shows_the_sentence_alone(tmp_path):
    pytest.importorskip("IPython")
    code = "from course_lib.value import Value; Value(0.0).log()"
    run = subprocess.run(
        [sys.executable, "-m", "IPython", "--colors=NoColor", "-c", code],
        env=os.environ | {"IPYTHONDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    shown = run.stdout.strip()
    assert shown.startswith("CourseError: log(0) does not exist: "), shown
    assert "\n" not in shown


@pytest.mark.parametrize(
    "fail",
    [
        lambda a: a.log(),
        lambda a: (a * -1e4).exp(),
        lambda a: a**0.5,
        lambda a: a ** Value(2.0),
        lambda a: a / 0,
        lambda a: Value.dot([a], []),
    ],
)
def test_a_refused_operation_changes_nothing(fail):
    a = Value(-1.0)
    y = a * 2
    with pytest.raises(CourseError):
        fail(a)
    y.backward()
    assert (a.data, a.grad) == (-1.0, 2.0)


def test_the_neuron_of_lesson_02_with_gradients_that_are_never_cleared():
    """From the lesson's start it learns faster; from another it is stuck at one wrong in four."""
    examples = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 1)]

    def loss_after(start, clear, steps):
        *weights, bias = parameters = [Value(number) for number in start]
        for _ in range(steps):
            errors = []
            for inputs, target in examples:
                raw = Value.dot(weights, [Value(number) for number in inputs]) + bias
                errors.append((1 / (1 + (-raw).exp()) - target) ** 2)
            loss = Value.sum(errors) / 4
            loss.backward()
            for parameter in parameters:
                parameter.data -= 2.0 * parameter.grad
                parameter.grad *= not clear
        return loss.data, max(abs(parameter.grad) for parameter in parameters)

    assert loss_after((0.1, -0.2, 0.0), False, 200)[0] < loss_after((0.1, -0.2, 0.0), True, 200)[0]
    stuck = (0.18, -0.83, -1.31)
    assert loss_after(stuck, True, 200)[0] < 0.01
    assert loss_after(stuck, False, 200)[0] == loss_after(stuck, False, 800)[0] == 0.25
