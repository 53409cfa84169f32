/* Lays the slides out, so that none holds more than fits, and starts reveal.js. */
(async () => {
const WORDS = 50, ALONE = 80; // of prose: beside code, a picture or a question, and by itself
const LEGIBLE = 1.15, LARGEST = 1.9; // how many times its own size a picture may have
const VARIANTS = ['large', 'medium', 'large columns', 'medium columns', 'small', 'small columns'];
const SMALLEST = VARIANTS.slice(-2);
const HEADING = 'h1, h2, h3, h4';

const slides = document.querySelector('.slides');
const blocks = page => [...page.querySelectorAll('.block')]
  .sort((a, b) => a.dataset.place - b.dataset.place);
const heads = block => block.querySelector(HEADING) !== null;

/* In columns, what cells put out stands beside the rest; headings stay above. */
function arrange(page, variant) {
  const all = blocks(page);
  // What stands as it should is not taken out and put in again: that would lay it out twice.
  if (all.some((block, i) => block !== page.children[i])) page.replaceChildren(...all);
  page.className = `page ${variant}`;
  if (!variant.includes('columns')) return true;
  const body = all.filter(block => !heads(block));
  const right = body.filter(block => block.matches('.output'));
  const left = body.filter(block => !right.includes(block));
  const first = all.indexOf(right[0]);
  if (!left.length || !right.length || left.some(block => all.indexOf(block) > first)) return false;
  const columns = document.createElement('div');
  columns.className = 'columns';
  columns.append(...[left, right].map(column => {
    const element = document.createElement('div');
    element.append(...column);
    return element;
  }));
  page.append(columns);
  return true;
}

/* Pictures as large as the room that is left; false where they would be too small to read. */
function scalePictures(page, limit) {
  let legible = true;
  for (const image of page.querySelectorAll('.picture img, .view img')) {
    image.style.width = image.style.height = '0';
    const box = image.closest('.picture, .course-view');
    const room = box.getBoundingClientRect();
    const taken = [...box.querySelectorAll('label, p:not([role=status])')].reduce(
      (sum, other) => sum + other.getBoundingClientRect().height + 8, 0);
    const height = Math.min(room.height, limit - room.top) - taken;
    const scale = Math.min(LARGEST, room.width / image.naturalWidth, height / image.naturalHeight);
    if (scale < LEGIBLE) legible = false;
    image.style.width = `${Math.max(0, scale) * image.naturalWidth}px`;
    image.style.height = `${Math.max(0, scale) * image.naturalHeight}px`;
  }
  return legible;
}

function crowded(page) {
  const all = blocks(page);
  const prose = all.filter(block => block.matches('.prose') && !heads(block));
  const words = prose.map(block => block.textContent).join(' ').match(/\S*[\p{L}\p{N}]\S*/gu) ?? [];
  const questions = all.filter(block => block.matches('.question')).length;
  return questions > 1
    || (prose.length && words.length > WORDS && all.some(block => !block.matches('.prose')))
    || (prose.length > 1 && words.length > ALONE)
    || (page.querySelector('h1') && all.length > 2);
}

function overflows(page) {
  const limit = page.getBoundingClientRect();
  const style = getComputedStyle(page);
  const bottom = limit.bottom - parseFloat(style.paddingBottom) + 0.5;
  const right = limit.right - parseFloat(style.paddingRight) / 2;
  const legible = scalePictures(page, bottom);
  if (!legible && blocks(page).length > 1) return true;
  const outer = page.querySelectorAll('.block, .columns > *'); // most of what is too much shows here
  return [...outer, ...page.querySelectorAll('.block *')].some(element => {
    if (element.matches('label *, [role=status], mspace, annotation')) return false;
    const box = element.getBoundingClientRect();
    return box.bottom > bottom || box.right > right
      || (element.matches('pre, table, .columns > *') && element.scrollWidth > element.clientWidth + 1);
  });
}

const fits = (page, variants = VARIANTS) => !crowded(page)
  && variants.some(variant => arrange(page, variant) && !overflows(page));
// What is too much in small letters is too much in larger ones.
const holds = page => fits(page, SMALLEST);

function pageAfter(section) {
  const next = section.cloneNode(false);
  next.dataset.timing = 0;
  next.append(section.querySelector('.page').cloneNode(false));
  next.append(section.querySelector('aside').cloneNode(true));
  section.after(next);
  return next;
}

/* Moves what does not fit onto slides of their own. */
function layOut(section) {
  section.classList.add('measured');
  const page = section.querySelector('.page');
  if (!fits(page) && blocks(page).length > 1) {
    const next = pageAfter(section);
    const rest = next.querySelector('.page');
    const move = () => rest.prepend(blocks(page).at(-1));
    do move(); while (!holds(page) && blocks(page).length > 1);
    // What a cell puts out stays with its code where a slide holds both.
    const {cell} = rest.firstElementChild.dataset;
    const parted = blocks(page).filter(block => block.dataset.cell === cell
      && !block.matches('.prose'));
    if (parted.length && blocks(page).some(block => !parted.includes(block) && !heads(block))) {
      const whole = blocks(rest).filter(block => block.dataset.cell === cell);
      const others = blocks(rest).filter(block => !whole.includes(block));
      next.classList.add('measured');
      rest.replaceChildren(...parted, ...whole);
      const together = holds(rest);
      next.classList.remove('measured');
      if (!together) page.append(...parted);
      rest.replaceChildren(...(together ? parted : []), ...whole, ...others);
    }
    while (blocks(page).length > 1 && heads(blocks(page).at(-1))) move();
    fits(page);
    section.classList.remove('measured');
    layOut(next);
  }
  if (blocks(page)[0].matches('.fragment')) blocks(page)[0].classList.remove('fragment');
  section.classList.remove('measured');
}

function toggleTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = document.documentElement.dataset.theme ?? (dark ? 'dark' : 'light');
  document.documentElement.dataset.theme = theme === 'dark' ? 'light' : 'dark';
}

await Promise.all([...document.fonts].map(font => font.load()));
await Promise.all([...slides.querySelectorAll('img')].map(image => image.decode()));
document.querySelectorAll('.block').forEach((block, i) => { block.dataset.place = i; });
for (const section of [...slides.querySelectorAll('section > section')]) layOut(section);
// Nothing is to be found on a slide that shows nothing.
document.querySelectorAll('details').forEach(details => { details.open = false; });

const deck = new Reveal({
  width: 1280, height: 720, margin: 0, maxScale: 4, center: false, display: 'block',
  controls: false, progress: true, hash: true, transition: 'none', backgroundTransition: 'none',
  scrollActivationWidth: null, pdfSeparateFragments: false, pdfMaxPagesPerSlide: 1,
  // A slider, a button and a fold keep the keys that they need.
  keyboardCondition: ({target, key}) => !target?.matches('input')
    && !(target?.matches('button, summary, a') && [' ', 'Enter'].includes(key)),
  defaultTiming: 60, // switches the pace of the speaker view on; each slide has its own
  plugins: [RevealNotes],
});
await deck.initialize();
// The small pictures in the speaker view.
document.querySelector('.deck-bar').hidden = /receiver/.test(location.search);
window.deck = deck;

const place = document.querySelector('.deck-place');
const show = () => {
  place.textContent = `${deck.getSlidePastCount() + 1} / ${deck.getTotalSlides()}`;
  document.activeElement?.matches('.slides *') && document.activeElement.blur();
};
deck.on('slidechanged', show);
show();
deck.addKeyBinding({keyCode: 68, key: 'D', description: 'Light or dark'}, toggleTheme);

const actions = {prev: () => deck.prev(), next: () => deck.next(), theme: toggleTheme};
document.querySelector('.deck-bar').addEventListener('click', event =>
  actions[event.target.dataset.do]?.());
slides.addEventListener('click', event => {
  if (!event.target.matches('.reveal-answer')) return;
  const answers = event.target.parentElement.querySelectorAll('.answer');
  answers[0].matches('.visible') ? deck.prevFragment() : deck.nextFragment();
});
const label = () => document.querySelectorAll('.reveal-answer').forEach(button => {
  const shown = button.parentElement.querySelector('.answer').matches('.visible');
  button.textContent = shown ? 'Hide the answer' : 'Show the answer';
  button.setAttribute('aria-expanded', shown);
});
deck.on('fragmentshown', label);
deck.on('fragmenthidden', label);
label();
// From a slider, a presenter's remote control and Escape lead back to the slides.
slides.addEventListener('keydown', event => {
  if (!event.target.matches('input') || !['PageDown', 'PageUp', 'Escape'].includes(event.key)) return;
  event.preventDefault();
  event.target.blur();
  if (event.key === 'PageDown') deck.next();
  if (event.key === 'PageUp') deck.prev();
});
})();
