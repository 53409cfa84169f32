"""Plots: one plain function for each kind, numbers in, a `Picture` out.

Every plot takes a `title` and an `alt` text that says what is to be seen. Numbers that cannot be
drawn (none at all, NaN, infinity) raise CourseError.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from textwrap import fill
from types import MappingProxyType

from course_lib.errors import CourseError
from course_lib.teach.picture import Picture, figure, from_figure
from course_lib.teach.style import (
    BLACK,
    BLUE,
    DASHES,
    FAINT,
    HEIGHT,
    INK,
    ORANGE,
    PALETTE,
    SOFT,
    VERMILLION,
    WIDTH,
)

Point = tuple[float, float]
Range = tuple[float, float]


def curve(xs: Sequence[float], ys: Sequence[float] | Callable, **options) -> Picture:
    """One line through (xs, ys), where ys may be a function of x. Options as for `curves`."""
    return curves({"": (xs, ys)}, **options)


def curves(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float] | Callable]],
    *,
    title: str,
    alt: str,
    x_label: str = "",
    y_label: str = "",
    points: Mapping[str, Point] | Iterable[Point] = (),
    tangent: tuple[float, float, float] | None = None,
    log_x: bool = False,
    log_y: bool = False,
    x_range: Range | None = None,
    y_range: Range | None = None,
) -> Picture:
    """Lines by name: {name: (xs, ys)}, where ys may be a function of x.

    `points` are marked, with their text where it is a mapping {text: (x, y)}. `tangent` is
    (x, y, slope). Fix `x_range` and `y_range` where several pictures are to be compared.
    """
    fig, ax = figure()
    for i, (name, (xs, ys)) in enumerate(lines.items()):
        xs = _numbers(xs, f"the x values of {name!r}" if name else "the x values")
        what = f"the line {name!r}" if name else "the line"
        ys = _numbers([ys(x) for x in xs] if callable(ys) else ys, what)
        if len(xs) != len(ys):
            raise CourseError(
                f"{what} has {len(xs)} x values and {len(ys)} y values: give as many."
            )
        lowest = min((xs if log_x else []) + (ys if log_y else []), default=1)
        if lowest <= 0:
            raise CourseError(
                f"{what} holds {lowest:g}, and a logarithmic axis has no place for 0 or less: "
                "leave out log_x=True or log_y=True."
            )
        style = dict(color=PALETTE[i % len(PALETTE)], linestyle=DASHES[i % len(DASHES)])
        ax.plot(xs, ys, label=name, marker="o" if len(xs) == 1 else None, **style)
    if not lines:
        raise CourseError("there is no line to draw: give at least one, as {name: (xs, ys)}.")
    _scale(ax, x_range, y_range)
    if log_x:
        _logarithmic(ax.set_xscale, ax.xaxis)
    if log_y:
        _logarithmic(ax.set_yscale, ax.yaxis)
    if tangent:
        x, y, slope = _numbers(tangent, "the tangent")
        ax.axline((x, y), slope=slope, color=VERMILLION, linestyle="--", label=f"slope {slope:.4g}")
        ax.plot([x], [y], "o", color=VERMILLION)
    _mark(ax, points)
    _labels(ax, title, x_label, y_label)
    if any(name for name in lines) or tangent:
        _legend(fig, ax)
    return from_figure(fig, alt)


def bars(
    labels: Sequence[str],
    heights: Sequence[float],
    *,
    title: str,
    alt: str,
    x_label: str = "",
    y_label: str = "",
    highlight: str | None = None,
    values: str | None = None,
    y_range: Range | None = None,
) -> Picture:
    """A bar for each label, its value on top (format `values`, "" for none).

    The bar with the label `highlight` is hatched and bold. Long labels lie on their side.
    """
    labels = [str(label) for label in labels]
    heights = _numbers(heights, "the list of heights")
    if len(labels) != len(heights):
        raise CourseError(f"{len(labels)} labels for {len(heights)} bars: give as many of each.")
    long = max(map(len, labels)) * len(labels) > 60
    fig, ax = figure(WIDTH, max(HEIGHT, 0.9 + 0.3 * len(labels)) if long else HEIGHT)
    chosen = [label == highlight for label in labels]
    places = range(len(labels))
    style = dict(
        color=[ORANGE if c else BLUE for c in chosen],
        edgecolor=[INK if c else BLUE for c in chosen],
        hatch=["//" if c else "" for c in chosen],
    )
    if long:
        drawn = ax.barh(places, heights, 0.75, **style)
        ax.set_yticks(places, [fill(label, 32) for label in labels])
        ax.invert_yaxis()
        ax.margins(x=0.2, y=0.02)
        _scale(ax, y_range, None)
        ax.grid(visible=False, axis="y")
        x_label, y_label = y_label, x_label
        ticks = ax.get_yticklabels()
    else:
        drawn = ax.bar(places, heights, 0.75, **style)
        ax.set_xticks(places, labels)
        upright = len(labels) > 12
        ax.margins(x=0.02, y=0.3 if upright else 0.12)
        _scale(ax, None, y_range)
        ax.grid(visible=False, axis="x")
        ticks = ax.get_xticklabels()
    for tick, c in zip(ticks, chosen, strict=True):
        tick.set_fontweight("bold" if c else "normal")
    if values != "":
        texts = [f"{h:{values}}" if values else _short(h) for h in heights]
        ax.bar_label(drawn, texts, padding=3, rotation=90 if not long and upright else 0)
    if min(heights) < 0:
        (ax.axvline if long else ax.axhline)(0, color=SOFT, linewidth=1)
    _labels(ax, title, x_label, y_label, per_inch=4 if long else 8)
    return from_figure(fig, alt)


def heatmap(
    rows: Sequence[Sequence[float | None]],
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    *,
    title: str,
    alt: str,
    x_label: str = "",
    y_label: str = "",
    bar_label: str = "",
    values: str | None = None,
    value_range: Range | None = None,
) -> Picture:
    """A coloured cell for each number; None is a cell that holds nothing, drawn hatched.

    The number is written in each cell where there is room (format `values`, "" for never). From
    white to blue where all are 0 or more, else from orange (negative) by white to purple.
    """
    flat = _numbers([x for row in rows for x in row if x is not None], "the table")
    if any(len(row) != len(column_labels) for row in rows) or len(rows) != len(row_labels):
        raise CourseError(
            f"the table has {len(rows)} rows for {len(row_labels)} row labels, and each row must "
            f"hold {len(column_labels)} numbers, one for each column label."
        )
    if value_range:
        low, high = value_range
    elif min(flat) < 0:
        low, high = -max(map(abs, flat)), max(map(abs, flat))
    else:
        low, high = 0, max(flat) or 1
    side = min(0.8, 5.2 / len(column_labels))
    width = max(4, 2.2 + side * len(column_labels))
    fig, ax = figure(min(WIDTH, width), 1.3 + min(side, 0.45) * max(3, len(rows)))
    grid = [[math.nan if x is None else float(x) for x in row] for row in rows]
    mesh = ax.pcolormesh(
        grid, cmap="PuOr" if low < 0 else "Blues", vmin=low, vmax=high, edgecolors="white"
    )
    ax.set_facecolor(FAINT)
    ax.patch.set(hatch="///", edgecolor="white")
    ax.set_xticks([i + 0.5 for i in range(len(column_labels))], map(str, column_labels))
    ax.set_yticks([i + 0.5 for i in range(len(row_labels))], map(str, row_labels))
    if max(map(len, map(str, column_labels))) * 0.12 > side:
        ax.tick_params(axis="x", labelrotation=90)
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.invert_yaxis()
    ax.spines[:].set_visible(False)
    if values is None:  # two decimals, or a power of ten; nothing where a cell is narrow
        values = "" if side <= 0.45 else ".2f" if max(map(abs, flat)) < 1000 else ".1e"
    for i, (row, colours) in enumerate(zip(grid, mesh.to_rgba(grid), strict=True)):
        for j, (x, (red, green, blue, _)) in enumerate(zip(row, colours, strict=True)):
            if values and not math.isnan(x):
                dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
                ax.text(
                    *(j + 0.5, i + 0.5, f"{x:z{values}}"),
                    **dict(ha="center", va="center", color="white" if dark else BLACK),
                )
    fig.colorbar(mesh, ax=ax, label=bar_label, aspect=15, pad=0.02).outline.set_visible(False)
    _labels(ax, title, x_label, y_label)
    return from_figure(fig, alt)


def vectors(
    arrows: Mapping[str, Point],
    *,
    title: str,
    alt: str,
    x_label: str = "",
    y_label: str = "",
    limit: float | None = None,
) -> Picture:
    """Arrows from the origin of the plane, each with its name at the tip."""
    tips = [_numbers(tip, f"the arrow {name!r}") for name, tip in arrows.items()]
    limit = limit or 1.25 * max([abs(x) for tip in tips for x in tip], default=0) or 1
    fig, ax = figure(WIDTH, 4.4)
    for i, (name, (x, y)) in enumerate(zip(arrows, tips, strict=True)):
        colour = PALETTE[i % len(PALETTE)]
        ax.annotate("", (x, y), (0, 0), arrowprops=dict(arrowstyle="-|>", color=colour, lw=2))
        away = (8 if x >= 0 else -8, 8 if y >= 0 else -8)
        _text(ax, name, (x, y), away)
    ax.axhline(0, color=SOFT, linewidth=1)
    ax.axvline(0, color=SOFT, linewidth=1)
    ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    _labels(ax, title, x_label, y_label)
    return from_figure(fig, alt)


def letters(
    places: Mapping[str, Point],
    *,
    title: str,
    alt: str,
    x_label: str = "",
    y_label: str = "",
    highlight: Iterable[str] = (),
    x_range: Range | None = None,
    y_range: Range | None = None,
) -> Picture:
    """Texts in the plane, each in the middle of its place; those in `highlight` are framed.

    Fix `x_range` and `y_range` where several pictures are to be compared.
    """
    points = [_numbers(place, f"the place of {name!r}") for name, place in places.items()]
    if not points:
        raise CourseError("there is nothing to draw: give at least one text with its place.")
    fig, ax = figure(WIDTH, 4.4)
    ax.plot(*zip(*points, strict=True), linestyle="")  # sets the limits of the axes
    ax.margins(0.08)
    _scale(ax, x_range, y_range)
    frame = dict(boxstyle="round,pad=0.25", facecolor="none", edgecolor=VERMILLION, linewidth=2)
    for name, place in zip(places, points, strict=True):
        chosen = name in set(highlight)
        ax.text(
            *(*place, name),
            **dict(ha="center", va="center", color=INK if chosen else BLUE, fontweight="bold"),
            bbox=frame if chosen else None,
        )
    _labels(ax, title, x_label, y_label)
    return from_figure(fig, alt)


def contours(
    f: Callable[[float, float], float],
    paths: Mapping[str, Sequence[Point]] = MappingProxyType({}),
    *,
    x_range: Range,
    y_range: Range,
    title: str,
    alt: str,
    x_label: str = "",
    y_label: str = "",
    arrows: Sequence[tuple[Point, Point]] = (),
) -> Picture:
    """The height lines of f(x, y), and paths across them: {name: [(x, y), …]}.

    Each path starts at a ring and has a dot for every step. What leaves the ranges is not seen.
    `arrows` are pairs of a point and the (dx, dy) that leads on from it.
    """
    for name, path in paths.items():
        _numbers([x for point in path for x in point], f"the path {name!r}")
    fig, ax = figure(WIDTH, 4.4)
    xs, ys = ([a + (b - a) * i / 40 for i in range(41)] for a, b in (x_range, y_range))
    heights = [[float(f(x, y)) for x in xs] for y in ys]
    flat = _numbers([height for row in heights for height in row], "the surface")
    low, high = min(flat), max(flat)
    # Lines lie closer near the bottom, where the paths end.
    levels = [low + (high - low) * (i / 10) ** 2 for i in range(1, 11)]
    if high > low:
        ax.contour(xs, ys, heights, levels, colors="#9A9A9A", linewidths=0.9)
    for i, (name, path) in enumerate(paths.items()):
        style = dict(color=PALETTE[i % len(PALETTE)], linestyle=DASHES[i % len(DASHES)])
        ax.plot(*zip(*path, strict=True), marker="o", markersize=4, label=name, **style)
        ax.plot(*path[0], "o", markersize=11, fillstyle="none", color=style["color"])
    for (x, y), (dx, dy) in arrows:
        ax.plot([x], [y], "o", color=VERMILLION)
        ax.annotate(
            "", (x + dx, y + dy), (x, y), arrowprops=dict(arrowstyle="->", color=VERMILLION, lw=2)
        )
    ax.grid(visible=False)
    ax.set(xlim=x_range, ylim=y_range)
    _labels(ax, title, x_label, y_label)
    if any(paths):
        _legend(fig, ax)
    return from_figure(fig, alt)


def histogram(
    numbers: Sequence[float],
    *,
    title: str,
    alt: str,
    x_label: str = "",
    y_label: str = "how many",
    bins: int | Sequence[float] = 20,
) -> Picture:
    """How many of the numbers fall into each of the bins (their number, or their edges)."""
    fig, ax = figure()
    ax.hist(_numbers(numbers, "the list of numbers"), bins, color=BLUE, edgecolor="white")
    ax.grid(visible=False, axis="x")
    _labels(ax, title, x_label, y_label)
    return from_figure(fig, alt)


def _numbers(numbers: Iterable[float], what: str) -> list[float]:
    """The numbers as floats, if there are any and all of them can be drawn."""
    try:
        floats = [float(x) for x in numbers]
    except (TypeError, ValueError):
        raise CourseError(f"{what} cannot be drawn: it must hold numbers only.") from None
    if not floats:
        raise CourseError(f"{what} is empty: there is nothing to draw.")
    for i, x in enumerate(floats):
        if not math.isfinite(x):
            raise CourseError(
                f"{what} holds {x} at position {i}, which cannot be drawn: "
                "look at the code that computed it, or leave it out."
            )
    return floats


def _short(x: float) -> str:
    """Four digits, and no powers of ten for what is counted in thousands."""
    return f"{x:,.0f}" if 1e4 <= abs(x) < 1e9 else f"{x:z.4g}"


def _scale(ax, x_range: Range | None, y_range: Range | None) -> None:
    """Fix the axes that have a range, and leave the others to the data."""
    if x_range:
        ax.set_xlim(x_range)
    if y_range:
        ax.set_ylim(y_range)


def _logarithmic(set_scale: Callable, axis) -> None:
    """A logarithmic axis with plain numbers: each power of ten, and 2 and 5 where few."""
    from matplotlib.ticker import LogLocator

    set_scale("log")
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 1000 * low else (1,)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter("")


def _labels(ax, title: str, x_label: str, y_label: str, per_inch: int = 8) -> None:
    """Title and axis labels, broken into lines that fit: so many letters per inch of the figure."""
    for spine in [spine for axes in ax.figure.axes for spine in axes.spines.values()]:
        # Else it asks all ticks, time and again, how far they reach; their labels reach further.
        spine.register_axis(None)
    width, height = ax.figure.get_size_inches()
    ax.figure.suptitle(fill(title, int(9.5 * width)))
    ax.set_xlabel(fill(x_label, int(per_inch * width)))
    ax.set_ylabel(fill(y_label, int(8 * height)))


def _legend(fig, ax) -> None:
    """The names of the lines, below the plot and off the data."""
    handles, names = ax.get_legend_handles_labels()
    longest = max(map(len, names))
    columns = max(1, min(len(names), int(62 / (longest + 8))))
    fig.legend(handles, [fill(n, 56) for n in names], loc="outside lower center", ncols=columns)


def _mark(ax, points: Mapping[str, Point] | Iterable[Point]) -> None:
    """Points with their texts, or without any."""
    texts = points if isinstance(points, Mapping) else [""] * len(points := list(points))
    places = points.values() if isinstance(points, Mapping) else points
    for text, place in zip(texts, places, strict=True):
        place = _numbers(place, f"the point {text!r}" if text else "the point")
        ax.plot(*place, "o", color=INK, zorder=3)
        if text:
            _text(ax, text, place, (7, 7))


def _text(ax, text: str, place: Sequence[float], away: Point) -> None:
    """Text beside a place, on a white ground; `away` is in points."""
    ax.annotate(
        fill(text, 24),
        place,
        away,
        textcoords="offset points",
        ha="left" if away[0] > 0 else "right",
        va="bottom" if away[1] > 0 else "top",
        bbox=dict(boxstyle="square,pad=0.1", facecolor="white", edgecolor="none", alpha=0.8),
    )
