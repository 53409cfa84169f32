"""The assembler: one program, my_microgpt.py, made of the answers that a student has passed.

`program.py` is the whole program in the course's words, and works as it stands. What stands under a
mark `# piece: value.mul` there is taken from the student's answer to that exercise, if it was
passed and works in the program.
"""

import ast
import builtins
import functools
import hashlib
import html
import importlib
import json
import os
import re
import subprocess
import symtable
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.exercises import LESSONS
from course_lib.exercises.origins import LIBRARIES, MADE, YOURS
from course_lib.home import home, write_atomically
from course_lib.teach.notice import rich
from course_lib.teach.progress import load

TEMPLATE = Path(__file__).with_name("program.py")
MARK = re.compile(r"# piece: (\w+\.\w+)")
FILE = "my_microgpt.py"

# Under these names the lessons import finished code, which stands in the program under its own.
MODULES = {"finished", *LESSONS}

BUILTINS = set(dir(builtins)) - {"display", "get_ipython"}  # which a notebook adds

TRIAL = {"num_steps": 3, "num_samples": 2}
TRIAL_NAMES = ("anna", "bo", "maximilian", "mia")
TRIAL_SECONDS = 12.0
TOLERANCE = 1e-6
TOO_SLOW = (
    f"it is too slow in a whole program: we stopped 3 steps after {TRIAL_SECONDS:.0f} seconds, and "
    "500 are needed. Does a loop never end? Is something done again and again, such as visiting a "
    "node twice, or `in` on a long list (a set finds it at once)?"
)
PRINTS = (
    "it prints while it computes, which makes thousands of lines in a whole run: take the `print` "
    "out, then check it again."
)
SAID = "{} of its {} marked functions are yours. What has no mark is the frame around them."

# What the child process runs: the program's results go to a file, what it prints to stdout, or if
# nothing is to be shown, the beginning of it with the results.
RUNNER = """
import io, json, runpy, sys

class Screen(io.StringIO):
    def write(self, text):
        return super().write(text) if self.tell() < 9_999 else len(text)

program, data, results, settings, show = sys.argv[1:]
screen = sys.stdout if show == "True" else Screen()
sys.stdout = screen
losses, samples = runpy.run_path(program)["main"](data, **json.loads(settings))
printed = "" if show == "True" else screen.getvalue()
with open(results, "w", encoding="utf-8") as file:
    json.dump({"losses": losses, "samples": samples, "printed": printed}, file)
"""


class Misfit(Exception):
    """An answer that is right, but cannot stand in the program; the message says what to do."""


@dataclass(frozen=True)
class Piece:
    """A function of the program: the student's or the course's, and why not the student's."""

    id: str
    code: str
    yours: bool = False
    remark: str = ""

    @property
    def lesson(self) -> str:
        """The number and name of its lesson, as in "02_value"."""
        topic = self.id.split(".")[0]
        return f"{LESSONS.index(topic):02}_{topic}" if topic in LESSONS else topic

    @property
    def marked(self) -> str:
        """Its code with a comment that says whose it is: on its first line, where that has room."""
        whose = "yours" if self.yours else "the course's"
        comment = f"# {whose}: {self.id}, lesson {self.lesson[:2]}"
        first, *others = self.code.splitlines()
        if first.endswith(":") and len(first) + len(comment) + 2 <= 100:
            return "\n".join([f"{first}  {comment}", *others])
        return f"{comment}\n{self.code}"


@dataclass(frozen=True)
class Program:
    """The assembled program: its text, and whose each of its pieces is."""

    text: str
    pieces: tuple[Piece, ...]

    @property
    def share(self) -> float:
        """The share of its lines that are the student's, blank ones left out."""
        yours = sum(_count_lines(piece.code) for piece in self.pieces if piece.yours)
        return yours / _count_lines(self.text)

    @property
    def _summary(self) -> str:
        yours = sum(piece.yours for piece in self.pieces)
        most = sum(_count_lines(piece.code) for piece in self.pieces) / _count_lines(self.text)
        return (
            f"Yours: {yours} of {len(self.pieces)} pieces, {self.share:.0%} of the lines "
            f"(with every piece about {most:.0%}: the frame around them is the course's)"
        )

    @property
    def _rows(self) -> list[tuple[str, str, str]]:
        """Of each lesson its name, a bar, and what is missing."""
        rows = []
        for lesson, group in groupby(sorted(self.pieces, key=lambda p: p.lesson), _lesson_of):
            group = list(group)
            gaps = [piece.id.split(".")[1] for piece in group if not piece.yours]
            bar = "■" * (len(group) - len(gaps)) + "□" * len(gaps)
            rows.append((lesson, bar, f"the course's: {', '.join(gaps)}" if gaps else "all yours"))
        return rows

    @property
    def remarks(self) -> list[str]:
        """One sentence for each answer that was passed and is not in the program."""
        return [f"`{p.id}`: {p.remark}" for p in self.pieces if p.remark]

    def __repr__(self) -> str:
        lines = [f"{lesson:<14}{bar:<9}{gaps}" for lesson, bar, gaps in self._rows]
        return "\n".join([self._summary, *lines, *self.remarks])

    def _repr_html_(self) -> str:
        cell = '<td style="text-align: left">'
        rows = "".join(
            f'<tr><th scope="row" style="text-align: left"><a href="{lesson}.ipynb">'
            f'{lesson.replace("_", " ")}</a></th>{cell}<span aria-hidden="true">{bar}</span></td>'
            f"{cell}{html.escape(gaps)}</td></tr>"
            for lesson, bar, gaps in self._rows
        )
        remarks = "".join(f"<p>{rich(remark)}</p>" for remark in self.remarks)
        return f"<p><strong>{self._summary}</strong></p><table>{rows}</table>{remarks}"

    def changed(self, old: str, new: str) -> "Program":
        """This program with one piece of text, which it must hold once, replaced by another."""
        if (count := self.text.count(old)) != 1:
            raise CourseError(f"{old!r} stands in the program {count} times, not once.")
        return replace(self, text=self.text.replace(old, new))

    def write(self, path: str | Path | None = None) -> Path:
        """Write the file, by default in the working folder, and say so; returns its path.

        Where the file is there already and was changed by hand, it is kept under another name.
        """
        if path is None:
            folder = home() if os.environ.get("COURSE_HOME") else Path.cwd()
            path = folder / FILE
        path, kept = Path(path), None
        try:
            if path.exists() and not _untouched(path.read_bytes()):
                kept = _free_name(path)
                os.replace(path, kept)
            write_atomically(path, self.text)
        except OSError as error:
            raise CourseError(
                f"{path.name} could not be written ({error.strerror}): choose another place, "
                "as in program.write('folder/my_microgpt.py')."
            ) from None
        if kept:
            print(f"The {path.name} that was here had changes of yours: it is now {kept.name}.")
        print(f"{path.name} is written: {len(self.text.splitlines())} lines.")
        return path


def assemble(
    answers: Mapping[str, str] | None = None, names: Mapping[str, Mapping[str, str]] | None = None
) -> Program:
    """The program, of the answers (source code by exercise id) that work in it.

    By default those are the ones that this person has passed. `names` has what `origins` said of
    them; where it has nothing, the origin of a name is guessed.
    """
    pieces = {piece.id: piece for piece in course_pieces()}
    if answers is None:
        answers, names = _passed(pieces)
    yours, remarks = {}, {}
    for id in pieces:
        if id in answers:
            known = (names or {}).get(id)
            try:
                yours[id] = _fitted(id, answers[id], known and tuple(sorted(known.items())))
            except Misfit as misfit:
                remarks[id] = str(misfit)
    if _trouble(yours)[0]:
        print("They do not all work together: trying your pieces one by one …", flush=True)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            tried = pool.map(lambda id: _trouble({id: yours[id]}), yours)
        alone = dict(zip(yours, tried, strict=True))
        remarks |= {id: trouble for id, (trouble, _) in alone.items() if trouble}
        yours = {id: answer for id, answer in yours.items() if not alone[id][0]}
        while _trouble(yours)[0] == TOO_SLOW:
            slowest = max(yours, key=lambda id: alone[id][1])
            remarks[slowest] = f"beside your other pieces {TOO_SLOW}"
            del yours[slowest]
        if _trouble(yours)[0]:  # each is well alone, but not all of them together
            together = {}
            for id in sorted(yours, key=lambda id: alone[id][1]):  # the slowest last
                if trouble := _trouble(together | {id: yours[id]})[0]:
                    remarks[id] = f"alone it is fine, but beside your other pieces {trouble}"
                else:
                    together[id] = yours[id]
            yours = together
    return _joined(yours, remarks)


@dataclass(frozen=True)
class Run:
    """What a program gave: the loss of each step, and what it wrote."""

    losses: list[float] = field(repr=False)
    samples: list[str]
    printed: str = field(default="", repr=False)  # the beginning, where it was not to be shown


def run(
    program: str | Path | Program,
    data: str | Path | Iterable[str],
    *,
    seconds: float | None = None,
    show: bool = True,
    **settings: float,
) -> Run:
    """Run a program such as my_microgpt.py in a Python of its own, as on the command line.

    `data` is a text file or a list of documents. Raises CourseError where the program stops with an
    error, and TimeoutError after `seconds`.
    """
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        if isinstance(program, Program):
            text, program = program.text, Path(folder) / FILE
            program.write_text(text, encoding="utf-8")
        if not isinstance(data, (str, Path)):
            documents, data = data, Path(folder) / "data.txt"
            data.write_text("\n".join(documents), encoding="utf-8")
        arguments = [program, data, results, json.dumps(settings), show]
        command = [sys.executable, "-I", "-X", "utf8", "-c", RUNNER, *map(str, arguments)]
        with (
            open(Path(folder) / "errors.txt", "w+", encoding="utf-8") as errors,
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            ) as child,
        ):
            try:
                if show:
                    for line in child.stdout:
                        print(line, end="")
                child.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                raise TimeoutError from None
            finally:
                child.kill()  # it has ended, unless something went wrong here
            errors.seek(0)
            said = errors.read()
        if child.returncode:
            raise CourseError(f"the program stopped: {_last_words(said, Path(program).name)}")
        return Run(**json.loads(results.read_text(encoding="utf-8")))


def course_pieces() -> list[Piece]:
    """The pieces of the program in the course's words, in its order."""
    return [part for part in _template() if isinstance(part, Piece)]


@functools.cache
def _template() -> tuple[str | Piece, ...]:
    """The course's program, cut at its pieces: text, piece, text, piece, …, text."""
    text = TEMPLATE.read_text(encoding="utf-8")
    lines, parts, end = text.splitlines(keepends=True), [], 0
    for node in ast.parse(text).body:
        mark = MARK.fullmatch(lines[node.lineno - 2].rstrip())
        if mark:
            code = "".join(lines[node.lineno - 1 : node.end_lineno]).rstrip()
            parts += ["".join(lines[end : node.lineno - 2]), Piece(mark[1], code)]
            end = node.end_lineno
    return (*parts, "".join(lines[end:]))


@functools.cache
def _program_names() -> frozenset[str]:
    """All that the program defines or imports by itself."""
    table = symtable.symtable(TEMPLATE.read_text(encoding="utf-8"), FILE, "exec")
    return frozenset(symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned())


def _passed(ids: Iterable[str]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The source code of the answers that this person has passed, and the origins of names."""
    records = {id: record for id in ids if (record := load(id)).get("status") == "passed"}
    return (
        {id: record.get("source") or "" for id, record in records.items()},
        {id: record["names"] for id, record in records.items() if record.get("names")},
    )


@dataclass(frozen=True)
class _Answer:
    """A student's answer, made to stand in the program, and the imports that it needs.

    `doubt` is what may be the matter where it does not work.
    """

    code: str
    imports: frozenset[str] = frozenset()
    doubt: str = ""


@functools.lru_cache(1000)
def _fitted(id: str, source: str, names: tuple[tuple[str, str], ...] | None = None) -> _Answer:
    """The answer as it can stand in the program. Raises Misfit where it cannot."""
    name = id.split(".")[1]
    again = f"then run its cell and `ex.{name}.check({name})` again."
    known = dict(names or ())
    if known.pop("", "").startswith("course_lib"):
        raise Misfit(f"that is the course's own function: write one of yours, {again}")
    if not source:
        raise Misfit(
            f"you passed, but your code could not be read: write it as a plain `def {name}(…):` in "
            f"a cell without `%%time` or the like, {again}"
        )
    try:
        tree = ast.parse(source)
    except SyntaxError:
        tree = ast.Module([], [])
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
        raise Misfit(f"write it as a function of its own, `def {name}(…):`, {again}")
    if made := [used for used, origin in known.items() if origin == MADE]:
        raise Misfit(
            f"it was made by another function or a decorator, where `{made[0]}` comes from: write "
            f"it as one plain `def {name}(…):`, {again}"
        )
    for module in sorted(_imported(tree)):
        if module not in sys.stdlib_module_names:
            raise Misfit(_outside(module, name, again))
    source = _renamed(source, tree.body[0], id, known)
    known |= {module: module for module in LIBRARIES if f"{module}." in source}
    imports, helpers, doubts = set(), [], []
    needed = _free_names(source) - {name} - BUILTINS
    for used in sorted(needed):
        origin = known.get(used)
        module, _, thing = (origin or "").partition(":")
        top = module.partition(".")[0]
        if top in sys.stdlib_module_names and used not in _program_names():
            imports.add(_import(module, thing, used))
        elif used in _program_names():
            if origin == YOURS and not used[0].isupper():
                doubts.append(
                    f"It uses your `{used}`. The program has a `{used}` of its own: where yours is "
                    f"another one, put it inside `{name}`, or give it another name."
                )
        elif top == "course_lib":
            raise Misfit(
                f"it uses `{thing or used}` of the course, which the program does not have: write "
                f"what it does inside `{name}`, {again}"
            )
        elif origin:
            raise Misfit(_outside(top, name, again))
        elif origin is None and (statement := _guessed_import(used, source)):
            imports.add(statement)
            doubts.append(
                f"`{used}` was taken from Python's library: if it is yours, put it inside `{name}`."
            )
        elif used in ("np", "numpy"):
            raise Misfit(_outside("numpy", name, again))
        else:
            helpers.append(f"`{used}`")
    if helpers:
        raise Misfit(
            f"it uses {' and '.join(helpers)} from elsewhere in your notebook, and only the "
            f"function itself comes along: put what it needs inside `{name}`, {again}"
        )
    return _Answer(source, frozenset(imports), " ".join(doubts))


def _outside(module: str, name: str, again: str) -> str:
    """What to do about a module that the program cannot have."""
    if module == "course_lib":
        return (
            f"it imports `course_lib`, without which the program does: take the import out of "
            f"`{name}` and see what is still missing, {again}"
        )
    return (
        f"it uses `{module}`, and the program does with Python alone: write it with lists and "
        f"loops, {again}"
    )


def _import(module: str, thing: str, name: str) -> str:
    """The import that brings something into the program under this name."""
    if thing:
        return f"from {module} import {thing}" + (f" as {name}" if name != thing else "")
    return f"import {module}" + (f" as {name}" if name != module else "")


def _guessed_import(name: str, source: str) -> str:
    """The import that a name of the standard library asks for; "" if it is none."""
    called = re.search(rf"(?<![.\w]){name}\(", source)
    if name in sys.stdlib_module_names and not called:
        return f"import {name}"
    known = [library for library in LIBRARIES if hasattr(importlib.import_module(library), name)]
    return f"from {known[0]} import {name}" if known else ""


def _imported(tree: ast.AST) -> set[str]:
    """The top names of the modules that are imported anywhere in the code."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def _renamed(source: str, function: ast.FunctionDef, id: str, known: Mapping[str, str]) -> str:
    """The source with the program's names: `finished.mlp` becomes `mlp`, `def my_mul` `def mul`."""
    name = id.split(".")[1]
    locals_, aliases = _local_names(function), _aliases(id.split(".", maxsplit=1)[0])
    for alias, origin in known.items():
        module, _, thing = origin.partition(":")
        if module.startswith("course_lib") and thing in _program_names() and alias != thing:
            aliases[alias] = thing
        elif module in sys.stdlib_module_names and thing and alias in _program_names():
            aliases[alias] = f"{module}.{thing}"  # the program has something else of that name
    edits = []
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=attr) if (
                module in MODULES - locals_ or known.get(module, "").startswith("course_lib")
            ):
                if attr == name:
                    raise Misfit(
                        f"it hands the work to the course's own `{module}.{attr}`, so it is the "
                        "course's words: write the steps out, then check it again."
                    )
                if attr not in _program_names():
                    raise Misfit(
                        f"it uses `{module}.{attr}` of the course, which the program does not "
                        f"have: write what it does inside `{name}`, then check it again."
                    )
                edits.append((node, attr))
            case ast.Name(id=old) if old == function.name:
                edits.append((node, name))
            case ast.Name(id="CourseError") if "CourseError" not in locals_:
                edits.append((node, "ValueError"))
            case ast.Name(id=old) if old in aliases and old not in locals_:
                edits.append((node, aliases[old]))
    lines = [line.encode() for line in source.splitlines()]  # columns are counted in bytes
    begin = lines[function.lineno - 1].index(function.name.encode(), function.col_offset + 3)
    end = begin + len(function.name.encode())
    spans = [(function.lineno, begin, function.lineno, end, name)] + [
        (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, new)
        for node, new in edits
    ]
    for line, begin, last, end, new in sorted(spans, reverse=True):
        lines[line - 1 : last] = [lines[line - 1][:begin] + new.encode() + lines[last - 1][end:]]
    return b"\n".join(lines).decode()


@functools.cache
def _aliases(topic: str) -> dict[str, str]:
    """Other names that a lesson's solutions use for finished code, and the program's names."""
    try:
        module = importlib.import_module(f"course_lib.exercises.{topic}")
    except ModuleNotFoundError:
        return {}
    named = {alias: getattr(thing, "__name__", "") for alias, thing in vars(module).items()}
    return {a: n for a, n in named.items() if a not in _program_names() and n in _program_names()}


def _local_names(function: ast.FunctionDef) -> set[str]:
    """The names that the function or one inside it takes or assigns."""
    nodes = list(ast.walk(function))
    taken = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return taken | {
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _free_names(source: str) -> set[str]:
    """The names that the code uses and does not define. Annotations do not count."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None

    def free(table: symtable.SymbolTable) -> set[str]:
        used = {
            s.get_name()
            for s in table.get_symbols()
            if (s.is_global() and s.is_referenced()) or s.is_declared_global()
        }
        return used.union(*map(free, table.get_children()))

    return free(symtable.symtable(ast.unparse(tree), "answer", "exec"))


def _joined(yours: Mapping[str, _Answer], remarks: Mapping[str, str]) -> Program:
    """The whole program, with these answers in their places."""
    parts, pieces = [], []
    for part in _template():
        if isinstance(part, Piece):
            if part.id in yours:
                part = Piece(part.id, yours[part.id].code, yours=True)
            else:
                part = Piece(part.id, part.code, remark=remarks.get(part.id, ""))
            pieces.append(part)
        parts.append(part.marked if isinstance(part, Piece) else part)
    text = re.sub(r"^# fmt: o\w+\n", "", "".join(parts), flags=re.MULTILINE)
    text = _with_imports(text, set().union(*(answer.imports for answer in yours.values())))
    # One blank line between functions, two in front of the headings.
    text = re.sub(r"\n{3,}", "\n\n", text).replace("\n# ===", "\n\n# ===")
    count = sum(piece.yours for piece in pieces)
    text = text.replace(
        "nothing else.\n", f"nothing else.\n\n{SAID.format(count, len(pieces))}\n", 1
    )
    return Program(text + _checksum_line(text), tuple(pieces))


def _with_imports(text: str, imports: Iterable[str]) -> str:
    """The program with further imports: each once, the names from one module on one line."""
    begin, end = text.index("import gc\n"), text.index("\nSETTINGS")
    plain, named = set(), {}
    for line in [*text[begin:end].splitlines(), *imports]:
        if line.startswith("from "):
            module, _, thing = line.removeprefix("from ").partition(" import ")
            named.setdefault(module, set()).add(thing)
        elif line:
            plain.add(line)
    named = [f"from {module} import {', '.join(sorted(named[module]))}" for module in sorted(named)]
    return text[:begin] + "\n".join([*sorted(plain), *named]) + "\n" + text[end:]


def _checksum_line(text: str) -> str:
    """The last line, by which the course knows that a file is as it wrote it."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"# Change what you like: a file that is not {digest} any more is never overwritten.\n"


def _untouched(content: bytes) -> bool:
    """Whether a file is just as the course has written it."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    rest = text[: text.rstrip("\n").rfind("\n") + 1]
    return text == rest + _checksum_line(rest)


def _free_name(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.stem}_yours_{number}.py")).exists():
        number += 1
    return kept


def _trouble(yours: Mapping[str, _Answer]) -> tuple[str, float]:
    """What goes wrong where these answers stand in the program, or "", and the seconds it took."""
    trouble, seconds = _tried(_joined(yours, {}).text)
    if trouble and len(yours) == 1 and trouble != TOO_SLOW:
        (answer,) = yours.values()
        trouble = f"{trouble} {answer.doubt}".rstrip()
    return trouble, seconds


@functools.lru_cache(1000)
def _tried(text: str) -> tuple[str, float]:
    begin = time.perf_counter()
    want = _trial(_joined({}, {}).text)
    try:
        got = _trial(text)
    except TimeoutError:
        trouble = TOO_SLOW
    except CourseError as error:
        trouble = f"{error}: make it work with what the other pieces give, then check it again."
    else:
        same = len(got.losses) == len(want.losses) and all(
            abs(a - b) <= TOLERANCE for a, b in zip(got.losses, want.losses, strict=True)
        )
        if not same or got.samples != want.samples:
            trouble = (
                "the losses or the names of the whole program come out different with it: "
                "compare it with the solution, then check it again."
            )
        else:
            trouble = PRINTS if got.printed != want.printed else ""
    return trouble, time.perf_counter() - begin


@functools.lru_cache(1000)
def _trial(text: str) -> Run:
    return run(Program(text, ()), TRIAL_NAMES, seconds=TRIAL_SECONDS, show=False, **TRIAL)


def _last_words(traceback: str, file: str) -> str:
    """The end of a traceback as one line, with the line of the program where it happened."""
    lines = traceback.strip().splitlines() or ["it said nothing"]
    places = re.findall(
        rf'{re.escape(file)}", line (\d+)(?:, in (\S+))?\n\s*(.*)', traceback, re.MULTILINE
    )
    if not places:
        return lines[-1][:300]
    number, function, code = places[-1]
    where = f"in `{function}`, " if function.isidentifier() else ""
    return f"{lines[-1][:300]} ({where}line {number}: `{code.strip()}`)"


def _count_lines(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def _lesson_of(piece: Piece) -> str:
    return piece.lesson
