"""course.py where things go wrong, and the files that say what gets installed."""

import ast
import errno
import importlib.util
import os
import re
import runpy
import shlex
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from course_lib import __main__ as command_line
from course_lib.authoring import locks

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNTIME = (ROOT / "requirements.txt").read_text(encoding="utf-8")
TEST = (ROOT / "requirements-test.txt").read_text(encoding="utf-8")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The module course.py, in a folder of its own whose name has spaces and accents."""
    folder = tmp_path / "mes leçons à moi"
    folder.mkdir()
    for name in ("course.py", "requirements.txt", "requirements-test.txt"):
        shutil.copy(ROOT / name, folder)
    spec = importlib.util.spec_from_file_location("course_under_test", folder / "course.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    # main() changes the folder and the environment: these are put back.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return module


def make_venv(course, stamp):
    """A .venv that works but holds no packages, with this in its stamp."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", course.VENV], check=True)
    if stamp is not None:
        course.STAMP.write_text(stamp)


def said(raised):
    """The sentence that a SystemExit carries."""
    assert isinstance(raised.value.code, str)
    return raised.value.code


# --- Pythons


@pytest.mark.parametrize("version", [(3, 7, 16), (3, 10, 13), (3, 15, 0)])
def test_a_python_out_of_range_is_named(monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit) as raised:
        runpy.run_path(str(ROOT / "course.py"), run_name="__main__")
    assert f"needs Python 3.11 to 3.14; this is 3.{version[1]}." in said(raised)
    assert "python.org" in said(raised)


def test_old_pythons_can_read_course_py():
    ast.parse((ROOT / "course.py").read_text(encoding="utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_says_what_to_install(course, monkeypatch, module):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == module else find_spec(name)
    )
    with pytest.raises(SystemExit) as raised:
        course.main(["lab"])
    version = "{}.{}".format(*sys.version_info)
    assert f"sudo apt install python{version}-venv" in said(raised)
    assert not course.VENV.exists()


@pytest.mark.parametrize("platform", ["win-arm64", "win32"])
def test_a_windows_without_wheels_says_which_python_to_get(course, monkeypatch, platform):
    monkeypatch.setattr(course.sysconfig, "get_platform", lambda: platform)
    with pytest.raises(SystemExit) as raised:
        course.main(["lab"])
    assert "Windows installer (64-bit)" in said(raised)


# --- setting up


def test_without_a_network_there_is_one_sentence_and_a_log(course):
    make_venv(course, "out of date")
    library = "Lib" if os.name == "nt" else next(course.VENV.glob("lib/python3*"))
    pip = Path(pytest.importorskip("pip").__file__).parent  # to install it anew takes seconds
    shutil.copytree(pip, course.VENV / library / "site-packages" / "pip")
    unreachable = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "1",
        "PIP_NO_CACHE_DIR": "1",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    ran = subprocess.run(
        [sys.executable, course.ROOT / "course.py", "lab"],
        env=others | unreachable,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "could not be downloaded: check the connection" in ran.stderr
    assert str(course.LOG) in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Retrying" in course.LOG.read_text(encoding="utf-8")
    assert course.STAMP.read_text() == course.UNFINISHED, "the next start begins anew"


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE", "was refused"),
        ("WARNING: Retrying (Retry(total=4))\nERROR: No matching distribution", "network"),
        ("ERROR: an OSError: x\nHINT: no Windows Long Path support enabled.", "path is too long"),
        ("ERROR: an OSError: [WinError 5] Access is denied: 'x.pyd'", "perhaps JupyterLab"),
        ("ERROR: one\nERROR: No matching distribution found for x==1.\n", "found for x==1)"),
        ("", "no reason"),
    ],
)
def test_what_made_pip_fail_is_said_in_one_sentence(course, log, sentence):
    assert sentence in course.pip_failure(log)


def test_a_full_disk(course, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(SystemExit) as raised:
        course.set_up("requirements.txt")
    assert said(raised) == f"{course.DISK_FULL}, then run this again."


@pytest.mark.parametrize("complete", [True, False])
def test_a_folder_of_wheels_is_asked_before_the_network(course, monkeypatch, capsys, complete):
    asked = []

    def run_pip(command):
        asked.append("wheels" if "--no-index" in command else "network")
        assert "--no-index" not in command or command[-1] == course.ROOT / "wheels"
        return "--no-index" in command and not complete

    monkeypatch.setattr(course, "run_pip", run_pip)
    (course.ROOT / "wheels").mkdir()
    make_venv(course, course.digest(course.ROOT / "requirements-test.txt"))
    (course.ROOT / "requirements-test.txt").write_text("another==1")
    course.set_up("requirements.txt")
    assert asked == (["wheels"] if complete else ["wheels", "network"])
    assert ("lacks packages" in capsys.readouterr().out) != complete


@pytest.mark.skipif(os.name == "nt", reason="there the home folder is always writable")
def test_a_home_folder_that_cannot_be_written(course, monkeypatch, capsys):
    monkeypatch.setenv("HOME", str(course.ROOT / "nowhere"))
    course.find_home()
    assert Path.home() == course.ROOT / ".home"
    assert str(Path.home()) in capsys.readouterr().out
    course.find_home()  # this one can be
    assert capsys.readouterr().out == ""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".home/", "wheels/", ".venv/"} <= set(ignored)


def test_a_set_up_that_was_interrupted_is_made_anew(course, monkeypatch):
    make_venv(course, course.UNFINISHED)
    (course.VENV / "left-over").touch()
    run = subprocess.run
    without_pip = lambda command, **options: run([*command, "--without-pip"], **options)  # noqa: E731
    monkeypatch.setattr(course.subprocess, "run", without_pip)  # which takes seconds
    monkeypatch.setattr(course, "run_pip", lambda command: 0)
    course.set_up("requirements.txt")
    assert not (course.VENV / "left-over").exists()
    assert course.STAMP.read_text() == course.digest(course.ROOT / "requirements.txt")


def test_a_sound_set_up_is_used_again_and_one_that_is_out_of_date_is_completed(course, monkeypatch):
    calls = []
    monkeypatch.setattr(course, "run_pip", lambda command: calls.append(command[-1]))
    make_venv(course, course.digest(course.ROOT / "requirements.txt"))
    (course.VENV / "kept").touch()
    course.set_up("requirements.txt")
    assert calls == []
    course.set_up("requirements-test.txt")
    assert calls == ["requirements-test.txt"]
    course.set_up("requirements-test.txt")
    course.set_up("requirements.txt")  # which the test lock holds too
    assert calls == ["requirements-test.txt"]
    (course.ROOT / "requirements.txt").write_text("another==1")
    (course.ROOT / "requirements-test.txt").write_text("another==1\nmore==2")
    course.set_up("requirements.txt")
    assert calls == ["requirements-test.txt", "requirements.txt"]
    assert (course.VENV / "kept").exists()


def test_a_set_up_whose_python_is_gone_is_made_anew(course):
    make_venv(course, course.digest(course.ROOT / "requirements.txt"))
    assert course.up_to_date("requirements.txt")
    course.PYTHON.unlink()
    assert not course.up_to_date("requirements.txt")


def test_a_venv_that_is_not_ours_is_left_alone(course):
    make_venv(course, stamp=None)
    with pytest.raises(SystemExit) as raised:
        course.set_up("requirements.txt")
    assert "was not made by course.py" in said(raised)
    assert course.PYTHON.exists()


def test_a_folder_that_cannot_be_written(course, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied", str(course.VENV))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(SystemExit) as raised:
        course.set_up("requirements.txt")
    assert "cannot be set up in this folder (Permission denied" in said(raised)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(course):
    course.ROOT.chmod(0o555)
    try:
        with pytest.raises(SystemExit) as raised:
            course.set_up("requirements.txt")
    finally:
        course.ROOT.chmod(0o755)
    assert "cannot be set up in this folder (Permission denied" in said(raised)


def test_in_a_folder_with_accents_this_course_lib_is_found_before_any_other(course, tmp_path):
    make_venv(course, "")
    for folder in (course.ROOT, tmp_path / "other"):
        (folder / "course_lib").mkdir(parents=True)
        (folder / "course_lib" / "__init__.py").write_text("")
    course.configure()
    asked = [course.PYTHON, "-c", "import course_lib; print(ascii(course_lib.__file__))"]
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "other")}
    found = subprocess.run(
        asked, env=environment, cwd=course.VENV, capture_output=True, text=True, check=True
    )
    assert Path(ast.literal_eval(found.stdout)).parent == course.ROOT / "course_lib"


# --- commands


def test_alone_it_shows_its_commands(course, capsys):
    assert course.main([]) == 0
    shown = capsys.readouterr().out
    for command in ("lab", "test", "rerun", "bench"):
        assert f"python3 course.py {command}" in shown


def test_a_mistyped_command_gets_the_nearest(course):
    assert "Did you mean `lab`?" in course.main(["lba"])


class Server:
    """In place of JupyterLab: what it was started with; it is stopped by Ctrl-C."""

    def __init__(self, command):
        Server.command = [str(part) for part in command]
        self.waits = 0

    def wait(self, seconds=None):
        self.waits += 1
        if self.waits == 1:
            raise KeyboardInterrupt


@pytest.fixture
def lab(course, monkeypatch, capsys):
    """`lab(options)`: what course.py prints, and the command that it starts JupyterLab with."""
    monkeypatch.setattr(course, "set_up", lambda lock: None)
    monkeypatch.setattr(course.subprocess, "Popen", Server)
    monkeypatch.setattr(course.signal, "signal", lambda *_: None)

    def start(*options):
        assert course.main(["lab", *options]) == 0
        return capsys.readouterr().out, Server.command

    return start


def test_the_port_that_is_taken_is_passed_over_and_said(lab):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shown, command = lab("--port", str(port), "--no-browser")
    listens = int(re.search(rf"Port {port} is taken .* listens on (\d+)", shown)[1])
    assert listens > port
    assert f"--port={listens}" in command
    assert command[-1] == "--no-browser"


def test_lab_opens_the_first_lesson_and_ends_cleanly(lab, course):
    shown, command = lab()
    assert command[0] == str(course.PYTHON)
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in command
    assert "JupyterLab has stopped." in shown


@pytest.mark.parametrize("options", [["--port=lots"], ["--port"], ["--port", "70000"]])
def test_a_port_that_is_none(lab, options):
    with pytest.raises(SystemExit) as raised:
        lab(*options)
    assert "A port is a whole number" in said(raised)


# --- what readers are told to type

GUIDES = ["README.md", "INSTRUCTORS.md", "CONTRIBUTING.md", "slides/README.md"]


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_of_the_guides_exist(course, guide):
    text = (ROOT / guide).read_text(encoding="utf-8")
    for command in re.findall(r"(?:python[\d.]*|py [-\d.]*) ?course\.py (\w+)", text):
        assert callable(getattr(course, command)), command
        assert f"python3 course.py {command}" in course.__doc__
    for module in re.findall(r"python3? -m ([\w.]+)", text):
        assert importlib.util.find_spec(module), module


def test_the_readme_trains_with_the_python_of_the_course():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^.*-m course_lib .*$", text, re.M)
    assert len(lines) == 4
    for line in lines:
        python, _, module, *arguments = shlex.split(line, comments=True)
        assert (python, module) == (".venv/bin/python", "course_lib")
        command_line._parser().parse_args(arguments)


def test_the_guide_for_instructors_quotes_what_is_said():
    text = (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")
    table = text.split("## What goes wrong, and the fix")[1].split("\n## ")[0]
    quoted = re.findall(r"^\| \*([^*]+)\*", table, re.M)
    assert len(quoted) == 5
    files = [ROOT / "course.py", ROOT / "course_lib/teach/progress.py"]
    said = " ".join(file.read_text(encoding="utf-8") for file in files)
    said += "Port 8888 is taken, No module named course_lib"  # a number filled in; Python's words
    for sentence in quoted:
        assert sentence in said, sentence


# --- what gets installed


def names(pins):
    return {Requirement(pin).name: pin for pin in pins}


def test_the_test_lock_holds_the_versions_of_the_other_one():
    runtime, test = locks.pins(RUNTIME), locks.pins(TEST)
    assert set(runtime) < set(test)
    assert len(names(test)) == len(test), "a package in two versions"


def test_the_locks_hold_what_is_declared():
    declared = {
        RUNTIME: PROJECT["project"]["dependencies"],
        TEST: PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["test"],
    }
    for lock, requirements in declared.items():
        locked = {name.lower(): pin for name, pin in names(locks.pins(lock)).items()}
        for requirement in map(Requirement, requirements):
            version = next(iter(Requirement(locked[requirement.name.lower()]).specifier)).version
            assert requirement.specifier.contains(version), requirement


@pytest.mark.parametrize("lock", [RUNTIME, TEST], ids=["runtime", "test"])
def test_locks_are_hashed_and_hold_no_addresses(lock):
    entries = re.split(r"\n(?=\S)", lock.strip())
    pinned = [entry for entry in entries if not entry.startswith("#")]
    assert len(pinned) == len(locks.pins(lock)) > 50
    assert all("--hash=sha256:" in entry for entry in pinned)
    assert "://" not in lock
    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links|-f)\b", lock, re.M)


def test_conda_installs_the_same_versions():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert text == locks.environment(RUNTIME)
    *conda, pip = yaml.safe_load(text)["dependencies"]
    assert pip == {"pip": [*locks.pins(RUNTIME), "-e ."]}
    assert conda[0].removeprefix("python=") in PYTHONS


def test_the_same_pythons_everywhere():
    supported = SpecifierSet(PROJECT["project"]["requires-python"])
    assert [f"3.{minor}" for minor in range(30) if f"3.{minor}.1" in supported] == PYTHONS
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == PYTHONS


def test_the_workflow_fits_its_schema():
    check = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
    ]
    ran = subprocess.run(
        [*check, ROOT / ".github/workflows/ci.yml"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_no_file_names_a_place_on_one_machine():
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git clone")
    place = re.compile(r"(?<![\w+/.])/(?:work|tmp|root|home)/\w")
    found = []
    for name in listed.stdout.rstrip("\0").split("\0"):
        file = ROOT / name
        if file.is_file() and file != Path(__file__).resolve():
            text = file.read_text(encoding="utf-8", errors="ignore")
            found += [f"{name}: {match[0]}" for match in place.finditer(text)]
    assert found == []


# --- everything, for real


@pytest.mark.slow
def test_a_fresh_folder_is_set_up_and_starts_again_in_seconds(course):
    shutil.copytree(ROOT / "course_lib", course.ROOT / "course_lib")
    command = [sys.executable, course.ROOT / "course.py", "lab", "--version"]
    first = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240)
    assert "Setting up" in first.stdout
    second = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    assert "Setting up" not in second.stdout
