"""The way through the course, as a picture."""

from course_lib.teach.cards import cards
from course_lib.teach.picture import Picture

ACTS = {
    "Act I · A machine that learns": {
        "derivatives": "which way is down?",
        "value": "slopes, by themselves",
    },
    "Act II · Language as numbers": {
        "tokenizer": "letters to numbers",
        "bigram": "a first language model",
        "layers": "more than counting",
    },
    "Act III · The transformer": {
        "attention": "looking back",
        "mlp": "working it out",
        "gpt": "the whole machine",
    },
    "Act IV · Learning, speaking, speed": {
        "adam": "better steps",
        "training": "the loop, and proof",
        "sampling": "writing names",
        "efficiency": "the same, faster",
        "your_gpt": "your own program",
    },
}


def roadmap() -> Picture:
    """The thirteen lessons that build the model, in their four acts."""
    numbers = iter(range(1, 14))
    acts = {
        act: [f"{next(numbers):02} {name}\n{what}" for name, what in lessons.items()]
        for act, lessons in ACTS.items()
    }
    said = [
        f"{act}: {', '.join(f'{name} ({what})' for name, what in lessons.items())}."
        for act, lessons in ACTS.items()
    ]
    return cards(
        acts,
        columns=3,
        title="from a nudge to your own GPT",
        alt=f"A card for each of the thirteen lessons. {' '.join(said)}",
    )
