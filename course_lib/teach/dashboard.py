"""Training to watch: two runs with settings of their own, started, paused and stopped by hand.

The runs advance in small slices between whatever else the kernel has to do, so that other cells
can be run meanwhile.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from threading import Lock
from types import MappingProxyType
from typing import Any, ClassVar

from course_lib.errors import CourseError
from course_lib.teach.picture import Picture, figure, from_figure
from course_lib.teach.style import BLUE, DASHES, MONO, SOFT, VERMILLION
from course_lib.teach.views import STOPPED

# One slice of a run: the steps done, the training loss, the held-out loss, some samples.
Slice = tuple[int, float, float, Sequence[str]]
Begin = Callable[..., Iterator[Slice]]

PAUSE = 0.1  # seconds between two slices, in which the kernel is free for other cells
COLOURS = (BLUE, VERMILLION)


class Run:
    """One training run: its settings, its slices so far, and whether it is under way."""

    def __init__(self, name: str, begin: Begin, num_steps: int):
        self.name, self.begin, self.num_steps = name, begin, num_steps
        self.state, self.problem = "not started", ""
        self.slices: list[Slice] = []
        self.work: Iterator[Slice] | None = None

    def start(self, settings: Mapping[str, Any]) -> None:
        """Begin from the start with these settings."""
        self.slices, self.problem = [], ""
        self.state = "running"
        self.work = self.begin(self.num_steps, **settings)

    def advance(self) -> None:
        """One slice further; a run that fails says why and ends."""
        try:
            self.slices.append(next(self.work))
        except StopIteration:
            self.state = "finished"
        except CourseError as error:
            self.state, self.problem = "failed", str(error)
        except Exception as error:  # of the code that was handed in: said here, as no cell runs
            self.state, self.problem = "failed", f"{type(error).__name__}: {error}"

    def stop(self) -> None:
        """The end of a run that is under way."""
        if self.state in ("running", "paused"):
            self.state = "stopped"

    @property
    def news(self) -> str:
        """Where the run is, in a few words; the step only where it stands: this is read aloud."""
        stands = self.slices and self.state != "running"
        step = f" at step {self.slices[-1][0]} of {self.num_steps}" if stands else ""
        problem = f": {self.problem}" if self.problem else ""
        verb = {"not started": "has not started", "failed": "failed"}.get(
            self.state, f"is {self.state}"
        )
        return f"Run {self.name} {verb}{step}{problem}"


class Dashboard:
    """Two runs side by side, with their buttons, and one picture of all their losses."""

    shown: ClassVar["Dashboard | None"] = None  # the one that is in use

    def __init__(
        self,
        begin: Begin,
        num_steps: int,
        first: Mapping[str, Any],
        second: Mapping[str, Any],
        levels: Mapping[str, float],
        controls: Mapping[str, Sequence],
    ):
        import ipywidgets

        self.levels, self.num_steps = levels, num_steps
        # From a button's second press on, the kernel hears of it in another thread (a subshell)
        # than the one that trains: it is to wait until the slice is done.
        self.turn = Lock()
        self.panels = []
        for name, start in (("A", first), ("B", second)):
            if set(start) != set(controls):
                raise CourseError(
                    f"run {name} needs a first value for each control: {', '.join(controls)}."
                )
            run = Run(name, begin, num_steps)
            self.panels.append(Panel(run, start, controls, self.turn, self._wake))
        self._task: asyncio.Task | None = None
        self.preview = self._preview()
        self.image = ipywidgets.HTML(self.draw().img(), layout={"min_height": "300px"})
        columns = [panel.widget for panel in self.panels]
        self.widget = ipywidgets.VBox(
            [
                self.image,
                ipywidgets.HBox(columns, layout={"flex_flow": "row wrap", "max_width": "760px"}),
                ipywidgets.HTML(STOPPED),
            ],
            _dom_classes=("course-live",),
        )

    @property
    def runs(self) -> list[Run]:
        return [panel.run for panel in self.panels]

    def _preview(self) -> Picture:
        """Both runs as they end with their first settings: what a reader without a kernel sees."""
        for panel in self.panels:
            panel.run.start(panel.settings)
            while panel.run.state == "running":
                panel.run.advance()
        picture = self.draw()
        for panel in self.panels:
            panel.run = Run(panel.run.name, panel.run.begin, self.num_steps)
        return picture

    def stop(self) -> None:
        """Stop both runs."""
        with self.turn:
            for run in self.runs:
                run.stop()

    def _wake(self) -> None:
        """See to it that runs advance, now that a button was pressed."""
        self.image.value = self.draw().img()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        """One slice of each run that is under way, then a pause for everything else."""
        while any(run.state == "running" for run in self.runs):
            for panel in self.panels:
                with self.turn:
                    if panel.run.state == "running":
                        panel.run.advance()
                        panel.show()
            self.image.value = self.draw().img()
            await asyncio.sleep(PAUSE)

    def draw(self) -> Picture:
        """The losses of both runs so far, over the levels to compare them with."""
        fig, ax = figure(height=4.2)
        said = []
        for run, colour in zip(self.runs, COLOURS, strict=True):
            if not run.slices:
                said.append(f"run {run.name} has no losses yet")
                continue
            steps, training, held_out, _ = zip(*run.slices, strict=True)
            marker = "o" if len(steps) == 1 else None
            for losses, kind, dash in (
                (training, "on what it trains on", DASHES[2]),
                (held_out, "on names held out", DASHES[0]),
            ):
                label = f"run {run.name}, {kind}"
                ax.plot(steps, losses, color=colour, linestyle=dash, marker=marker, label=label)
            said.append(
                f"run {run.name} at step {steps[-1]}: loss {training[-1]:.2f} on what it trains "
                f"on, {held_out[-1]:.2f} on names held out"
            )
        for text, level in self.levels.items():
            ax.axhline(level, color=SOFT, linewidth=1)
            ax.annotate(
                f"{text}\n{level:.2f}",
                (1, level),
                (5, 0),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                va="center",
                color=SOFT,
            )
        ax.set(xlim=(0, self.num_steps), xlabel="training step", ylabel="loss")
        fig.suptitle("two runs, side by side")
        if any(run.slices for run in self.runs):
            fig.legend(loc="outside lower center", ncols=2)
        return from_figure(fig, f"Loss against training step; {'; '.join(said)}.")

    def __repr__(self) -> str:
        return f"Dashboard of two training runs. {self.preview!r}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            **self.widget._repr_mimebundle_(),
            "text/html": f"<div>{self.preview.img()}"
            "<p><em>Two runs to their end. Run this cell to start, pause and stop them "
            "yourself.</em></p></div>",
            "text/plain": repr(self),
        }


class Panel:
    """The settings, buttons and samples of one run."""

    def __init__(
        self,
        run: Run,
        first: Mapping[str, Any],
        controls: Mapping[str, Sequence],
        turn: Lock,
        wake: Callable[[], None],
    ):
        from ipywidgets import HTML, Button, Dropdown, HBox, Layout, VBox

        self.run, self.turn, self.wake = run, turn, wake
        self.inputs = {
            name: Dropdown(
                options=[(_text(value), value) for value in values],
                value=first[name],
                description=name.replace("_", " "),
                style={"description_width": "9em"},
                layout=Layout(width="95%"),
            )
            for name, values in controls.items()
        }
        self.go, self.stop = (Button(layout=Layout(width="9em")) for _ in range(2))
        self.go.on_click(self._go)
        self.stop.on_click(self._stop)
        self.news, self.written = HTML(), HTML()
        self.widget = VBox(
            [
                HTML(f"<strong>Run {run.name}</strong>"),
                *self.inputs.values(),
                HBox([self.go, self.stop]),
                self.news,
                self.written,
            ],
            layout=Layout(width="49%", min_width="300px"),
        )
        self.show()

    @property
    def settings(self) -> dict[str, Any]:
        return {name: widget.value for name, widget in self.inputs.items()}

    def _go(self, _button) -> None:
        with self.turn:
            match self.run.state:
                case "running":
                    self.run.state = "paused"
                case "paused":
                    self.run.state = "running"
                case _:
                    self.run.start(self.settings)
            self.show()
        self.wake()

    def _stop(self, _button) -> None:
        with self.turn:
            self.run.stop()
            self.show()

    def show(self) -> None:
        """Say where the run is, and which buttons make sense."""
        run = self.run
        words = {"running": "Pause", "paused": "Go on"}
        self.go.description = f"{words.get(run.state, 'Start')} {run.name}"
        self.stop.description = f"Stop {run.name}"
        under_way = run.state in words
        self.stop.disabled = not under_way
        for widget in self.inputs.values():
            widget.disabled = under_way
        self.news.value = f'<div role="status">{escape(run.news)}</div>'
        losses = samples = ""
        if run.slices:
            step, training, held_out, texts = run.slices[-1]
            losses = f"<div>step {step}: loss {training:.2f}, held out {held_out:.2f}</div>"
            names = escape(", ".join(texts))
            samples = f'<div style="font-family: {MONO}; line-height: 1.5">{names}</div>'
        self.written.value = losses + samples


def dashboard(
    begin: Begin,
    *,
    num_steps: int,
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    levels: Mapping[str, float] = MappingProxyType({}),
    **controls: Sequence,
) -> Dashboard:
    """Two training runs to start, pause, go on with and stop, and a picture of their losses.

    `begin(num_steps, **settings)` is a generator of slices of a run, each short (a tenth of a
    second at most): the steps done, the training loss, the held-out loss, some samples. A control
    is the values that a setting may take; `first` and `second` are those that the two runs begin
    with. `levels` are losses to compare with, by name. The stored picture shows both runs at
    their end, so both are run once, without pauses. There is one dashboard at a time.
    """
    if Dashboard.shown:
        Dashboard.shown.stop()  # its cell has been run again: nobody could see it train on
    Dashboard.shown = Dashboard(begin, num_steps, first, second, levels, controls)
    return Dashboard.shown


def _text(value) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
