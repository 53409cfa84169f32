"""A deck of slides in a real Chromium, for tests and for authors who want to look.

    python tests/deck.py decks/02_value.html [FOLDER]

goes through the deck at two sizes, says what does not fit or cannot be read, and puts a picture of
each slide into the folder, where one is given.
"""

import sys
from contextlib import contextmanager
from pathlib import Path

from course_lib.authoring.chromium import browser

SIZES = ((1280, 720), (1920, 1080))

# What is wrong with the present slide, judged by where things are on the screen and not by the
# script that laid them out. Sizes are those of a slide of 1280 × 720.
PROBLEMS = """() => {
  const page = deck.getCurrentSlide().querySelector('.page');
  const area = page.getBoundingClientRect(), scale = area.width / 1280, found = new Set();
  const add = (element, text) => found.add(
    `cell ${element.closest('.block')?.dataset.cell ?? '?'}: ${text}`);
  if (area.width > innerWidth + 1 || area.height > innerHeight + 1) add(page, 'slide off screen');
  const floor = area.bottom - 40 * scale;  // below, the bar has its place
  for (const element of page.querySelectorAll('*')) {
    const style = getComputedStyle(element);
    const text = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    const range = document.createRange();
    range.selectNodeContents(element);  // letters may stand outside the box of their element
    const box = (text ? range : element).getBoundingClientRect();
    if (element.localName === 'img' && box.width < 50) add(element, 'picture not to be seen');
    if (!box.width || !box.height || element.closest('[role=status], mspace')) continue;
    if (box.bottom > floor + 1) add(element, 'ends too low');
    if (box.right > area.right + 1 || box.left < area.left - 1)
      add(element, 'is too wide');
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth
        && style.overflowX !== 'visible') add(element, `${element.localName} is cut off`);
    const inMath = element.closest('math');
    const size = parseFloat(style.fontSize);
    if (text && size < (inMath ? 14 : 20))
      add(element, `text of ${size.toFixed(1)} px: ${element.textContent.slice(0, 30)}`);
    const grown = box.width / scale / (element.naturalWidth ?? Infinity);
    if (element.localName === 'img' && grown < 1)
      add(element, `picture at ${grown.toFixed(2)} of its size`);
  }
  const drawn = [...page.querySelectorAll('.block')].map(b => b.getBoundingClientRect());
  drawn.forEach((a, i) => drawn.slice(i + 1).forEach(b => {
    if (a.bottom > b.top + 1 && b.bottom > a.top + 1
        && a.right > b.left + 1 && b.right > a.left + 1)
      add(page.querySelectorAll('.block')[i], 'lies over another block');
  }));
  const prose = [...page.querySelectorAll('.block.prose')].flatMap(b =>
    [...b.children].filter(e => !e.matches('h1, h2, h3, h4'))).map(e => e.textContent).join(' ');
  const words = prose.split(/\\s+/).filter(word => /[\\p{L}\\p{N}]/u.test(word)).length;
  if (words > 50 && page.querySelector('.block:not(.prose)'))
    add(page.querySelector('.block'), `${words} words beside code, a picture or a question`);
  if (words > 80) add(page.querySelector('.block'), `${words} words`);
  return [...found];
}"""


# The next fragment or slide; false where there is none.
GO_ON = """() => {
  const end = deck.isLastSlide() && !deck.availableFragments().next;
  if (!end) deck.next();
  return !end;
}"""

# All steps in one go: to ask from here for each would take longer than to judge it. At the end it
# waits for what a step only set going: such an error or request is heard of before the answer.
ALL_PROBLEMS = f"""async () => {{
  const problems = {PROBLEMS}, goOn = {GO_ON}, found = new Set();
  do {{
    const slide = deck.getSlidePastCount() + 1;
    for (const problem of problems()) found.add(`slide ${{slide}}, ${{problem}}`);
  }} while (goOn());
  await new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)));
  return [...found];
}}"""


AT_ONCE = "* { transition: none !important }"  # else what is judged is still on its way


class Deck:
    """A deck in the browser. `tab` is the Playwright page; `console` and `requests` are watched."""

    def __init__(self, tab):
        self.tab, self.console, self.requests = tab, [], []

    def steps(self):
        """The number of the slide, from 1, after each step: every slide, and every fragment."""
        going = True
        while going:
            yield self.tab.evaluate("deck.getSlidePastCount() + 1")
            going = self.tab.evaluate(GO_ON)

    def problems(self) -> list[str]:
        """What does not fit or cannot be read on the present slide, by cell."""
        return self.tab.evaluate(PROBLEMS)

    def all_problems(self) -> list[str]:
        """The problems of all slides after each step, each once."""
        self.tab.add_style_tag(content=AT_ONCE)
        return self.tab.evaluate(ALL_PROBLEMS)

    def outside(self) -> list[str]:
        """The requests for anything but the deck itself."""
        own = self.tab.url.split("#")[0].split("?")[0]
        inside = (own, "data:", "about:")
        return [url for url in self.requests if not url.startswith(inside)]


@contextmanager
def opened(tab, path: Path, size=SIZES[0], scheme: str = "light"):
    """The `Deck` in this file, loaded into this tab in a window of this size."""
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.emulate_media(color_scheme=scheme)
    deck = Deck(tab)
    heard = (
        (tab, "pageerror", lambda error: deck.console.append(str(error))),
        (tab, "console", lambda said: deck.console.append(said.text)),
        (tab.context, "request", lambda request: deck.requests.append(request.url)),
    )
    for source, event, listener in heard:
        source.on(event, listener)
    try:
        tab.goto(path.resolve().as_uri())
        tab.wait_for_function("window.deck?.isReady()")
        yield deck
    finally:
        for source, event, listener in heard:
            source.remove_listener(event, listener)


def main(path: str, folder: str | None = None) -> None:
    """Say what is wrong with a deck, and take a picture of each slide."""
    with browser() as chrome:
        tab = chrome.new_page()
        for size in SIZES:
            with opened(tab, Path(path), size) as deck:
                for problem in deck.all_problems():
                    print(f"{Path(path).name} at {size[0]}×{size[1]}: {problem}")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            with opened(tab, Path(path)) as deck:
                tab.add_style_tag(content=AT_ONCE)
                for slide in deck.steps():  # the last step of a slide shows all of it
                    deck.tab.screenshot(path=f"{folder}/{slide:03}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
