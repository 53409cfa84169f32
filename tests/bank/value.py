"""Answers to lesson 02."""
# ruff: noqa: B905

import math
from collections import deque

from bank import right, wrong
from course_lib.value import Value as Finished


class Value:
    """A student's own class, as the lesson builds it, with what it has put into it by then."""

    def __init__(self, data, children=(), local_grads=(), op=""):
        self.data = data
        self.children = children
        self.local_grads = local_grads
        self.grad = 0.0
        self.op = op


class Named(Finished):
    """A subclass of the finished Value."""

    __slots__ = ("name",)


# --- mul ---


@right("value.mul")
def mul(self, other):
    local_grads = (other.data, self.data)
    return Value(self.data * other.data, (self, other), local_grads, "*")


@right("value.mul")
def mul(a, b):
    return Finished(a.data * b.data, [b, a], [a.data, b.data])


@right("value.mul")
def mul(self, other):
    other = other if isinstance(other, Value) else Value(other)
    return Named(self.data * other.data, (self, other), (other.data, self.data))


@wrong("value.mul", says="they changed places")
def mul(self, other):
    return Value(self.data * other.data, (self, other), (self.data, other.data), "*")


@wrong("value.mul", says="those are the slopes of a sum")
def mul(self, other):
    return Value(self.data * other.data, (self, other), (1.0, 1.0), "*")


@wrong("value.mul", says="that is the product itself")
def mul(self, other):
    product = self.data * other.data
    return Value(product, (self, other), (product, product), "*")


@wrong("value.mul", says="that is the same factor twice")
def mul(self, other):
    return Value(self.data * other.data, (self, other), (other.data, other.data), "*")


@wrong("value.mul", says="the local gradients of `mul(Value(2), Value(5))` are Values")
def mul(self, other):
    return Value(self.data * other.data, (self, other), (other, self), "*")


@wrong("value.mul", says="does not remember `self` and `other`")
def mul(self, other):
    return Value(self.data * other.data)


@wrong("value.mul", says="plain number")
def mul(self, other):
    return self.data * other.data


@wrong("value.mul", says="changed the number in `self`")
def mul(self, other):
    self.data *= other.data
    return Value(self.data, (self, other), (other.data, self.data))


@wrong("value.mul", says="that is the sum")
def mul(self, other):
    return Value(self.data + other.data, (self, other), (other.data, self.data))


@wrong("value.mul", says="hold the plain number 2")
def mul(self, other):
    return Value(self.data * other.data, (self.data, other.data), (other.data, self.data))


@wrong("value.mul", says="children: 2, local gradients: 1")
def mul(self, other):
    return Value(self.data * other.data, (self, other), (other.data,))


@wrong("value.mul", says="is there a `return`?")
def mul(self, other):
    Value(self.data * other.data, (self, other), (other.data, self.data))


@wrong("value.mul", says="hold a new Value")
def mul(self, other):
    a, b = Value(self.data), Value(other.data)
    return Value(a.data * b.data, (a, b), (b.data, a.data))


@wrong("value.mul", says="changed the gradient of `self`")
def mul(self, other):
    self.grad += other.data
    other.grad += self.data
    return Value(self.data * other.data, (self, other), (other.data, self.data))


@wrong("value.mul", says="a set has no order")
def mul(self, other):
    return Value(self.data * other.data, {self, other}, (other.data, self.data))


@wrong("value.mul", says="uses the finished `__mul__`")
def mul(self, other):
    self, other = Finished(self.data), Finished(other.data)
    return self * other


@wrong("value.mul", says="is itself a Value")
def mul(self, other):
    return Value(Value(self.data * other.data), (self, other), (other.data, self.data))


@wrong("value.mul", says="divides by 0")
def mul(self, other):
    product = self.data * other.data
    return Value(product, (self, other), (product / self.data, product / other.data))


@wrong("value.mul", says="does not remember `self` and `other`")
def mul(self, other):
    """Forgets where a product of 0 comes from."""
    if self.data * other.data == 0:
        return Value(0.0)
    return Value(self.data * other.data, (self, other), (other.data, self.data))


@wrong("value.mul", says="`self` and `other` are the same Value here")
def mul(self, other):
    slopes = (other.data, 0.0 if self is other else self.data)
    return Value(self.data * other.data, (self, other), slopes)


@wrong("value.mul", says="Compute with the plain numbers in `.data`")
def mul(self, other):
    return Value(self * other, (self, other), (other.data, self.data), "*")


# --- power ---


@right("value.power")
def power(self, exponent):
    slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self,), (slope,), f"**{exponent}")


@right("value.power")
def power(base, n):
    return Named(math.pow(base.data, n), [base], [n * math.pow(base.data, n - 1)])


@wrong("value.power", says="divides by 0")
def power(base, n):
    number = math.pow(base.data, n)
    return Named(number, [base], [n * number / base.data])


@wrong("value.power", says="uses the finished `__pow__`")
def power(self, exponent):
    return Finished(self.data) ** exponent


@wrong("value.power", says="`(slope,)`")
def power(self, exponent):
    return Value(self.data**exponent, (self,), (exponent * self.data ** (exponent - 1)))


@wrong("value.power", says="the exponent goes down by one")
def power(self, exponent):
    return Value(self.data**exponent, (self,), (exponent * self.data**exponent,))


@wrong("value.power", says="Python takes the power first")
def power(self, exponent):
    slope = exponent * self.data**exponent - 1
    return Value(self.data**exponent, (self,), (slope,))


@wrong("value.power", says="the factor in front is missing")
def power(self, exponent):
    return Value(self.data**exponent, (self,), (self.data ** (exponent - 1),))


@wrong("value.power", says="you wrote n·x")
def power(self, exponent):
    return Value(self.data**exponent, (self,), (exponent * self.data,))


@wrong("value.power", says="that is the power itself")
def power(self, exponent):
    number = self.data**exponent
    return Value(number, (self,), (number,))


@wrong("value.power", says="the factor in front is n, not n - 1")
def power(self, exponent):
    return Value(self.data**exponent, (self,), ((exponent - 1) * self.data ** (exponent - 1),))


@wrong("value.power", says="`(self,)`")
def power(self, exponent):
    return Value(self.data**exponent, (self), (exponent * self.data ** (exponent - 1)))


@wrong("value.power", says="that is a product")
def power(self, exponent):
    return Value(self.data * exponent, (self,), (exponent * self.data ** (exponent - 1),))


@wrong("value.power", says="hold the plain number 3")
def power(self, exponent):
    slope = exponent * self.data ** (exponent - 1)
    return Value(self.data**exponent, (self, exponent), (slope, 0.0))


@wrong("value.power", says="changed places")
def power(self, exponent):
    return Value(exponent**self.data, (self,), (exponent * self.data ** (exponent - 1),))


@wrong("value.power", says="that is the slope of x alone")
def power(self, exponent):
    return Value(self.data**exponent, (self,), (1.0,))


@wrong("value.power", says="Compute with the plain numbers in `.data`")
def power(self, exponent):
    slope = exponent * self.data ** (exponent - 1)
    return Value(self**exponent, (self,), (slope,))


@wrong("value.power", says="the 2 in the second factor was x itself")
def power(self, exponent):
    return Value(self.data**exponent, (self,), (exponent * 2 ** (exponent - 1),))


# --- relu ---


@right("value.relu")
def relu(self):
    if self.data > 0:
        return Value(self.data, (self,), (1.0,), "relu")
    return Value(0.0, (self,), (0.0,), "relu")


@right("value.relu")
def relu(x):
    return Named(max(0, x.data), [x], [x.data > 0])


@wrong("value.relu", says="exactly at 0 we agreed on slope 0")
def relu(self):
    return Value(max(0.0, self.data), (self,), (1.0 if self.data >= 0 else 0.0,))


@wrong("value.relu", says="by agreement, not something between")
def relu(self):
    slope = 0.5 if self.data == 0 else float(self.data > 0)
    return Value(max(0.0, self.data), (self,), (slope,))


@wrong("value.relu", says="below 0 the answer stays 0")
def relu(self):
    return Value(max(0.0, self.data), (self,), (1.0,))


@wrong("value.relu", says="that is the number itself")
def relu(self):
    return Value(max(0.0, self.data), (self,), (max(0.0, self.data),))


@wrong("value.relu", says="how far it is from 0")
def relu(self):
    return Value(abs(self.data), (self,), (1.0,))


@wrong("value.relu", says="above 0 the answer follows x")
def relu(self):
    return Value(max(0.0, self.data), (self,), (0.0 if self.data > 0 else 1.0,))


@wrong("value.relu", says="gives `self` itself back")
def relu(self):
    return self if self.data > 0 else Value(0.0)


@wrong("value.relu", says="is there a `return`?")
def relu(self):
    if self.data > 0:
        return Value(self.data, (self,), (1.0,))


@wrong("value.relu", says="does not remember `self`")
def relu(self):
    if self.data > 0:
        return Value(self.data, (self,), (1.0,))
    return Value(0.0)


@wrong("value.relu", says="below 0 it does not fall")
def relu(self):
    return Value(max(0.0, self.data), (self,), (1.0 if self.data > 0 else -1.0,))


@wrong("value.relu", says="not the positive ones")
def relu(self):
    return Value(min(0.0, self.data), (self,), (1.0,))


@wrong("value.relu", says="Values have no larger and smaller")
def relu(self):
    if self > 0:
        return Value(self.data, (self,), (1.0,))
    return Value(0.0, (self,), (0.0,))


@wrong("value.relu", says="compare `.data`")
def relu(self):
    return Value(max(self, 0), (self,), (1.0 if self.data > 0 else 0.0,))


# --- topological_order ---


@right("value.topological_order")
def topological_order(root):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for child in node.children:
                visit(child)
            order.append(node)

    visit(root)
    return order


@right("value.topological_order")
def topological_order(root):
    order = []

    def visit(node):
        if node not in order:
            for child in reversed(node.children):
                visit(child)
            order.append(node)

    visit(root)
    return tuple(order)


@right("value.topological_order")
def topological_order(root):
    """Kahn's way: from the root down, a node when all its parents are done."""
    nodes, todo = {}, [root]
    while todo:
        node = todo.pop()
        if node not in nodes:
            nodes[node] = 0
            todo.extend(node.children)
    for node in nodes:
        for child in node.children:
            nodes[child] += 1
    order, free = deque(), [root]
    while free:
        node = free.pop()
        order.appendleft(node)
        for child in node.children:
            nodes[child] -= 1
            if nodes[child] == 0:
                free.append(child)
    return order


@right("value.topological_order")
def topological_order(root):
    """The same with a stack: a node comes off when its children are done."""
    order, done, stack = [], set(), [root]
    while stack:
        node = stack[-1]
        waiting = [child for child in node.children if child not in done]
        if waiting:
            stack.append(waiting[0])
        else:
            stack.pop()
            if node not in done:
                done.add(node)
                order.append(node)
    return order


@wrong("value.topological_order", says="the root comes first")
def topological_order(root):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for child in node.children:
                visit(child)
            order.append(node)

    visit(root)
    return order[::-1]


@wrong("value.topological_order", says="`a` stands in it 2 times")
def topological_order(root):
    order = []

    def visit(node):
        for child in node.children:
            visit(child)
        order.append(node)

    visit(root)
    return order


@wrong("value.topological_order", says="the root comes first")
def topological_order(root):
    order = []

    def visit(node):
        if node not in order:
            order.append(node)
            for child in node.children:
                visit(child)

    visit(root)
    return order


@wrong("value.topological_order", says="the leaves are missing")
def topological_order(root):
    order = []

    def visit(node):
        if node.children and node not in order:
            for child in node.children:
                visit(child)
            order.append(node)

    visit(root)
    return order or [root]


@wrong("value.topological_order", says="each call makes a list of its own")
def topological_order(root):
    order = []
    for child in root.children:
        topological_order(child)
    if root not in order:
        order.append(root)
    return order


@wrong("value.topological_order", says="does each visit append its own node")
def topological_order(root):
    order = []

    def visit(node):
        for child in node.children:
            if child not in order:
                visit(child)
                order.append(child)

    visit(root)
    return order


@wrong("value.topological_order", says="Is `visit(root)` called")
def topological_order(root):
    order = []

    def visit(node):
        if node not in order:
            for child in node.children:
                visit(child)
            order.append(node)

    return order


@wrong("value.topological_order", says="a set has no order")
def topological_order(root):
    seen = set()

    def visit(node):
        if node not in seen:
            for child in node.children:
                visit(child)
            seen.add(node)

    visit(root)
    return seen


@wrong("value.topological_order", says="`b` is missing. Visit the children of the children")
def topological_order(root):
    return [*dict.fromkeys(root.children), root]


@wrong("value.topological_order", says="nodes of an earlier call")
def topological_order(root, order=[]):  # noqa: B006
    def visit(node):
        if node not in order:
            for child in node.children:
                visit(child)
            order.append(node)

    visit(root)
    return order


@wrong("value.topological_order", says="again and again")
def topological_order(root):
    order = []

    def visit(node):
        for child in node.children:
            visit(child)
        if node not in order:
            order.append(node)

    visit(root)
    return order


@wrong("value.topological_order", says="the nodes themselves")
def topological_order(root):
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for child in node.children:
                visit(child)
            order.append(node.data)

    visit(root)
    return order


@wrong("value.topological_order", says="Write the walk yourself")
def topological_order(root):
    return root.topological_order()


@wrong("value.topological_order", says="uses the finished `topological_order`")
def topological_order(root):
    return Finished.topological_order(root)


@wrong("value.topological_order", says="for `a = 2, b = 3, c = a + b, d = c * a, y = c + d`")
def topological_order(root):
    """Level by level: c is a child of y and of d, and its first place is the one that it keeps."""
    order = [root]
    for node in order:
        order += [child for child in dict.fromkeys(node.children) if child not in order]
    return order[::-1]


@wrong("value.topological_order", says="stands before its child")
def topological_order(root):
    """Level by level, from the root, then turned around: too early for a node of two levels."""
    order, level = [], [root]
    while level:
        order += [node for node in dict.fromkeys(level) if node not in order]
        level = [child for node in level for child in node.children if child not in order]
    return order[::-1]


# --- backward ---


@right("value.backward")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad


@right("value.backward")
def backward(self):
    """Clears first, and counts instead of zipping."""
    order = self.topological_order()
    for node in order:
        node.grad = 0
    self.grad = 1
    for node in order[::-1]:
        for i in range(len(node.children)):
            node.children[i].grad = node.children[i].grad + node.grad * node.local_grads[i]


@right("value.backward")
def backward(root):
    """Every way from the root to a node, one after the other: slow, and right."""

    def along(node, slope):
        node.grad += slope
        for child, local_grad in zip(node.children, node.local_grads):
            along(child, slope * local_grad)

    along(root, 1.0)


@wrong("value.backward", says="The walk needs a beginning")
def backward(root):
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad


@wrong("value.backward", says="add with `+=`")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad = local_grad * node.grad


@wrong("value.backward", says="before all its parents had added theirs")
def backward(root):
    def hand_on(node):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad
            hand_on(child)

    root.grad = 1.0
    hand_on(root)


@wrong("value.backward", says="has the root last, so walk it backward")
def backward(root):
    root.grad = 1.0
    for node in root.topological_order():
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad


@wrong("value.backward", says="each child got its local gradient alone")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad


@wrong("value.backward", says="the gradient of its parent as it is")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child in node.children:
            child.grad += node.grad


@wrong("value.backward", says="the child receives and the node hands on")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * child.grad


@wrong("value.backward", says="only the root's children got one")
def backward(root):
    root.grad = 1.0
    for child, local_grad in zip(root.children, root.local_grads):
        child.grad += local_grad * root.grad


@wrong("value.backward", says="changed the number in `a`")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.data += local_grad * node.grad


@wrong("value.backward", says="the root's own gradient is 1")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad
    root.grad = 0.0


@wrong("value.backward", says="the child receives and the node hands on")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad *= local_grad * node.grad


@wrong("value.backward", says="the child receives and the node hands on")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            node.grad += local_grad * child.grad


@wrong("value.backward", says="the child receives and the node hands on")
def backward(root):
    """Clears what a node has received."""
    for node in reversed(root.topological_order()):
        node.grad = 1.0 if node is root else 0.0
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad
            child.grad = 0.0


@wrong("value.backward", says="nothing in the loop may clear it")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        node.grad = 0.0
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad


@wrong("value.backward", says="uses the finished `backward`")
def backward(root):
    root.backward()


@wrong("value.backward", says="uses the finished `backward`")
def backward(root):
    Finished.backward(root)


@wrong("value.backward", says="has become a Value")
def backward(root):
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad = child.grad + Finished(local_grad * node.grad)


@wrong("value.backward", says="where a node is used more than once")
def backward(root):
    """Gathers the ways in a dictionary, and the second way to a child replaces the first."""
    root.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in dict(zip(node.children, node.local_grads)).items():
            child.grad += local_grad * node.grad


@wrong("value.backward", says="the gradient nan, where 1 is right")
def backward(root):
    for node in root.topological_order():
        node.grad = math.nan


@wrong("value.backward", says="`.reverse()` turns a list around")
def backward(root):
    root.grad = 1.0
    for node in root.topological_order().reverse():
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad


@wrong("value.backward", says="that belongs to the root alone")
def backward(root):
    def again(node):
        node.grad = 1.0
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad
            again(child)

    again(root)


@wrong("value.backward", says="every gradient began with 1")
def backward(root):
    for node in root.topological_order():
        node.grad = 1.0
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad


@wrong("value.backward", says="not with the number in it")
def backward(root):
    root.grad = root.data
    for node in reversed(root.topological_order()):
        for child, local_grad in zip(node.children, node.local_grads):
            child.grad += local_grad * node.grad


# --- dot ---


@right("value.dot")
def dot(a, b):
    number = sum(x.data * y.data for x, y in zip(a, b))
    local_grads = [y.data for y in b] + [x.data for x in a]
    return Value(number, (*a, *b), local_grads, "dot")


@right("value.dot")
def dot(row, other):
    """Pair by pair: another order of children, with the slopes in the same one."""
    number, children, slopes = 0, [], []
    for x, y in zip(row, other):
        number += x.data * y.data
        children += [x, y]
        slopes += [y.data, x.data]
    return Named(number, children, slopes)


@wrong("value.dot", says="they changed places")
def dot(a, b):
    number = sum(x.data * y.data for x, y in zip(a, b))
    return Value(number, (*a, *b), [x.data for x in (*a, *b)])


@wrong("value.dot", says="those are the slopes of a sum")
def dot(a, b):
    number = sum(x.data * y.data for x, y in zip(a, b))
    return Value(number, (*a, *b), [1.0] * (2 * len(a)))


@wrong("value.dot", says="made of several nodes")
def dot(a, b):
    products = [Value(x.data * y.data, (x, y), (y.data, x.data)) for x, y in zip(a, b)]
    return Value(sum(p.data for p in products), products, [1.0] * len(products))


@wrong("value.dot", says="does not remember `b[0]` and `b[1]`")
def dot(a, b):
    number = sum(x.data * y.data for x, y in zip(a, b))
    return Value(number, (*a,), [y.data for y in b])


@wrong("value.dot", says="hold a list")
def dot(a, b):
    number = sum(x.data * y.data for x, y in zip(a, b))
    return Value(number, (a, b), (b, a))


@wrong("value.dot", says="are Values")
def dot(a, b):
    number = sum(x.data * y.data for x, y in zip(a, b))
    return Value(number, (*a, *b), (*b, *a))


@wrong("value.dot", says="that is the product of the two sums")
def dot(a, b):
    number = sum(x.data for x in a) * sum(y.data for y in b)
    return Value(number, (*a, *b), [y.data for y in b] + [x.data for x in a])


@wrong("value.dot", says="that is the first product only")
def dot(a, b):
    for x, y in zip(a, b):
        return Value(x.data * y.data, (*a, *b), [y.data for y in b] + [x.data for x in a])


@wrong("value.dot", says="plain number")
def dot(a, b):
    return sum(x.data * y.data for x, y in zip(a, b))


@wrong("value.dot", says="the slopes of `a` stand twice")
def dot(a, b):
    number = sum(x.data * y.data for x, y in zip(a, b))
    return Value(number, (*a, *b), [y.data for y in b] * 2)


@wrong("value.dot", says="the slopes run in another order than the children")
def dot(a, b):
    number, slopes = 0, []
    for x, y in zip(a, b):
        number += x.data * y.data
        slopes += [y.data, x.data]
    return Value(number, (*a, *b), slopes)


@wrong("value.dot", says="used up after one walk")
def dot(a, b):
    number = sum(x.data * y.data for x, y in zip(a, b))
    return Value(number, (*a, *b), (x.data for x in (*b, *a)))


@wrong("value.dot", says="uses the finished `dot`")
def dot(a, b):
    return Finished.dot(a, b)


# --- sigmoid ---


@right("value.sigmoid")
def sigmoid(x):
    return 1 / (1 + (-x).exp())


@right("value.sigmoid")
def sigmoid(x):
    power = x.exp()
    return power / (power + 1)


@right("value.sigmoid")
def sigmoid(x):
    """As one node, with its slope by hand."""
    number = 1 / (1 + math.exp(-x.data))
    return Value(number, (x,), (number * (1 - number),))


@wrong("value.sigmoid", says="the minus in the exponent is missing")
def sigmoid(x):
    return 1 / (1 + x.exp())


@wrong("value.sigmoid", says="Divide 1 by all of it")
def sigmoid(x):
    return 1 / 1 + (-x).exp()


@wrong("value.sigmoid", says="the 1 below the line is missing")
def sigmoid(x):
    return 1 / (-x).exp()


@wrong("value.sigmoid", says="minus and exp changed places")
def sigmoid(x):
    return 1 / (1 + -x.exp())


@wrong("value.sigmoid", says="no gradient comes back from it")
def sigmoid(x):
    return 1 / (1 + math.exp(-x.data))


@wrong("value.sigmoid", says="no way leads from it back to x")
def sigmoid(x):
    return Finished(1 / (1 + math.exp(-x.data)))


@wrong("value.sigmoid", says="your function changed x")
def sigmoid(x):
    x.data = math.exp(-x.data)
    return 1 / (1 + x)


@wrong("value.sigmoid", says="that is the sigmoid itself")
def sigmoid(x):
    number = 1 / (1 + math.exp(-x.data))
    return Value(number, (x,), (number,))


# --- learn ---


@right("value.learn")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@right("value.learn")
def learn(loss, parameters, learning_rate, num_steps):
    """Clears before the walk, and fills a list that is there already."""
    losses = [None] * num_steps
    for step in range(num_steps):
        for parameter in parameters:
            parameter.grad = 0
        current = loss()
        losses[step] = current.data
        current.backward()
        for parameter in parameters:
            parameter.data = parameter.data + -learning_rate * parameter.grad
    return losses


@right("value.learn")
def learn(loss, parameters, learning_rate, num_steps):
    """Measures again after each step."""
    losses = []
    for _ in range(num_steps):
        loss().backward()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(loss().data)
    return losses


@wrong("value.learn", says="the gradients were never cleared")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
        losses.append(current.data)
    return losses


@wrong("value.learn", says="that walks uphill")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data += learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@wrong("value.learn", says="left the parameters where they were")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@wrong("value.learn", says="computed the loss only once")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    current = loss()
    for _ in range(num_steps):
        current.backward()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@wrong("value.learn", says="the learning rate is missing")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data -= parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@wrong("value.learn", says="put new Values into the list")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for i, parameter in enumerate(parameters):
            parameters[i] = Value(parameter.data - learning_rate * parameter.grad)
        losses.append(current.data)
    return losses


@wrong("value.learn", says="that is the last loss alone")
def learn(loss, parameters, learning_rate, num_steps):
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
    return current.data


@wrong("value.learn", says="is there a `return`?")
def learn(loss, parameters, learning_rate, num_steps):
    for _ in range(num_steps):
        loss().backward()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0


@wrong("value.learn", says="only the first parameter moved")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters[:1]:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@wrong("value.learn", says="has become a Value")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data = Finished(parameter.data) - learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@wrong("value.learn", says="you took one step only")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
        return losses


@wrong("value.learn", says="the list holds Values")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current)
    return losses


@wrong("value.learn", says="step, then clear")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.grad = 0.0
            parameter.data -= learning_rate * parameter.grad
        losses.append(current.data)
    return losses


@wrong("value.learn", says="others than the `parameters` that are handed in")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in [Finished(1.0)]:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@wrong("value.learn", says="took 200 steps")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(200):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data -= 2.0 * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@wrong("value.learn", says="took 200 steps")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(200):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@wrong("value.learn", says="the learning rate of the loop above")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        current.backward()
        for parameter in parameters:
            parameter.data -= 2.0 * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses


@wrong("value.learn", says="called `backward()` more often than `loss()`")
def learn(loss, parameters, learning_rate, num_steps):
    losses = []
    for _ in range(num_steps):
        current = loss()
        for parameter in parameters:
            current.backward()
            parameter.data -= learning_rate * parameter.grad
            parameter.grad = 0.0
        losses.append(current.data)
    return losses
