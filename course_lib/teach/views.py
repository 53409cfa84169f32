"""Interactive views: a picture, and controls that change it.

`explore` draws all its pictures beforehand and works without a kernel; `live` asks the kernel.
"""

import json
import math
from collections.abc import Callable, Iterable
from html import escape
from itertools import product

from course_lib.errors import CourseError
from course_lib.teach.picture import Picture

MOST_FRAMES = 60


class View:
    """Pictures switched in the browser: plain HTML, which also works in an exported page."""

    def __init__(self, frames: list[Picture], controls: dict[str, list[str]]):
        self.frames, self.controls = frames, controls

    def __repr__(self) -> str:
        names = ", ".join(map(_words, self.controls))
        return f"View ({names}: {len(self.frames)} pictures). {self.frames[0]!r}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, str]:
        names = " and ".join(map(_words, self.controls))
        data = {
            "controls": [[_words(name), values] for name, values in self.controls.items()],
            # The first picture is in the page already.
            "frames": [["" if i == 0 else f.svg, f.alt] for i, f in enumerate(self.frames)],
        }
        # Nothing in the data may end the script element early.
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        # Without scripts (a notebook not trusted yet) this is a picture and a note, no dead slider.
        return {
            "text/html": f'<div class="course-view">{self.frames[0].img()}'
            f"<p><em>Run this cell to change {escape(names)}.</em></p>"
            f'<script type="application/json">{text}</script><script>{SCRIPT}</script></div>',
            "text/plain": repr(self),
        }


# JupyterLab keeps arrow keys for itself unless the input says data-lm-suppress-shortcuts. The
# values count like the digits of a number, the last one fastest, as itertools.product does.
SCRIPT = """(() => {
const view = document.currentScript.parentNode, image = view.querySelector('img');
const {controls, frames} = JSON.parse(view.querySelector('script').textContent);
const first = image.src, note = view.querySelector('p'), said = document.createElement('p');
said.setAttribute('role', 'status');
said.style.cssText = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)';
const inputs = controls.map(([name, values]) => {
  const label = document.createElement('label'), input = document.createElement('input');
  const text = document.createElement('span'), value = document.createElement('output');
  label.style.cssText = 'display:flex;align-items:center;gap:0.8em;max-width:640px;margin:0.3em 0';
  Object.assign(input, {type: 'range', min: 0, max: values.length - 1, value: 0});
  input.setAttribute('aria-label', name);
  input.setAttribute('data-lm-suppress-shortcuts', 'true');
  input.style.cssText = 'flex:1;min-width:8em';
  text.textContent = name;
  text.style.cssText = 'min-width:7em';
  value.style.cssText = `min-width:${Math.max(5, ...values.map(v => v.length))}ch`;
  label.append(text, input, value);
  note.before(label);
  input.show = () => {
    value.textContent = values[input.value];
    input.setAttribute('aria-valuetext', values[input.value]);
  };
  input.show();
  input.oninput = () => {
    const i = inputs.reduce((i, input) => i * (+input.max + 1) + +input.value, 0);
    const [svg, alt] = frames[i];
    input.show();
    image.src = svg ? 'data:image/svg+xml,' + encodeURIComponent(svg) : first;
    image.alt = said.textContent = alt;
  };
  return input;
});
note.replaceWith(said);
})()"""


def explore(draw: Callable[..., Picture], **controls: Iterable) -> View:
    """A slider for each control, and the picture that `draw` makes of their values.

    Each control is the values it may take: `explore(draw, rate=[0.01, 0.1], step=range(10))`.
    All pictures are drawn now, the first value of each first; more than 60 raise CourseError.
    """
    values = {name: list(control) for name, control in controls.items()}
    if not values or not all(values.values()):
        raise CourseError("explore needs at least one control, and a value or more for each.")
    count = math.prod(map(len, values.values()))
    if count > MOST_FRAMES:
        raise CourseError(
            f"these controls make {count} pictures, and explore draws at most {MOST_FRAMES}: "
            "give fewer values, or use live, which draws on demand."
        )
    frames = [
        _picture(draw(**dict(zip(values, chosen, strict=True))))
        for chosen in product(*values.values())
    ]
    return View(frames, {name: [_text(v) for v in control] for name, control in values.items()})


class Live:
    """Controls that ask the kernel, and the picture of their present values."""

    def __init__(self, draw: Callable[..., Picture], controls: dict):
        import ipywidgets

        self.draw, self.names = draw, " and ".join(map(_words, controls))
        self.inputs = {name: _input(name, control) for name, control in controls.items()}
        self.first = self._draw()
        self.image = ipywidgets.HTML(self.first.img())
        for widget in self.inputs.values():
            widget.observe(self._redraw, "value")
        self.widget = ipywidgets.VBox(
            [*self.inputs.values(), self.image, ipywidgets.HTML(STOPPED)],
            _dom_classes=("course-live",),
        )

    def _draw(self) -> Picture:
        return _picture(self.draw(**{name: widget.value for name, widget in self.inputs.items()}))

    def _redraw(self, _change) -> None:
        try:
            self.image.value = self._draw().img()
        except CourseError as error:
            self.image.value = f'<p role="alert">{escape(str(error))}</p>'

    def __repr__(self) -> str:
        return f"Live view ({self.names}). {self.first!r}"

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        # Beside the widget, what a reader sees where no kernel runs.
        return {
            **self.widget._repr_mimebundle_(),
            "text/html": f"<div>{self.first.img()}"
            f"<p><em>Run this cell to change {escape(self.names)}.</em></p></div>",
            "text/plain": repr(self),
        }


# The widget library marks its elements when their kernel is gone: then only this shows. It also
# leaves its sliders without a name for screen readers, and lets JupyterLab take the arrow keys from
# its drop-down lists: the style element, once there, sees to both.
STOPPED = """<style onload="
const live = this.closest('.course-live');
for (const handle of live?.querySelectorAll('[role=slider]') ?? []) {
  const label = handle.closest('.widget-inline-hbox').querySelector('label');
  handle.setAttribute('aria-label', label.textContent);
}
live?.addEventListener('focusin', ({target}) => {
  if (target.matches('select')) target.setAttribute('data-lm-suppress-shortcuts', 'true');
});
">
.course-live:not(.jupyter-widgets-disconnected)>:last-child,
.course-live.jupyter-widgets-disconnected>:not(:last-child){display:none}
</style><p role="alert"><strong>The kernel has stopped.</strong>
Run the notebook again from the top to go on.</p>"""


def live(draw: Callable[..., Picture], **controls) -> Live:
    """Controls of any kind, and the picture that `draw` makes of their values, drawn each time.

    A control is a list of values, `(least, most, step)` for numbers, a text for a text field, or a
    bool for a tick box. A CourseError that `draw` raises is shown in the view.
    """
    return Live(draw, controls)


def _input(name: str, control):
    """The widget for a control."""
    import ipywidgets

    options = {
        "description": _words(name),
        "style": {"description_width": "10em"},
        "layout": ipywidgets.Layout(width="100%", max_width="640px"),
    }
    match control:
        case bool():
            return ipywidgets.Checkbox(control, indent=False, **options)
        case str():
            return ipywidgets.Text(control, **options)
        case (least, most, step) if isinstance(control, tuple):
            whole = all(isinstance(x, int) for x in control)
            slider = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
            return slider(least, min=least, max=most, step=step, **options)
    values = list(control)
    return ipywidgets.SelectionSlider(options=[(_text(v), v) for v in values], **options)


def _picture(picture) -> Picture:
    """What `draw` returned, if it is a picture."""
    if not isinstance(picture, Picture):
        raise CourseError(
            f"the function given to a view must return a Picture, not {type(picture).__name__}: "
            "did you forget the return?"
        )
    return picture


def _words(name: str) -> str:
    return name.replace("_", " ")


def _text(value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
