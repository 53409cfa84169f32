"""The one front door of the course. Needs nothing but Python 3.11 to 3.14.

    python3 course.py lab               open the course in JupyterLab
    python3 course.py test              check the code style and run every test
    python3 course.py rerun [NN ...]    execute the lessons (all, or these) and store their outputs
    python3 course.py slides [NN ...]   make slides of the lessons (all, or these) in decks/
    python3 course.py bench             measure the speed ladder

The first call sets up everything in the folder .venv beside this file: that takes about a minute
and needs the network, or a folder `wheels` that holds the packages; the next calls do not. What
follows a command is passed on: `lab --no-browser --port 9000` to JupyterLab, `test -k softmax` to
pytest, `bench --help` to the benchmark.
(On Windows, write `py` for `python3`.)
"""

import sys

if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit(
        "The course needs Python 3.11 to 3.14; this is {}.{}. Get a fitting one from "
        "https://www.python.org/downloads/ and run this again with it.".format(*sys.version_info)
    )

import contextlib
import difflib
import errno
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sysconfig
from pathlib import Path

if os.name == "nt":
    import msvcrt
else:
    import fcntl

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
# Says what .venv holds: the hash of the lock that it was made from, or that it is not finished.
STAMP = VENV / "course-set-up.txt"
UNFINISHED = "not finished"
# The packages, where somebody has put them there for a set-up without a network.
WHEELS = ROOT / "wheels"
LOG = VENV / "pip.log"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
TO_PIPE = {
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
    "encoding": "utf-8",
    "errors": "replace",
}
DISK_FULL = "The disk is full, and the course needs about a gigabyte: make room"
FIRST_LESSON = "notebooks/00_start_here.ipynb"


def main(arguments):
    """Run the command that the arguments name; what is returned is the exit code."""
    commands = {"lab": lab, "test": test, "rerun": rerun, "slides": slides, "bench": bench}
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0
    name, *options = arguments
    if name not in commands:
        near = difflib.get_close_matches(name, commands, n=1)
        meant = f" Did you mean `{near[0]}`?" if near else ""
        return f"There is no command `{name}`.{meant} The commands are: {', '.join(commands)}."
    os.chdir(ROOT)
    # What is set for other Pythons must not reach this one: another course_lib would win silently.
    for variable in ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP"):
        os.environ.pop(variable, None)
    return commands[name](options)


def lab(options):
    """JupyterLab on the first lesson; the options go to it."""
    set_up("requirements.txt")
    wanted, options = port_from(options)
    port = free_port(wanted)
    if port != wanted:
        print(f"Port {wanted} is taken (by another JupyterLab?), so this one listens on {port}.")
    command = [PYTHON, "-m", "jupyterlab", f"--port={port}", f"--ServerApp.root_dir={ROOT}"]
    # Not as a file to open: this way the address that is printed leads to the lesson as well.
    command += [f"--LabApp.default_url=/lab/tree/{FIRST_LESSON}"]
    command += ["--ServerApp.answer_yes=True", "--Application.log_level=ERROR"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # in a container there is often nobody else
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel comes first
    os.environ.pop("JUPYTER_PATH", None)
    print("Starting JupyterLab. To stop it, press Ctrl-C here.", flush=True)
    server = subprocess.Popen([*command, *options])
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return server.wait()
    except KeyboardInterrupt:
        try:
            server.wait(5)  # it has had the Ctrl-C as well
        except subprocess.TimeoutExpired:
            server.terminate()
            server.wait()
        print("JupyterLab has stopped.")
        return 0


def test(options):
    """The style of the code, then every test; the options go to pytest."""
    set_up("requirements-test.txt")
    # One process more than cores: tests in a browser wait much. Their files come first by name, and
    # are to start first.
    processes = str((os.cpu_count() or 1) + 1)
    parallel = ["-n", processes, "--dist", "loadfile", "--no-loadscope-reorder"]
    steps = (
        ["ruff", "check", "--quiet"],
        ["ruff", "format", "--check", "--quiet"],
        ["pytest", "-q", *parallel, *options],
    )
    # Hundreds of processes run the same code: each is to find it compiled.
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    failed = [step for step in steps if subprocess.call([PYTHON, "-m", *step], env=variables)]
    for step in failed:
        print("Failed: {}".format(" ".join(step)), file=sys.stderr)
    return 1 if failed else 0


def rerun(options):
    """Execute lessons in fresh kernels and store them in canonical form."""
    set_up("requirements-test.txt")
    return subprocess.call([PYTHON, "-m", "course_lib.authoring.notebooks", *options])


def slides(options):
    """A deck of slides from each lesson."""
    set_up("requirements-test.txt")
    return subprocess.call([PYTHON, "-m", "course_lib.authoring.slides", *options])


def bench(options):
    """The measured ladder."""
    set_up("requirements.txt")
    return subprocess.call([PYTHON, ROOT / "benchmarks" / "ladder.py", *options])


def set_up(lock):
    """Make .venv hold what this lock says. Exits with a sentence where that cannot be."""
    try:
        find_home()
        if not up_to_date(lock):
            with one_at_a_time():
                if not up_to_date(lock):
                    install(lock)
        configure()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            sys.exit(f"{DISK_FULL}, then run this again.")
        where = f": {error.filename}" if error.filename else ""
        sys.exit(
            f"The course cannot be set up in this folder ({error.strerror}{where}). "
            "Move it to a folder of yours with a gigabyte to spare, then run this again."
        )


def find_home():
    """Keep settings and progress beside this file where the home folder cannot be written."""
    # Windows has no such homes, and what its os.access says of folders means nothing.
    if os.name != "nt" and not os.access(os.path.expanduser("~"), os.W_OK):
        home = ROOT / ".home"
        home.mkdir(exist_ok=True)
        os.environ["HOME"] = str(home)
        print(f"Your home folder cannot be written to: settings and progress are kept in {home}.")


def up_to_date(lock):
    """Whether .venv works and holds what this lock says."""
    # The test lock holds all that the other one does, in the same versions.
    enough = {digest(ROOT / lock), digest(ROOT / "requirements-test.txt")}
    return venv_works() and STAMP.read_text() in enough


@contextlib.contextmanager
def one_at_a_time():
    """Wait until no other set-up of this folder is running. The lock goes with its process."""
    with open(ROOT / ".venv.lock", "w") as file:
        while True:
            try:
                if os.name == "nt":
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)  # waits ten seconds at most
                else:
                    fcntl.flock(file, fcntl.LOCK_EX)
                break
            except OSError as error:
                if error.errno != errno.EDEADLK:
                    raise
        yield


def digest(lock):
    """What stands in the stamp once this lock is installed."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def venv_works():
    """Whether .venv is there, was finished, and its Python still runs and is new enough."""
    if not STAMP.exists() or STAMP.read_text() == UNFINISHED:
        return False
    probe = "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))"
    try:
        return subprocess.call([PYTHON, "-c", probe], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def install(lock):
    """Bring .venv to what the lock says: from nothing, unless it is sound and only out of date."""
    missing = [name for name in ("venv", "ensurepip", "ssl") if not importlib.util.find_spec(name)]
    if missing:
        version = "{}.{}".format(*sys.version_info[:2])
        sys.exit(
            f"This Python comes without its module {missing[0]}, which the set-up needs. On Debian "
            f"and Ubuntu, `sudo apt install python{version}-venv` adds it; elsewhere, install "
            "Python from https://www.python.org/downloads/."
        )
    if sysconfig.get_platform() in ("win-arm64", "win32"):
        sys.exit(
            "Some packages of the course exist for 64-bit Intel Pythons only, which run on this "
            "computer too: get the `Windows installer (64-bit)` from "
            "https://www.python.org/downloads/ and run this again with it."
        )
    if VENV.exists() and not STAMP.exists():
        sys.exit(
            f"The folder {VENV} was not made by course.py. "
            "Delete it or give it another name, and run this again."
        )
    print("Setting up the course in .venv: once, about a minute.", flush=True)
    if not venv_works():
        if Path(sys.prefix) == VENV:
            sys.exit("The set-up has to be made anew: type `deactivate`, then run this again.")
        try:
            shutil.rmtree(VENV, ignore_errors=True)
        finally:
            VENV.mkdir(exist_ok=True)
            STAMP.write_text(UNFINISHED)
        made = subprocess.run([sys.executable, "-m", "venv", VENV], check=False, **TO_PIPE)
        if made.returncode:
            LOG.write_text(made.stdout, encoding="utf-8")
            sys.exit(f"Python could not make a virtual environment. The reason is in {LOG}.")
    STAMP.write_text(UNFINISHED)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    # The lock is complete. A pip older than 24 that looked for dependencies of its own would find,
    # and refuse, whatever newer version was published since.
    pip += ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--progress-bar", "off"]
    pip += ["-r", lock]
    failed = True
    if WHEELS.is_dir():
        failed = run_pip([*pip, "--no-index", "--find-links", WHEELS])
        if failed:
            print("The folder wheels lacks packages for this computer or this Python: downloading.")
    if failed and run_pip(pip):
        sys.exit(pip_failure(LOG.read_text(encoding="utf-8")))
    # Done here, so that no lesson waits for it or shows matplotlib's message about it.
    subprocess.call([PYTHON, "-c", "import matplotlib.font_manager"], stderr=subprocess.DEVNULL)
    STAMP.write_text(digest(ROOT / lock))
    print("The set-up is done.", flush=True)


def run_pip(command):
    """Run pip, its output in the log, and show how far it is. Returns its exit code."""
    count, show = 0, sys.stdout.isatty()
    with LOG.open("w", encoding="utf-8") as log, subprocess.Popen(command, **TO_PIPE) as pip:
        for line in pip.stdout:
            log.write(line)
            if show and line.startswith("Collecting "):
                count += 1
                print(f"\r  {count} packages", end="", flush=True)
            elif show and line.startswith("Installing collected"):
                print("\r  putting them in place", flush=True)
    return pip.returncode


def pip_failure(log):
    """One sentence for what made pip fail."""
    if "No space left" in log:
        reason = DISK_FULL
    elif "Long Path support" in log:
        reason = "This folder's path is too long for Windows: move it to one such as C:\\course"
    elif "[WinError 5]" in log or "[WinError 32]" in log:
        reason = "An open program, perhaps JupyterLab, uses files of the course: close it"
    elif "DO NOT MATCH THE HASHES" in log:
        reason = "A package is not the one that the course was tested with, and was refused: wait"
    elif any(sign in log for sign in ("NewConnectionError", "Retrying (", "Read timed out")):
        reason = "The packages could not be downloaded: check the connection to the network"
    else:
        errors = [line for line in log.splitlines() if line.startswith("ERROR: ")]
        last = errors[-1].removeprefix("ERROR: ") if errors else "pip gave no reason"
        reason = f"The packages could not be installed ({last.rstrip('.')}): put that right"
    return f"{reason}, then run this again. The full log is in {LOG}."


def configure():
    """Write the files in .venv that make its programs right for the course, where they are not."""
    library = "Lib" if os.name == "nt" else next(VENV.glob("lib/python3*"))
    files = {
        # course_lib is importable, this one before any other. A line of code and not a path: paths
        # in such files come last, and are read in an encoding that differs between systems.
        VENV / library / "site-packages" / "names_gpt_course.pth": (
            f"import sys; sys.path.insert(0, {str(ROOT)!a})\n"
        ),
        # JupyterLab does not ask about news on its first page.
        VENV / "etc/jupyter/labconfig/default_setting_overrides.json": (
            '{"@jupyterlab/apputils-extension:notification":'
            ' {"fetchNews": "false", "checkForUpdates": false}}\n'
        ),
        # Kernels do not fill the terminal with warnings that are for administrators.
        VENV / "etc/ipython/ipython_kernel_config.py": "c.IPKernelApp.log_level = 'ERROR'\n",
    }
    for file, text in files.items():
        if not file.exists() or file.read_text() != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)


def port_from(options):
    """The port that the options ask for (8888 where they do not), and the other options."""
    rest, port = [], "8888"
    remaining = iter(options)
    for option in remaining:
        if option == "--port":
            port = next(remaining, "")
        elif option.startswith("--port="):
            port = option.removeprefix("--port=")
        else:
            rest.append(option)
    if not port.isdigit() or not 0 <= int(port) < 65536:
        sys.exit(f"A port is a whole number from 0 to 65535, such as --port=9000: not {port!r}.")
    return int(port), rest


def free_port(first):
    """The first port from this one on that no other program listens on."""
    for port in range(first, min(first + 100, 65536)):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    sys.exit(f"The ports from {first} on are all taken: choose another with --port.")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
