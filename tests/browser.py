"""A real JupyterLab in a real Chromium, for tests and for authors who want to look.

    with Lab(folder) as lab, lab.open("notebooks/01_derivatives.ipynb") as page:
        page.run_all()
        assert not page.errors()
        page.press(page.slider("learning rate"), "ArrowRight", 3)
        page.screenshot("lesson.png")

JupyterLab serves `folder`, which is written to: give it a copy. Settings, runtime files, trust and
the student's progress live in a temporary place, so an opened notebook is untrusted, as in a fresh
clone. Tests that use this module are marked `browser` and take the `lab` fixture, which skips
where there is no Chromium.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import unquote

from course_lib.authoring.chromium import browser

ROOT = Path(__file__).resolve().parent.parent
RESTS = """() => document.querySelector('.jp-NotebookPanel-toolbar [data-status="idle"]') !== null
    && ![...document.querySelectorAll('.jp-InputArea-prompt')]
        .some(prompt => prompt.textContent.includes('[*]'))"""
CONNECTED = """async path => {
    const base = document.location.pathname.split('/lab')[0];
    const sessions = await (await fetch(base + '/api/sessions')).json();
    return sessions.some(session => session.path === path && session.kernel
        && session.kernel.connections > 0 && session.kernel.execution_state === 'idle');
}"""


class Lab:
    """A JupyterLab server on a free port, with a browser beside it. Use it in a `with`."""

    def __init__(self, folder: Path, width: int = 1280, height: int = 900):
        self.folder, self.size = Path(folder), {"width": width, "height": height}

    def __enter__(self) -> "Lab":
        self._temp = Path(tempfile.mkdtemp(prefix="lab-"))
        settings = self._temp / "config" / "labconfig" / "default_setting_overrides.json"
        settings.parent.mkdir(parents=True)
        settings.write_text(
            json.dumps(
                {
                    "@jupyterlab/apputils-extension:notification": {
                        "fetchNews": "false",
                        "checkForUpdates": False,
                    }
                }
            )
        )
        self.environment = os.environ | {
            "JUPYTER_CONFIG_DIR": str(self._temp / "config"),
            "JUPYTER_DATA_DIR": str(self._temp / "data"),
            "JUPYTER_RUNTIME_DIR": str(self._temp / "runtime"),
            "IPYTHONDIR": str(self._temp / "ipython"),
            "COURSE_HOME": str(self._temp / "home"),
            "PYTHONPATH": str(ROOT),
        }
        self._log = open(self._temp / "log", "w")
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"),
                f"--ServerApp.root_dir={self.folder}",
                "--LabApp.news_url=None",
                "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            ],
            env=self.environment,
            stdout=self._log,
            stderr=self._log,
        )
        self._open = ExitStack()
        try:
            self.url, self.token = self._address()
            self._browser = self._open.enter_context(browser())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self._open.close()
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._log.close()
        shutil.rmtree(self._temp, ignore_errors=True)

    def _address(self) -> tuple[str, str]:
        """Where the server listens, from the file that it writes once it does."""
        file = self._temp / "runtime" / f"jpserver-{self.process.pid}.json"
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError(f"JupyterLab did not start:\n{self._log_text()}")
            try:
                info = json.loads(file.read_text())
                return info["url"], info["token"]
            except (OSError, ValueError):
                time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not answer within a minute:\n{self._log_text()}")

    def _log_text(self) -> str:
        return (self._temp / "log").read_text(errors="replace")[-3000:]

    @contextmanager
    def open(self, notebook: str):
        """A `Page` on this notebook (path inside the folder), ready to run."""
        context = self._browser.new_context(viewport=self.size)
        try:
            page = Page(context.new_page())
            name = os.urandom(4).hex()  # a workspace of its own: no tabs from before
            page.tab.goto(f"{self.url}lab/workspaces/{name}/tree/{notebook}?token={self.token}")
            page.ready()
            yield page
        finally:
            context.close()

    @contextmanager
    def lesson(self, notebook: str):
        """A `Page` on a lesson of the course, run to its end; afterwards no error may be shown."""
        shutil.copytree(ROOT / "notebooks", self.folder / "notebooks", dirs_exist_ok=True)
        shutil.copy(ROOT / "glossary.md", self.folder)
        with self.open(f"notebooks/{notebook}") as page:
            page.run_all()
            yield page
            assert page.errors() == []

    @contextmanager
    def file(self, path: Path):
        """A `Page` on an HTML file, from the file system, with no server."""
        context = self._browser.new_context(viewport=self.size)
        try:
            page = Page(context.new_page())
            page.tab.goto(Path(path).resolve().as_uri())
            yield page
        finally:
            context.close()


class Page:
    """One notebook in the browser. `tab` is the Playwright page, for all that is not here."""

    def __init__(self, tab):
        self.tab = tab
        self.console: list[str] = []  # errors that scripts in the page raised
        tab.on("pageerror", lambda error: self.console.append(str(error)))

    def ready(self, timeout: float = 60) -> None:
        """Wait until the notebook is open and its kernel idle."""
        self.tab.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=timeout * 1000)
        # JupyterLab says "idle" even before it has asked for a kernel: ask the server as well.
        path = unquote(self.tab.url.split("/tree/")[1].split("?")[0])
        self.wait_until(
            lambda: self.tab.evaluate(CONNECTED, path), timeout, "JupyterLab has no kernel"
        )
        self.wait_idle(timeout)

    def wait_idle(self, timeout: float = 120) -> None:
        """Wait until the kernel rests and no cell is queued, for a quarter of a second on end."""
        calm = 0

        def rests() -> bool:
            nonlocal calm
            calm = calm + 1 if self.tab.evaluate(RESTS) else 0
            return calm > 5

        self.wait_until(rests, timeout, "the kernel is still busy")

    def wait_until(self, holds, timeout: float = 10, complaint: str = "nothing changed") -> None:
        end = time.monotonic() + timeout
        while not holds():
            if time.monotonic() > end:
                dialog = self.tab.locator(".jp-Dialog").all_inner_texts()
                raise TimeoutError(f"{complaint} after {timeout:g} s. {' '.join(dialog)}")
            self.tab.wait_for_timeout(50)

    def menu(self, *items: str) -> None:
        """Choose from the main menu: `page.menu("Kernel", "Restart Kernel…")`."""
        self.tab.click(f'.lm-MenuBar-itemLabel:text-is("{items[0]}")')
        for item in items[1:]:
            self.tab.click(f'.lm-Menu-itemLabel:text-is("{item}")')

    def run_all(self, timeout: float = 120) -> None:
        """Run every cell and wait for the last one."""
        before = self.prompts()
        self.menu("Run", "Run All Cells")
        self.wait_until(lambda: self.prompts() != before, 10, "JupyterLab did not run the cells")
        self.wait_idle(timeout)

    def save(self) -> None:
        """Save the notebook, and wait until it is on the disk."""
        self.menu("File", "Save Notebook")
        dirty = self.tab.locator(".jp-mod-dirty")
        self.wait_until(lambda: dirty.count() == 0, complaint="the notebook was not saved")

    def prompts(self) -> list[str]:
        """What stands before each cell: "[3]:" once it has run."""
        return self.tab.locator(".jp-InputArea-prompt").all_inner_texts()

    def cell(self, index: int):
        """The locator of the cell with this index."""
        return self.tab.locator(".jp-Notebook .jp-Cell").nth(index)

    def errors(self) -> list[str]:
        """The text of every error output, and every error that a script raised."""
        shown = self.tab.locator('[data-mime-type="application/vnd.jupyter.stderr"], .jp-mod-error')
        return shown.all_inner_texts() + self.console

    def slider(self, label: str, nth: int = 0):
        """The native range input with this label."""
        return (
            self.tab.get_by_label(label, exact=True)
            .and_(self.tab.locator("input[type=range]"))
            .nth(nth)
        )

    def press(self, element, key: str, times: int = 1) -> None:
        """Focus an element and press a key on it, as a person without a mouse would."""
        element.focus()
        for _ in range(times):
            self.tab.keyboard.press(key)

    def type_into(self, index: int, code: str) -> None:
        """Replace the code of a cell and run it."""
        editor = self.cell(index).locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.tab.keyboard.press("ControlOrMeta+a")
        self.tab.keyboard.insert_text(code)
        before = self.prompts()
        self.tab.keyboard.press("ControlOrMeta+Enter")
        self.wait_until(lambda: self.prompts() != before, 10, "JupyterLab did not run the cell")
        self.wait_idle()

    def screenshot(self, file: str | Path, element=None) -> None:
        """A PNG of the window, or of one element."""
        if element is None:
            self.tab.screenshot(path=str(file))
        else:
            element.screenshot(path=str(file))
