"""The errors that speak to the student: one sentence that says what was wrong and what to do."""


class CourseError(ValueError):
    """Bad input. The message says what was wrong and what to do about it."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook, where IPython asks for this."""
        return [f"{type(self).__name__}: {self}"]


class CourseTypeError(CourseError, TypeError):
    """An operation that the type does not support."""
