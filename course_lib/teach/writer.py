"""Writing one text by hand: what may come next as bars, and the choice with the person."""

import math
from html import escape
from random import Random

from course_lib.sampling import probabilities
from course_lib.teach.picture import Picture
from course_lib.teach.plots import bars
from course_lib.teach.views import STOPPED
from course_lib.tokenizer import Tokenizer

TEMPERATURES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
END = "■"  # how BOS is written
# JupyterLab keeps the arrow keys for itself unless the element says otherwise.
ARROW_KEYS = """<style onload="
for (const list of this.closest('.course-live')?.querySelectorAll('select') ?? [])
  list.setAttribute('data-lm-suppress-shortcuts', 'true');
"></style>"""


class Writer:
    """A text that grows by a token at a press (drawn, chosen, the likeliest), and goes back."""

    def __init__(self, model, tokenizer: Tokenizer, rng: Random):
        from ipywidgets import HTML, Button, Dropdown, HBox, Layout, VBox

        self.model, self.tokenizer, self.rng = model, tokenizer, rng
        self.symbols = [*(c.replace(" ", "␣") for c in tokenizer.characters), END]
        self.taken: list[tuple[int, float]] = []  # each token, and how likely it was when taken
        whole_label = {"description_width": "initial"}
        self.temperature = Dropdown(
            options=[(f"{t:g}", t) for t in TEMPERATURES],
            value=1.0,
            description="temperature",
            style=whole_label,
            layout=Layout(width="180px"),
        )
        self.choice = Dropdown(
            description="next token", style=whole_label, layout=Layout(width="190px")
        )
        self.buttons = {
            label: Button(description=label, layout=Layout(width="auto"))
            for label in ("Draw", "Take the likeliest", "Take this token", "Back", "Start again")
        }
        for button, act in zip(
            self.buttons.values(),
            (self.draw, self.take_likeliest, self.take_chosen, self.back, self.start),
            strict=True,
        ):
            button.on_click(lambda _, act=act: act())
        self.image, self.news = HTML(layout={"min_height": "280px"}), HTML()
        self.show()
        self.temperature.observe(lambda _: self.show(), "value")
        self.preview = self.shown
        draw, likeliest, this, back, start = self.buttons.values()
        rows = [[draw, likeliest, back, start], [self.choice, this, self.temperature]]
        self.widget = VBox(
            [
                self.image,
                self.news,
                *(HBox(row, layout={"flex_flow": "row wrap"}) for row in rows),
                HTML(STOPPED + ARROW_KEYS),
            ],
            _dom_classes=("course-live",),
        )

    @property
    def tokens(self) -> list[int]:
        return [token for token, _ in self.taken]

    @property
    def over(self) -> bool:
        """Whether BOS was taken, or the model has no room for more."""
        return self.tokenizer.bos in self.tokens or len(self.taken) == self.model.config.block_size

    def next_probabilities(self) -> list[float]:
        """How likely each token is next; at the end, how likely each was as the last one."""
        cache = self.model.new_cache()
        for token in [self.tokenizer.bos, *(self.tokens[:-1] if self.over else self.tokens)]:
            logits = self.model.forward(token, cache)
        return probabilities(logits, self.temperature.value)

    def draw(self) -> None:
        """Take a token at random, each as often as its bar is high."""
        if not self.over:  # else the dice are left alone, too
            self._take(self.rng.choices(range(len(self.weights)), self.weights)[0])

    def take_likeliest(self) -> None:
        self._take(self.weights.index(max(self.weights)))

    def take_chosen(self) -> None:
        self._take(self.choice.value)

    def back(self) -> None:
        """Undo the last token."""
        del self.taken[-1:]
        self.show()

    def start(self) -> None:
        """Begin a new text."""
        self.taken.clear()
        self.show()

    def _take(self, token: int) -> None:
        if not self.over:
            self.taken.append((token, self.weights[token]))
            self.show()

    def show(self) -> None:
        """Bring picture, news, choices and buttons up to date."""
        self.weights = self.next_probabilities()
        self.shown = self.picture()
        self.image.value = self.shown.img()
        ranked = sorted(range(len(self.weights)), key=lambda token: -self.weights[token])
        self.choice.options = [(f"{self.symbols[t]}   {self.weights[t]:.3f}", t) for t in ranked]
        self.choice.index = 0  # equal options would keep the old choice
        for label in ("Draw", "Take the likeliest", "Take this token"):
            self.buttons[label].disabled = self.over
        self.news.value = f'<div role="status">{escape(self.story())}</div>'

    def story(self) -> str:
        """What was taken so far, and how likely each of it was."""
        text = f"“{self.tokenizer.decode(self.tokens)}”"
        if not self.taken:
            return f"Nothing is written yet. {END} stands for BOS: taking it ends the name."
        steps = ", ".join(f"{self.symbols[token]} ({p:.2g})" for token, p in self.taken)
        if not self.over:
            return f"{text} so far. Taken: {steps}."
        why = "BOS was taken" if self.tokens[-1] == self.tokenizer.bos else "there is no more room"
        product = math.prod(p for _, p in self.taken)
        together = f"one in {1 / product:,.0f}" if product > 1e-9 else "less than one in a billion"
        return (
            f"{text} is over: {why}. Taken: {steps}; all of it together: {together}. "
            "Go back, or start again."
        )

    def picture(self) -> Picture:
        """The probabilities of the next token as bars; at the end, the last one marked."""
        weights = self.weights
        before = self.tokenizer.decode(self.tokens[:-1] if self.over else self.tokens)
        ranked = sorted(range(len(weights)), key=lambda token: -weights[token])
        best = ", ".join(f"{self.symbols[t]} {weights[t]:.2f}" for t in ranked[:4])
        what = f"after {END}{before}, at temperature {self.temperature.value:g}"
        last = self.symbols[self.tokens[-1]] if self.over else None
        mark = f" {last} was taken." if last else ""
        return bars(
            self.symbols,
            weights,
            title=f"the next token {what}",
            alt=f"A bar for each next token {what}. The highest: {best}.{mark}",
            x_label=f"token ({END} is BOS: the end)",
            y_label="probability",
            values=".2f",
            y_range=(0, 1.2),
            highlight=last,
        )

    def __repr__(self) -> str:
        return f"A name to write yourself, letter by letter. {self.preview!r}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {
            **self.widget._repr_mimebundle_(),
            "text/html": f"<div>{self.preview.img()}"
            "<p><em>Run this cell to write a name yourself, letter by letter.</em></p></div>",
            "text/plain": repr(self),
        }


def writer(model, tokenizer: Tokenizer, rng: Random) -> Writer:
    """A text to write with the model, token by token: draw, take the likeliest, choose, go back.

    The bars show how likely each token is next, at a temperature that can be changed on the way.
    """
    return Writer(model, tokenizer, rng)
