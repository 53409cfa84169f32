"""Where the course keeps what belongs to one person: progress and downloads."""

import os
import tempfile
from pathlib import Path


def home() -> Path:
    """The folder for this person's files: `COURSE_HOME` where it is set, else `~/.names-course`."""
    return Path(os.environ.get("COURSE_HOME") or Path.home() / ".names-course")


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write beside `path`, then rename: a reader sees the old file or the new one, never half.

    Raises OSError where the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
