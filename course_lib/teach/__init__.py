"""What the lessons show with: pictures, interactive views, questions, progress, the glossary."""

from course_lib.teach.cards import cards
from course_lib.teach.dashboard import dashboard
from course_lib.teach.glossary import term
from course_lib.teach.graphs import draw_graph, step_through
from course_lib.teach.hand_in import class_progress, export_progress
from course_lib.teach.picture import Picture, figure, from_figure
from course_lib.teach.plots import (
    bars,
    contours,
    curve,
    curves,
    heatmap,
    histogram,
    letters,
    vectors,
)
from course_lib.teach.progress import progress, reset_progress
from course_lib.teach.roadmap import roadmap
from course_lib.teach.views import explore, live
from course_lib.teach.writer import writer

__all__ = [
    "Picture",
    "bars",
    "cards",
    "class_progress",
    "contours",
    "curve",
    "curves",
    "dashboard",
    "draw_graph",
    "explore",
    "export_progress",
    "figure",
    "from_figure",
    "heatmap",
    "histogram",
    "letters",
    "live",
    "progress",
    "reset_progress",
    "roadmap",
    "step_through",
    "term",
    "vectors",
    "writer",
]
