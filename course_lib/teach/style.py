"""One look for every picture: the Okabe–Ito palette, the text, the sizes."""

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"

PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
DASHES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)), (0, (8, 2)))

INK = "#222222"  # text and frames
FAINT = "#D9D9D9"  # grids, and what is not reached yet
SOFT = "#595959"  # second thoughts, still readable on white

SANS = "DejaVu Sans, Verdana, sans-serif"
MONO = "DejaVu Sans Mono, Menlo, Consolas, monospace"

WIDTH, HEIGHT = 6.6, 3.7  # inches: 634 pixels wide on a page
TEXT = 11  # points

RC = {
    "figure.figsize": (WIDTH, HEIGHT),
    "figure.dpi": 72,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "font.family": ["DejaVu Sans"],
    "font.size": TEXT,
    "figure.titlesize": TEXT + 1,
    "axes.titlesize": TEXT + 1,
    "axes.labelsize": TEXT,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": TEXT,
    "ytick.labelsize": TEXT,
    "legend.fontsize": TEXT,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "lines.linewidth": 2,
    "lines.markersize": 7,
    "hatch.linewidth": 0.8,
    "svg.fonttype": "none",
    "svg.hashsalt": "course",
}
