"""The calm line in which an exercise or a question answers."""

import html
import re

from course_lib.teach import style

# Symbol and word carry the meaning; the colour of the bar only repeats it.
KINDS = {
    "not attempted": ("○", "Not attempted", style.SOFT),
    "wrong": ("✗", "Not right yet", style.VERMILLION),
    "error": ("!", "Stopped", style.VERMILLION),
    "passed": ("✓", "Passed", style.GREEN),
    "right": ("✓", "Right", style.GREEN),
    "question": ("?", "Question", style.BLUE),
}


def rich(text: str) -> str:
    """Plain text with `code` and *emphasis* as HTML; everything else in it is escaped."""
    parts = re.split(r"`([^`]+)`", html.escape(text.strip()))
    parts[1::2] = [f"<code>{code}</code>" for code in parts[1::2]]
    parts[::2] = [
        re.sub(r"(?<![\w*])\*(\w[^*]*)\*(?![\w*])", r"<em>\1</em>", words).replace("\n", "<br>")
        for words in parts[::2]
    ]
    return "".join(parts)


def notice(kind: str, text: str, inside: str = "") -> str:
    """One line of HTML: symbol, word and `text`; `inside` is HTML that follows it."""
    symbol, word, color = KINDS[kind]
    return (
        f'<div style="border-left: 4px solid {color}; padding: 0.2em 0 0.2em 0.8em">'
        f"<div>{symbol} <strong>{word}:</strong> {rich(text)}</div>{inside}</div>"
    )


def notice_text(kind: str, text: str) -> str:
    """The same line for a terminal."""
    symbol, word, _ = KINDS[kind]
    return f"{symbol} {word}: {text.strip()}"
