"""Questions: recorded first, answered with a reason, and silent about the answer until then."""

import html
import importlib
import itertools
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import exercises
from course_lib.errors import CourseError
from course_lib.teach import questions as kinds
from course_lib.teach.notice import notice, rich
from course_lib.teach.progress import load
from course_lib.teach.questions import (
    Asked,
    Choice,
    Choices,
    FaultyLine,
    Number,
    Order,
    Quiz,
    right,
    wrong,
)

exercises.__path__.append(str(Path(__file__).parent / "lesson"))
sample = importlib.import_module("course_lib.exercises.sample")

QUESTIONS = [
    *exercises.questions(),
    sample.nudge,
    sample.lossy,
    sample.uniform,
    sample.step,
    sample.uphill,
    *sample.warm_up.questions,
]
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))


def answers(question):
    """Right and wrong answers to a question, as many as are worth trying."""
    match question:
        case Choice():
            return list(question.options)
        case Choices():
            sizes = range(len(question.options) + 1)
            return [
                list(chosen)
                for size in sizes
                for chosen in itertools.combinations(question.options, size)
            ]
        case Number():
            return [question.number, *question.mistakes, 1e9, "1e9"]
        case Order():
            return [question.solved, question.lines, question.solved[::-1]]
        case FaultyLine():
            return [question.faulty, *question.innocent]


def explanations(question):
    match question:
        case Choice() | Choices():
            return [option.because for option in question.options.values()]
        case Number():
            return [question.because, question.otherwise, *question.mistakes.values()]
        case Order():
            return [question.because, *question.rules.values()]
        case FaultyLine():
            return [question.because, *question.innocent.values()]


@every_question
def test_every_answer_has_its_own_explanation(question):
    whys = explanations(question)
    assert len(whys) >= 2 and all(why.strip() for why in whys)
    assert len(set(whys)) == len(whys)


@every_question
def test_exactly_one_answer_is_right(question):
    feedback = [question.judge(answer) for answer in answers(question)]
    assert sum(f.correct for f in feedback) == 1
    assert all(f.message.strip() for f in feedback)


@every_question
def test_what_is_stored_never_tells_the_answer(question):
    stored = question.ask()._repr_mimebundle_()
    assert set(stored) == {"text/plain", "text/html"}
    for text in stored.values():
        assert html.escape(question.text.split("`")[0]) in text or question.text in text
        told = html.unescape(re.sub(r"</?code>", "`", text))
        for why in explanations(question):
            assert why not in told
    for tag in re.findall("<[^>]*>", stored["text/html"]):  # nowhere to hide it
        assert re.fullmatch(r'</?(div|strong|code|br|ul|li|pre)( style="border-left[^"]*")?>', tag)
    match question:
        case Number():
            assert stored["text/html"] == notice("question", question.text)
        case Order():
            assert "\n".join(question.solved) not in html.unescape(stored["text/html"])


@every_question
def test_it_is_recorded_before_it_is_revealed_and_changes_nothing_shown(question, monkeypatch):
    before = question.ask()._repr_mimebundle_()
    first, second = answers(question)[1], answers(question)[0]
    feedback = question.answer(first)
    kept = load(question.id)
    assert kept["status"] == ("right" if feedback.correct else "wrong")
    question.answer(second)
    assert load(question.id)["first_answer"] == kept["first_answer"]
    assert load(question.id)["attempts"] == 2
    assert question.ask()._repr_mimebundle_() == before


def test_options_come_in_an_order_that_depends_on_the_id_alone():
    def order(id):
        options = {"a": right("1"), "b": wrong("2"), "c": wrong("3"), "d": wrong("4")}
        return list(Choice(id, "?", options).options)

    assert order("sample.one") == order("sample.one")
    firsts = [order(f"sample.{n}")[0] for n in range(40)]
    assert 3 < firsts.count("a") < 20


def test_choices_say_what_is_missing_and_what_is_too_much():
    told = sample.lossy.answer(["a slope", "a probability"]).message
    assert "“a logit” belongs here, too" in told
    assert "“a probability” does not belong here: Probabilities lie" in told
    assert "`x * x`" not in told


def test_the_right_choices_are_named_with_their_reasons():
    options = {"one": right("It is odd."), "two": wrong("Even."), "three": right("three is odd.")}
    told = Choices("a.b", "?", options).judge(["one", "three"]).message
    assert sorted(told.splitlines()) == ["three is odd.", "“one”: It is odd."]


@given(st.permutations(sample.step.solved))
def test_every_order_that_keeps_the_rules_is_right(order):
    feedback = sample.step.judge(order)
    broken = [
        why
        for (a, b), why in sample.step.rules.items()
        if order.index(sample.step.solved[a - 1]) > order.index(sample.step.solved[b - 1])
    ]
    assert feedback.correct == (not broken)
    assert feedback.message == (broken[0] if broken else sample.step.because)


def test_another_right_order():
    zero, reset, forward, backward, update = sample.step.solved
    assert sample.step.answer([forward, zero, reset, backward, update]).correct
    assert sample.step.lines != sample.step.solved


@given(st.floats(-10, 10))
def test_number_within_its_tolerance(x):
    feedback = sample.uniform.judge(x)
    assert feedback.correct == (abs(x - sample.uniform.number) <= 0.02)


@pytest.mark.parametrize("text", ["3.30", " 3,3 ", "33/10", 3.3, "3.3e0"])
def test_ways_to_write_a_number(text):
    assert sample.uniform.answer(text).correct
    assert load("sample.uniform")["first_answer"] == pytest.approx(3.3)


@pytest.mark.parametrize(
    "text, meant",
    [
        ("8,128", 8128),  # as the lessons write it
        ("8,128", 8.128),
        ("1,234,567", 1234567),
        ("8,128.5", 8128.5),
        ("8 128", 8128),
        ("0,125", 0.125),
        ("-2,5", -2.5),
        ("−2.5", -2.5),
        ("12,50", 12.5),
        ("3,3e2", 330),
        ("34%", 34),
        ("34 %", 0.34),
        ("1/2", 0.5),
    ],
)
def test_separators_of_thousands_and_decimal_commas(text, meant):
    question = Number(
        "a.b", "?", meant, tolerance=1e-9, because="so", mistakes={-1: "x"}, otherwise="y"
    )
    assert question.answer(text).correct
    assert load("a.b")["first_answer"] == pytest.approx(meant)


def test_of_two_readings_the_one_that_is_a_known_mistake_is_met():
    runs = next(q for q in QUESTIONS if q.id == "value.warm_up_runs")
    assert runs.judge("8,128").correct
    assert "nudges each parameter both ways" in runs.judge("4,064").message
    assert runs.judge("9,999").message == runs.otherwise
    for text in ("12,34,567", "1.234,5", "8,12,8"):
        with pytest.raises(CourseError, match="is not a number"):
            runs.judge(text)


@pytest.mark.parametrize(
    "question, answer, said",
    [
        (sample.uniform, "three", "'three' is not a number"),
        (sample.uniform, "1/0", "is not a number"),
        (sample.uniform, "nan", "is not a number"),
        (sample.uniform, None, "None is not a number"),
        (sample.nudge, "0.7", "'0.7' is not among the options: "),
        (sample.nudge, ["0.006"], "is not among the options"),
        (sample.lossy, "a slope", "as a list"),
        (sample.lossy, ["a slope", "zzz"], "'zzz' is not among"),
        (sample.step, sample.step.solved[:3], "every line, once"),
        (sample.step, ["x"] * 5, "every line, once"),
        (sample.uphill, 7, "from 1 to 4"),
        (sample.uphill, "two", "from 1 to 4"),
    ],
)
def test_what_cannot_be_an_answer_is_said_and_not_kept(question, answer, said):
    with pytest.raises(CourseError, match=re.escape(said)):
        question.answer(answer)
    assert load(question.id) == {}


@pytest.mark.parametrize(
    "make",
    [
        lambda: Choice("a.b", "?", {"1": right("x"), "2": right("y")}),
        lambda: Choice("a.b", "?", {"1": wrong("x"), "2": wrong("y")}),
        lambda: Choice("a.b", "?", {"1": right("x"), "2": wrong(" ")}),
        lambda: Choice("a.b", "?", {"1": right("x"), "2": wrong("x")}),
        lambda: Choices("a.b", "?", {"1": wrong("x"), "2": wrong("y")}),
        lambda: Order("a.b", "?", "a\nb", rules={}, because="so"),
        lambda: Order("a.b", "?", "a\n a", rules={(1, 2): "w"}, because="so"),
        lambda: Order("a.b", "?", "a\nb", rules={(2, 1): "w"}, because="so"),
        lambda: FaultyLine("a.b", "?", "a\nb", fault="c", because="so", innocent={"a": "x"}),
        lambda: FaultyLine("a.b", "?", "a\nb", fault="a", because="so", innocent={}),
        lambda: FaultyLine("a.b", "?", "a\na", fault="a", because="so", innocent={}),
    ],
)
def test_an_author_who_forgets_something_is_told(make):
    with pytest.raises(CourseError, match=r"^a\.b: "):
        make()


def test_feedback_reads_without_colour_and_escapes():
    good, bad = sample.nudge.answer("0.006"), sample.nudge.answer("0.001")
    assert repr(good).startswith("✓ Right: ") and repr(bad).startswith("✗ Not right yet: ")
    assert "<code>x**2</code>" in good._repr_html_()
    told = Choice("a.b", "?", {"<i>": right("<b>"), "2": wrong("`<u>`")})
    assert "&lt;b&gt;" in told.answer("<i>")._repr_html_()
    assert "<code>&lt;u&gt;</code>" in told.answer("2")._repr_html_()
    assert "&lt;i&gt;" in told.ask()._repr_mimebundle_()["text/html"]


def test_a_home_that_cannot_be_written_is_remarked(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file"))
    feedback = sample.nudge.answer("0.006")
    assert feedback.correct and "could not be kept" in repr(feedback)


def test_a_quiz_shows_its_questions():
    shown = sample.warm_up.ask()._repr_mimebundle_()
    assert shown["text/plain"].count("? Question: ") == 2
    assert shown["text/html"].count("<strong>Question:") == 2


# --- the live form, without a browser ---


@pytest.fixture
def live(monkeypatch):
    pytest.importorskip("ipywidgets")
    monkeypatch.setattr(kinds, "_kernel_listens", lambda: True)


@every_question
def test_static_form_is_the_same_with_a_kernel(question, live):
    shown = Asked([question])._repr_mimebundle_()
    key = "application/vnd.jupyter.widget-view+json"
    assert key in shown
    del shown[key]
    kinds._kernel_listens = lambda: False
    assert Asked([question])._repr_mimebundle_() == shown


def test_widgets_wait_for_an_answer_then_keep_it_then_tell(live):
    box = kinds._widget(sample.nudge)
    radio, submit, feedback = box.children[1:]
    assert radio.value is None
    submit.click()
    assert "Choose an answer first" in feedback.value and load("sample.nudge") == {}
    radio.value = "0.001"
    assert "Choose" in feedback.value
    submit.click()
    assert "nudge of <code>x</code> itself" in feedback.value
    radio.value = "0.006"
    submit.click()
    assert "Right" in feedback.value
    assert load("sample.nudge")["first_answer"] == "0.001"


def test_order_is_clicked_together(live):
    box = kinds._widget(sample.step)
    feedback = box.children[-1]
    buttons = {
        button.description[3:].replace("\N{NO-BREAK SPACE}", " "): button
        for button in box.children[1].children[:-1]
    }
    assert set(buttons) == set(sample.step.solved)
    solved = sample.step.solved
    buttons[solved[0]].click()
    box.children[2].click()
    assert "every line, once" in feedback.value
    buttons[solved[0]].click()  # taken out again
    for line in solved:
        buttons[line].click()
    assert buttons[solved[4]].description.startswith("5")
    assert "\n".join(solved) in box.children[1].children[-1].value
    box.children[2].click()
    assert "Zero, forward, backward, update." in feedback.value


def test_without_ipython_it_is_static(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", None)
    assert set(sample.nudge.ask()._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_quiz_questions_are_found(monkeypatch):
    assert isinstance(sample.warm_up, Quiz)
    monkeypatch.setattr(exercises, "LESSONS", ("sample",))
    assert {q.id for q in sample.warm_up.questions} <= {q.id for q in exercises.questions()}


def test_code_and_emphasis_in_a_reply():
    assert rich("*none* of `a*b*c` is <it>") == (
        "<em>none</em> of <code>a*b*c</code> is &lt;it&gt;"
    )
    assert rich("2 * x * 3, f(*row), n**2") == "2 * x * 3, f(*row), n**2"
