"""The datasets and their loader."""

import hashlib
import importlib.util
import os
import re
import socket
import string
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

import pytest

from course_lib import names
from course_lib.errors import CourseError

DATA = Path(__file__).resolve().parent.parent / "data"
README = (DATA / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path):
    """Write a dataset and return its path."""

    def write(content: bytes, name: str = "data.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


# --- the embedded files ---------------------------------------------------------------------


def test_first_names():
    first_names = names.load()
    assert len(first_names) == len(set(first_names)) == 5163
    assert first_names == sorted(first_names)
    assert {"mary", "james", "emma"} <= set(first_names)


def test_surnames():
    surnames = names.surnames()
    assert len(surnames) == len(set(surnames)) == 32_000 - 5163
    assert surnames[:4] == ["smith", "johnson", "williams", "jones"]  # the most frequent first


@pytest.mark.parametrize("file", ["names.txt", "surnames.txt"])
def test_files_are_lower_case_lines(file):
    content = (DATA / file).read_text(encoding="ascii")
    assert set(content) == set(string.ascii_lowercase + "\n")
    assert content.endswith("\n") and "\n\n" not in content and not content.startswith("\n")
    assert b"\r" not in (DATA / file).read_bytes()


@pytest.mark.parametrize("file", ["names.txt", "surnames.txt"])
def test_provenance_matches_files(file):
    count, sha256 = re.search(
        rf"^\| `{file}` \|.*\| ([\d,]+) \|.*\| `(\w+)` \|$", README, re.MULTILINE
    ).groups()
    content = (DATA / file).read_bytes()
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert count == f"{len(content.split()):,}"


def test_provenance_matches_loader_and_script():
    first_names, surnames = names.load(), names.surnames()
    assert f"{len(set(first_names + surnames)):,} different ones" in README
    assert f"{len(set(first_names) & set(surnames)):,} serve as" in README
    assert f"`{names.ORIGINAL_SHA256}`" in README
    assert f"{names.ORIGINAL_BYTES:,} bytes" in README
    script = derive_script()
    for sha256 in [script.SDIST_SHA256, *script.CENSUS_LISTS.values()]:
        assert f"`{sha256}`" in README


def derive_script():
    spec = importlib.util.spec_from_file_location("derive", DATA / "derive.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_derive_reproduces_the_files():
    package = os.environ.get("COURSE_NAMES_PACKAGE")
    if not package:
        spec = importlib.util.find_spec("names")
        package = spec and spec.origin and Path(spec.origin).parent
    if not package:
        pytest.skip("names 0.3.0 is neither installed nor named by COURSE_NAMES_PACKAGE")
    derived = derive_script().derive(Path(package))
    assert list(derived) == ["names.txt", "surnames.txt"]
    for file, content in derived.items():
        assert content.encode() == (DATA / file).read_bytes()


def test_derive_refuses_another_package(tmp_path):
    (tmp_path / "dist.female.first").write_text("MARY 2.629 2.629 1\n", encoding="ascii")
    with pytest.raises(SystemExit, match=r"dist\.female\.first .* its SHA-256 differs"):
        derive_script().derive(tmp_path)
    archive = tmp_path / "names-0.3.0.tar.gz"
    archive.write_bytes(b"another")
    with pytest.raises(SystemExit, match=r"is not names-0\.3\.0\.tar\.gz"):
        derive_script().derive(archive)


# --- load -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "documents"),
    [
        (b"emma\nolivia\nava\n", ["emma", "olivia", "ava"]),
        (b"emma\nolivia", ["emma", "olivia"]),
        (b"\n\n  emma \t\n \n\nolivia\n\n\n", ["emma", "olivia"]),
        (b"emma\r\nolivia\r\n", ["emma", "olivia"]),
        (b"emma\rolivia\r", ["emma", "olivia"]),
        (b"b\na\nb\n", ["b", "a", "b"]),
        ("zoë\nмарія\n李\n🙂\n".encode(), ["zoë", "марія", "李", "🙂"]),
        (
            "a\u2028b\nc\u0085d\ne\x0bf\ng\x0ch\n".encode(),
            ["a\u2028b", "c\u0085d", "e\x0bf", "g\x0ch"],
        ),
        (b"a b\n", ["a b"]),
    ],
)
def test_load_reads_as_the_original_program_does(write, content, documents):
    path = write(content)
    assert names.load(path) == names.load(str(path)) == documents
    with open(path, encoding="utf-8") as file:  # the original program's two lines
        original = [line.strip() for line in file.read().strip().split("\n") if line.strip()]
    assert documents == original


def test_load_drops_a_byte_order_mark(write):
    assert names.load(write(b"\xef\xbb\xbfemma\nava\n")) == ["emma", "ava"]


def test_load_gives_a_list_of_ones_own():
    names.load().clear()
    assert names.load()


def test_load_knows_the_home_folder(write, tmp_path, monkeypatch):
    write(b"emma\n", "mine.txt")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))  # its name on Windows
    assert names.load("~/mine.txt") == ["emma"]


def test_longest_allowed_line(write):
    assert names.load(write(b" " + b"a" * 1000 + b"\n")) == ["a" * 1000]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "holds no document: write one on each line"),
        (b" \n\t\n\r\n\n", "holds no document: write one on each line"),
        (b"\xef\xbb\xbf", "holds no document: write one on each line"),
        (b"emma\n\0\nava\n", "is not plain text in UTF-8: .* save it in that encoding"),
        (b"\x89PNG\r\n\x1a\n", "is not plain text in UTF-8: .* save it in that encoding"),
        ("zoë\n".encode("latin-1"), "is not plain text in UTF-8: .* save it in that encoding"),
        ("emma\n".encode("utf-16"), "is not plain text in UTF-8: .* save it in that encoding"),
        (
            b"emma\n" + b"olivia " * 200 + b"\nava\n",
            r"a line of .* has 1,399 characters \('olivia olivia olivia'…\), and 1,000 are the",
        ),
    ],
)
def test_bad_content_gets_one_sentence(write, content, sentence):
    path = write(content)
    error = refused(path)
    assert re.search(sentence, error) and str(path) in error


def refused(path) -> str:
    with pytest.raises(CourseError) as caught:
        names.load(path)
    message = str(caught.value)
    assert "\n" not in message and message[-1] in ".?"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return message


def test_too_large_a_file(write, monkeypatch):
    monkeypatch.setattr(names, "MAX_BYTES", 2_000_000)
    assert names.load(write(b"emmas\n\n\n" * 250_000))
    assert refused(write(b"emmas\n\n\n" * 250_000 + b"\n")).endswith(
        "is larger than 2 MB: take a part of it."
    )


def test_the_limit_is_50_megabytes(tmp_path):
    with open(tmp_path / "huge", "wb") as file:
        file.truncate(10**12 if os.name == "posix" else 50_000_001)  # sparse: takes no room
    assert refused(tmp_path / "huge").endswith("is larger than 50 MB: take a part of it.")


def test_missing_file(write):
    path = write(b"emma\n", "my_names.txt")
    assert refused(path.with_name("mynames.txt")).endswith("txt: did you mean my_names.txt?")
    far = path.with_name("zzz")
    assert refused(far) == f"there is no file {far}: check its name and folder."
    nowhere = path.parent / "nowhere" / "my_names.txt"
    assert refused(nowhere) == f"there is no file {nowhere}: check its name and folder."


def test_a_name_that_no_file_can_have(tmp_path):
    assert "cannot be read: " in refused(tmp_path / ("a" * 300)) or os.name == "nt"


def test_folder(tmp_path):
    assert refused(tmp_path) == f"{tmp_path} is a folder: give the name of a text file in it."
    assert "is a folder" in refused("")


def test_no_permission(write, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    path = write(b"emma\n")
    monkeypatch.setattr(Path, "open", refuse)  # a mode of 000 does not stop the administrator
    assert refused(path) == f"{path} cannot be read: Permission denied; check its rights."


# --- train_validation_split -----------------------------------------------------------------


def test_split_parts_the_documents():
    documents = names.load()
    before = list(documents)
    train, validation = names.train_validation_split(documents, Random(1))
    assert (len(train), len(validation)) == (4647, 516)
    assert sorted(train + validation) == before == documents
    assert documents != train + validation  # shuffled


def test_split_depends_on_the_generator_alone():
    documents = [str(i) for i in range(100)]
    first = names.train_validation_split(documents, Random(1), 0.25)
    assert first == names.train_validation_split(iter(documents), Random(1), 0.25)
    assert first != names.train_validation_split(documents, Random(2), 0.25)
    Random(1).shuffle(documents)  # the order in which the original program trains
    assert first == (documents[:75], documents[75:])


@pytest.mark.parametrize(
    ("count", "fraction"),
    [
        (10, 0),
        (10, 1),
        (10, -0.1),
        (10, 1.5),
        (10, float("nan")),
        (0, 0.5),
        (1, 0.5),
        (3, 0.1),
        (3, 0.9),
    ],
)
def test_split_refuses_an_empty_part(count, fraction):
    with pytest.raises(CourseError, match="one part of the split empty: take a fraction between"):
        names.train_validation_split(["a"] * count, Random(1), fraction)


# --- the original list ----------------------------------------------------------------------

RIGHT = "".join(f"name{i}\n" for i in range(20_000)).encode()
DOCUMENTS = RIGHT.decode().split()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home and a small "original" list; the network is out of reach."""
    folder = tmp_path / "home"
    monkeypatch.setenv("COURSE_HOME", str(folder))
    monkeypatch.delenv("COURSE_ORIGINAL_NAMES", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setattr(names, "ORIGINAL_SHA256", hashlib.sha256(RIGHT).hexdigest())
    monkeypatch.setattr(names, "ORIGINAL_BYTES", len(RIGHT))
    monkeypatch.setattr(names, "ORIGINAL_URL", "http://127.0.0.1:9/names.txt")
    return folder


class Server(ThreadingHTTPServer):
    """Answers every request with `answer(handler)`, and counts the requests."""

    def __init__(self, answer):
        self.requests, self.closing = 0, threading.Event()
        super().__init__(("127.0.0.1", 0), self.handler(answer))

    def handler(self, answer):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.server.requests += 1
                with suppress(OSError):  # the client may hang up
                    answer(self)

            def log_message(self, *arguments):
                pass

        return Handler


@pytest.fixture
def serve(home, monkeypatch):
    """Make `original` download from a server that answers in the way given."""
    servers = []

    def serve(answer) -> Server:
        server = Server(answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/names.txt"
        monkeypatch.setattr(names, "ORIGINAL_URL", url)
        return server

    yield serve
    for server in servers:
        server.closing.set()
        server.shutdown()
        server.server_close()


def respond(body: bytes, length: int | None = None, status: int = 200):
    def answer(handler):
        handler.send_response(status)
        if length is not None:
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hang_up(handler):
    handler.connection.shutdown(socket.SHUT_RDWR)


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.closing.is_set():
        handler.wfile.write(RIGHT)


def silent(handler):
    handler.server.closing.wait(20)


def stalling(handler):
    respond(RIGHT[:1000], len(RIGHT))(handler)
    handler.server.closing.wait(20)


def dripping(handler):
    respond(b"", len(RIGHT))(handler)
    for byte in RIGHT[:100]:
        if handler.server.closing.wait(0.05):
            break
        handler.wfile.write(bytes([byte]))


def test_original_is_downloaded_once(home, serve):
    server = serve(respond(RIGHT, len(RIGHT)))
    assert names.original() == DOCUMENTS
    assert files(home) == ["original.txt"]
    assert (home / "names" / "original.txt").read_bytes() == RIGHT
    assert names.original() == names.original(download=False) == DOCUMENTS
    assert server.requests == 1


def test_original_without_a_stated_length(home, serve):
    serve(respond(RIGHT))
    assert names.original() == DOCUMENTS


BAD_ANSWERS = {
    "wrong bytes": (respond(RIGHT[::-1], len(RIGHT)), "what came is not the list"),
    "half": (respond(RIGHT[: len(RIGHT) // 2], len(RIGHT)), ""),
    "half, no length": (respond(RIGHT[: len(RIGHT) // 2]), "what came is not the list"),
    "nothing": (respond(b"", 0), "what came is not the list"),
    "hang up": (hang_up, "closed|reset|abort"),
    "one byte more": (respond(RIGHT + b"\n", len(RIGHT) + 1), "what came is not the list"),
    "endless": (endless, "what came is not the list"),
    "404": (respond(b"no such file", 12, status=404), "404"),
    "500 with the right bytes": (respond(RIGHT, len(RIGHT), status=500), "500"),
    "no HTTP": (lambda handler: handler.wfile.write(RIGHT), "name0"),
    "silent": (silent, "timed out"),
    "stalling": (stalling, "timed out"),
    "dripping": (dripping, "timed out"),
}


@pytest.mark.parametrize("kind", BAD_ANSWERS)
def test_a_bad_download_leaves_nothing_behind(home, serve, monkeypatch, kind):
    answer, problem = BAD_ANSWERS[kind]
    monkeypatch.setattr(names, "TIMEOUT", 0.3 if problem == "timed out" else 10)
    server = serve(answer)
    start = time.monotonic()
    assert re.search(problem, failed_download())
    assert time.monotonic() - start < 4  # the slow servers would take longer
    assert server.requests == 1
    assert files(home) == []
    serve(respond(RIGHT, len(RIGHT)))  # and the next attempt succeeds
    assert names.original() == DOCUMENTS


def failed_download() -> str:
    with pytest.raises(CourseError) as caught:
        names.original()
    message = str(caught.value)
    assert message.startswith("the original names could not be downloaded (")
    assert "try again later, or save https://" in message and "COURSE_ORIGINAL_NAMES" in message
    assert caught.value.__context__ is None
    return message


def files(home: Path) -> list[str]:
    return [path.name for path in home.rglob("*") if path.is_file()]


def test_no_more_is_read_than_the_list_and_one_byte(serve, monkeypatch):
    read = []

    class Hash:
        def hexdigest(self):
            return "another"

    def sha256(content):
        read.append(len(content))
        return Hash()

    monkeypatch.setattr(names.hashlib, "sha256", sha256)
    serve(endless)
    failed_download()
    assert read == [len(RIGHT) + 1]


def test_offline(home, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]  # bound but not listening: connections are refused
        monkeypatch.setattr(names, "ORIGINAL_URL", f"http://127.0.0.1:{port}/names.txt")
        assert "refused" in failed_download()

    def find_no_host(*arguments, **options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(names, "ORIGINAL_URL", "http://localhost/names.txt")
    monkeypatch.setattr(socket, "getaddrinfo", find_no_host)
    assert "not known): try" in failed_download()
    assert files(home) == []


@pytest.mark.parametrize("damaged", [b"", RIGHT[:-1], RIGHT[::-1]])
def test_a_damaged_copy_is_fetched_again(home, serve, damaged):
    copy = home / "names" / "original.txt"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(damaged)
    with pytest.raises(CourseError, match="does not hold the original names: save"):
        names.original(download=False)
    server = serve(respond(RIGHT, len(RIGHT)))
    assert names.original() == DOCUMENTS
    assert server.requests == 1 and copy.read_bytes() == RIGHT and files(home) == ["original.txt"]


def test_a_home_that_cannot_be_written_does_not_stop_anyone(home, serve):
    home.write_bytes(b"a file where the folder should be")
    serve(respond(RIGHT, len(RIGHT)))
    assert names.original() == DOCUMENTS


def test_no_download_when_told_so(home, serve):
    server = serve(respond(RIGHT, len(RIGHT)))
    with pytest.raises(CourseError, match="does not hold the original names: save"):
        names.original(download=False)
    assert server.requests == 0 and files(home) == []


def test_a_copy_of_ones_own(home, serve, write, monkeypatch):
    server = serve(respond(RIGHT, len(RIGHT)))
    monkeypatch.setenv("COURSE_ORIGINAL_NAMES", str(write(RIGHT)))
    assert names.original() == DOCUMENTS
    monkeypatch.setenv("COURSE_ORIGINAL_NAMES", str(write(RIGHT[:-1])))
    with pytest.raises(CourseError, match=r"data\.txt does not hold the original names: save"):
        names.original()
    monkeypatch.setenv("COURSE_ORIGINAL_NAMES", str(write(b"").with_name("missing.txt")))
    with pytest.raises(CourseError, match=r"there is no file .*missing\.txt"):
        names.original()
    assert server.requests == 0 and files(home) == []


def test_the_real_list():
    try:
        documents = names.original(download=False)
    except CourseError as error:
        pytest.skip(str(error))
    assert len(documents) == 32_033
    assert documents[:3] == ["emma", "olivia", "ava"]
    assert set("".join(documents)) == set(string.ascii_lowercase)
