"""Computation graphs as pictures: values, gradients, and the way they travel.

Works on any object that has `data` and `children` (the course's Value, or the student's own), and
shows `grad`, `local_grads` and `op` where there are any.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import chain
from textwrap import shorten

from course_lib.errors import CourseError
from course_lib.teach.picture import Picture
from course_lib.teach.style import BLUE, INK, MONO, SANS, SOFT, VERMILLION
from course_lib.teach.views import explore

MOST_NODES = 40

MOST_LINES = 4  # that a caption spends on the children of one node

# In pixels. A letter of the monospace is about 0.6 of the size of the text.
TEXT, LINE = 15, 21
LETTER = 0.61 * TEXT

STYLE = (
    f"text{{font:{TEXT}px {MONO};fill:{INK}}}"
    f".w{{font-family:{SANS}}}.b{{font-weight:bold}}.s{{fill:{SOFT}}}"
    ".m{text-anchor:middle}.r{text-anchor:end}.i{fill:white;font-weight:bold}"
    ".l{paint-order:stroke;stroke:white;stroke-width:6px}"
    f".e{{fill:none;stroke:{SOFT};stroke-width:1.5px}}"
    f".n{{fill:white;stroke:{SOFT};stroke-width:1.5px}}.o{{fill:{BLUE}}}"
    f".u{{stroke-dasharray:4 4}}.a{{stroke:{VERMILLION};stroke-width:3.5px}}"
)

ARROW = (
    '<defs><marker id="tip" markerUnits="userSpaceOnUse" markerWidth="12" markerHeight="12" '
    'refX="9" refY="5" orient="auto-start-reverse">'
    '<path d="M0 0L10 5L0 10z" fill="context-stroke"/></marker></defs>'
)


def draw_graph(
    root,
    names: Mapping[str, object] | None = None,
    *,
    show: Iterable[str] = ("data", "grad"),
    forward: int | None = None,
    backward: int | None = None,
    highlight=None,
    title: str = "",
    alt: str | None = None,
) -> Picture:
    """The graph that computed `root`, left to right, as a Picture.

    `names` are {"a": a, …}; `highlight` is a node to frame. `show` picks from "data", "grad" and
    "local" (the local gradients, on the edges). About five operations in a row stay easy to read.

    `forward=k` shows the graph after k operations. `backward=k` shows it after k steps of a
    backward pass from gradients of 0: the first step sets the root's to 1, each further one
    passes the gradient of one node on to its children, by the local gradients on its edges.
    Without either, the values and gradients are those that the nodes hold.
    Raises CourseError for a graph of more than 40 nodes.
    """
    graph, show = _Graph(root, names), set(show)
    if unknown := sorted(show - {"data", "grad", "local"}):
        raise CourseError(f'show may name "data", "grad" and "local", not {unknown[0]!r}.')
    if backward is not None:
        state = graph.backward(backward)
    elif forward is not None:
        state = graph.forward(forward)
    else:
        state = graph.present()
    return Picture(graph.svg(state, show, highlight, title), alt or graph.alt(state, show, title))


def step_through(root, names: Mapping[str, object] | None = None, *, title: str = ""):
    """A view that goes forward and then backward through the graph, one node at a time."""
    graph = _Graph(root, names)
    forward, backward = len(graph.operations), len(graph.operations) + 1
    steps = {"start": dict(forward=0)}
    for k in range(1, forward + 1):
        steps[f"forward {k} of {forward}"] = dict(forward=k)
    for k in range(1, backward + 1):
        steps[f"backward {k} of {backward}"] = dict(backward=k)
    return explore(
        lambda step: draw_graph(root, names, title=title, **steps[step]), step=list(steps)
    )


@dataclass
class _State:
    """What the picture shows of a computation that is under way."""

    known: Collection[int]  # the nodes that have a value
    grads: list[float | None]
    active: int | None = None  # the node at work
    way: str = ""  # "forward", "backward", or "still": a step on which nothing travels
    caption: list[str] = field(default_factory=list)


class _Graph:
    """The nodes below a root: children first, each in a place of its own."""

    def __init__(self, root, names: Mapping[str, object] | None):
        self.nodes = topological_order(root, MOST_NODES)
        if len(self.nodes) > MOST_NODES:
            raise CourseError(
                f"this graph has more than {MOST_NODES} nodes, too many to read: "
                "draw a part of it, or a smaller example."
            )
        self.index = {id(node): i for i, node in enumerate(self.nodes)}
        self.children = [[self.index[id(c)] for c in _children(node)] for node in self.nodes]
        self.local = [list(getattr(node, "local_grads", ())) for node in self.nodes]
        self.operations = [i for i, children in enumerate(self.children) if children]
        self.names = [""] * len(self.nodes)
        for name, node in (names or {}).items():
            if id(node) in self.index:
                self.names[self.index[id(node)]] = str(name)
        self.digits = self._digits()

    def _digits(self) -> int:
        """Letters that the longest number needs at any step, so that no step moves the nodes."""
        numbers = [x for node in self.nodes for x in (node.data, getattr(node, "grad", 0))]
        if not self._unfinished():
            for step in range(len(self.operations) + 2):
                numbers += self.backward(step).grads
        return max(4, *(len(_number(x)) for x in numbers))

    def _unfinished(self) -> list[int]:
        """The nodes that do not have one local gradient for each child."""
        return [i for i in self.operations if len(self.local[i]) != len(self.children[i])]

    def present(self) -> _State:
        grads = [getattr(node, "grad", None) for node in self.nodes]
        return _State(range(len(self.nodes)), grads)

    def forward(self, steps: int) -> _State:
        _check_steps(steps, len(self.operations), "forward")
        known = set(range(len(self.nodes))) - set(self.operations[steps:])
        grads = [0.0 if i in known else None for i in range(len(self.nodes))]
        if not steps:
            caption = ["Forward: the inputs are known, nothing is computed yet"]
            return _State(known, grads, None, "still", caption)
        i = self.operations[steps - 1]
        caption = [f"Forward: {self.formula(i)} = {_number(self.nodes[i].data)}"]
        return _State(known, grads, i, "forward", caption)

    def backward(self, steps: int) -> _State:
        order = self.operations[::-1]
        _check_steps(steps, len(order) + 1, "backward")
        for i in self._unfinished():
            raise CourseError(
                f"{self.label(i)} has {len(self.children[i])} children and "
                f"{len(self.local[i])} local gradients: it needs one for each child."
            )
        grads: list[float | None] = [0.0] * len(self.nodes)
        if not steps:
            caption = ["Backward: every gradient is 0 before the start"]
            return _State(range(len(grads)), grads, None, "still", caption)
        i = len(grads) - 1
        grads[i] = 1.0
        caption = [f"Backward: the gradient of {self.label(i)} to itself is 1"]
        for i in order[: steps - 1]:
            given = _number(grads[i])
            caption = [
                f"Backward: {self.label(i)} passes on its gradient {given}, times each slope"
            ]
            for child, slope in zip(self.children[i], self.local[i], strict=True):
                before = _number(grads[child])
                grads[child] += slope * grads[i]
                caption.append(
                    f"{self.label(child)}: {before} so far + {_number(slope)} × {given} "
                    f"= {_number(grads[child])}"
                )
        if len(caption) > MOST_LINES + 1:
            caption[MOST_LINES:] = [f"… and {len(caption) - MOST_LINES} more in the same way"]
        way = "backward" if steps > 1 else "still"
        return _State(range(len(grads)), grads, i, way, caption)

    # In words

    def label(self, i: int) -> str:
        """What a node is called: its name, else what it computes, else its number."""
        return self.names[i] or shorten(self.formula(i), 24, placeholder=" …")

    def formula(self, i: int) -> str:
        """The operation with its operands by name: "a × b"."""
        name, op = self.names[i], _symbol(self.nodes[i])
        parts = [
            self.names[c] or (_symbol(self.nodes[c]) and "(…)") or _number(self.nodes[c].data)
            for c in self.children[i]
        ]
        if not parts:
            return name or _number(self.nodes[i].data)
        if op in ("+", "×"):
            text = f" {op} ".join(parts)
        elif op.startswith("**"):
            text = f"{parts[0]}{op}"
        else:
            text = f"{op or 'node'}({', '.join(parts[:4])}{', …' if len(parts) > 4 else ''})"
        return f"{name} = {text}" if name else text

    def said(self, i: int) -> str:
        """The operation and its number: "c = a × b = 6"."""
        text, value = self.formula(i), _number(self.nodes[i].data)
        return text if text == value else f"{text} = {value}"

    def alt(self, state: _State, show: set[str], title: str) -> str:
        """What happens at this step, or else every node of a small graph."""
        start = f"{title}. " if title else ""
        if state.caption:
            steps = ". ".join(state.caption)
            if state.known and not set(self.operations) & set(state.known):
                steps += ": " + ", ".join(self.said(i) for i in sorted(state.known)[:12])
            return f"{start}{steps}. In a computation graph, nodes: {len(self.nodes)}."
        said = []
        for i, grad in enumerate(state.grads):
            text = self.said(i) if "data" in show else self.formula(i)
            if "grad" in show and grad is not None:
                text += f" with gradient {_number(grad)}"
            said.append(text)
        if len(said) > 12:
            said[3:-1] = ["…"]
        return f"{start}Computation graph, nodes: {len(self.nodes)}. {'; '.join(said)}."

    # In pixels

    def svg(self, state: _State, show: set[str], highlight, title: str) -> str:
        rows = [f for f in ("data", "grad") if f in show]
        if not any(grad is not None for grad in state.grads):
            rows = rows[:1] if "data" in rows else []
        pill = 12 + LETTER * max(1, *(len(_symbol(node)) for node in self.nodes))
        letters = max(1, *map(len, self.names), 5 + self.digits if rows else 0)
        box = _Box(pill, pill + 14 + LETTER * letters, any(self.names), rows)
        slopes = [_number(x) for x in chain(*self.local) if state.way or "local" in show]
        gap = max(64, 34 + LETTER * max(map(len, slopes), default=0))
        places, edges, across, down = _layout(self.children, box.width, box.height, gap)

        drawn = [self._edge(edge, state, show) for edge in edges]
        for i, (x, y) in enumerate(places):
            drawn.append(self._node(i, x, y, box, state, self.nodes[i] is highlight))
        top = 30 if title else 0
        bottom = top + down
        if state.caption:  # room for the longest, so that every step has the same size
            across = max(across, 634)
            down += LINE * (1.5 + min(MOST_LINES, max(map(len, self.children))))
        across, down = round(max(across, 9 * len(title) + 16)), round(top + down)
        lines = [_text("w b", 8, 22, title)] if title else []
        for i, line in enumerate(state.caption):
            lines.append(_text("w" if i else "w b", 8, bottom + LINE * (i + 1), line))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{down}" '
            f'viewBox="0 0 {across} {down}"><style>{STYLE}</style>{ARROW}'
            f'<rect width="{across}" height="{down}" fill="white"/>'
            f'<g transform="translate(0 {top})">{"".join(drawn)}</g>{"".join(lines)}</svg>'
        )

    def _edge(self, edge: "_Edge", state: _State, show: set[str]) -> str:
        used = edge.parent == state.active and state.way != "still"
        back = used and state.way == "backward"
        drawn = (
            f'<path class="{"e a" if used else "e"}" '
            f'marker-{"start" if back else "end"}="url(#tip)" d="{edge.path}"/>'
        )
        slopes = self.local[edge.parent]
        if (back or "local" in show) and edge.nth < len(slopes):
            x, y = edge.label
            drawn += _text("m l", x, y + 5, _number(slopes[edge.nth]))
        return drawn

    def _node(self, i: int, x: float, y: float, box: "_Box", state: _State, framed: bool) -> str:
        look = "n" + " a" * (framed or i == state.active) + " u" * (i not in state.known)
        left, middle = x + box.pill / 2, y + box.height / 2
        drawn = _rect(look, left, y, box.width - box.pill / 2, box.height, 6)
        if self.children[i]:
            drawn += _rect("o", x, middle - 12, box.pill, 24, 12)
            drawn += _text("m i", left, middle + 5, _symbol(self.nodes[i]))
        begin, end = x + box.pill + 5, x + box.width - 8
        if self.names[i]:
            drawn += _text("b", begin, y + LINE, self.names[i])
        for line, row in enumerate(box.rows, 1 + box.named):
            number = self.nodes[i].data if row == "data" else state.grads[i]
            text = "" if number is None else _number(number) if i in state.known else "?"
            drawn += _text("s", begin, y + LINE * line, row)
            drawn += _text("r", end, y + LINE * line, text)
        return drawn


@dataclass
class _Box:
    """The measures of a node: the pill of the operation on its left border, its lines of text."""

    pill: float
    width: float
    named: bool
    rows: list[str]

    @property
    def height(self) -> float:
        return 12 + LINE * max(1, self.named + len(self.rows))


@dataclass
class _Edge:
    """From a child to the parent of which it is the nth: an SVG path and the place of its label."""

    parent: int
    nth: int
    path: str
    label: tuple[float, float]


def _text(look: str, x: float, y: float, text: str) -> str:
    return f'<text class="{look}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _rect(look: str, x: float, y: float, width: float, height: float, round_: float) -> str:
    return (
        f'<rect class="{look}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="{round_}"/>'
    )


def _layout(children: list[list[int]], width: float, height: float, gap: float):
    """Where Graphviz puts boxes of this size: (corners, edges, width, height), in pixels."""
    import graphviz
    import pygraphviz

    graph = graphviz.Digraph(
        graph_attr={"rankdir": "LR", "ordering": "in", "nodesep": "0.18", "ranksep": f"{gap / 72}"},
        # No labels: Graphviz then looks for no fonts, about which it writes remarks to stderr.
        node_attr={"shape": "box", "label": "", "fixedsize": "true"}
        | {"width": f"{width / 72}", "height": f"{height / 72}"},
        edge_attr={"dir": "none", "headport": "w", "tailport": "e"},
    )
    for node in range(len(children)):
        graph.node(str(node))
    for parent, below in enumerate(children):
        for child in below:
            graph.edge(str(child), str(parent))
    # pygraphviz carries the layout engine in its wheel: no `dot` need be installed.
    plain = pygraphviz.AGraph(string=graph.source).draw(format="plain", prog="dot").decode()

    rows = [line.split() for line in plain.splitlines()]
    across, down = (72 * float(size) for size in rows[0][2:4])

    def pixels(x: str, y: str) -> tuple[float, float]:
        return round(72 * float(x) + 6, 1), round(down - 72 * float(y) + 6, 1)

    places = [(0.0, 0.0)] * len(children)
    edges, unused = [], [list(enumerate(below)) for below in children]
    for kind, *fields in rows[1:]:
        if kind == "node":
            x, y = pixels(*fields[1:3])
            places[int(fields[0])] = (x - width / 2, y - height / 2)
        elif kind == "edge":
            child, parent, count = map(int, fields[:3])
            points = [pixels(*fields[i : i + 2]) for i in range(3, 3 + 2 * count, 2)]
            start, *rest = [f"{x} {y}" for x, y in points]
            # The same child may stand in several places (a · a): one edge for each, in turn.
            same = [pair for pair in unused[parent] if pair[1] == child]
            unused[parent].remove(same[0])
            x, y = _near_start(points)
            y += 17 * (len(same) - 1 - (children[parent].count(child) - 1) / 2)
            edges.append(_Edge(parent, same[0][0], f"M{start}C{' '.join(rest)}", (x, y)))
    return places, edges, across + 12, down + 12


def _near_start(points: list[tuple[float, float]]) -> tuple[float, float]:
    """The point at 0.36 of a first Bézier curve: halfway, labels of crossing edges would meet."""
    t, u = 0.36, 0.64
    weights = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
    x = math.fsum(w * point[0] for w, point in zip(weights, points[:4], strict=True))
    y = math.fsum(w * point[1] for w, point in zip(weights, points[:4], strict=True))
    return round(x, 1), round(y, 1)


def topological_order(root, most: float = math.inf) -> list:
    """The nodes below any root, each after its children; no further once there are over `most`."""
    order, seen, path = [], {id(root)}, [(root, iter(_children(root)))]
    while path and len(seen) <= most:
        for child in path[-1][1]:
            if id(child) not in seen:
                seen.add(id(child))
                path.append((child, iter(_children(child))))
                break
        else:
            order.append(path.pop()[0])
    return order + [node for node, _ in path]


def _children(node) -> tuple:
    return tuple(getattr(node, "children", ()))


def _symbol(node) -> str:
    return {"*": "×"}.get(op := getattr(node, "op", ""), op)


def _number(x: float) -> str:
    """Four significant digits, no minus before 0; what is no number stays what it is."""
    try:
        return f"{x:z.4g}"
    except (TypeError, ValueError):
        return str(x)[:10]


def _check_steps(steps: int, most: int, way: str) -> None:
    if steps not in range(most + 1):
        raise CourseError(f"this graph has {most} {way} steps: choose {way} from 0 to {most}.")
