"""Where the course keeps what belongs to one person: progress and downloads."""

import os
import secrets
from pathlib import Path


def home() -> Path:
    """The folder for this person's files: `COURSE_HOME` where it is set, else `~/.names-course`."""
    return Path(os.environ.get("COURSE_HOME") or Path.home() / ".names-course")


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write beside `path`, then rename: a reader sees the old file or the new one, never half.

    Raises OSError where the folder cannot be written.
    """
    path = path.resolve()  # through a link, to the file itself
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
