"""A real JupyterLab in a real Chromium, for tests and for authors who want to look.

    with Lab(folder) as lab, lab.open("notebooks/01_derivatives.ipynb") as page:
        page.run_all()
        assert not page.errors()
        page.press(page.slider("learning rate"), "ArrowRight", 3)
        page.screenshot("lesson.png")

JupyterLab serves `folder`, which is written to: give it a copy. Settings, runtime files, trust and
the student's progress live in a temporary place, so an opened notebook is untrusted, as in a fresh
clone. JupyterLab itself is loaded once, and opens one notebook after the other: loading it takes
four times as long. Tests that use this module are marked `browser` and take the `lab` fixture,
which skips where there is no Chromium.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from course_lib.authoring.chromium import browser

ROOT = Path(__file__).resolve().parent.parent
# These wait in the page: to ask from here again and again would take as long as the lesson.
RESTS = """seconds => new Promise(done => {
    const end = Date.now() + 1000 * seconds;
    let since = null;
    (function look() {
        const rests = document.querySelector('.jp-NotebookPanel-toolbar [data-status="idle"]')
            && ![...document.querySelectorAll('.jp-InputArea-prompt')]
                .some(prompt => prompt.textContent.includes('[*]'));
        since = rests ? since ?? Date.now() : null;
        if (since && Date.now() - since > 250) done(true);
        else if (Date.now() > end) done(false);
        else setTimeout(look, 50);
    })();
})"""
RUNS = """async seconds => {
    const end = Date.now() + 1000 * seconds;
    while (Date.now() < end) {
        for (const prompt of document.querySelectorAll('.jp-InputArea-prompt'))
            if (prompt.textContent) return true;
        await new Promise(later => setTimeout(later, 20));
    }
    return false;
}"""
# The notebook from before goes once the new one is there: an empty JupyterLab opens its launcher.
OPEN = """async path => {
    const {commands, shell} = window.jupyterapp;
    const opened = await commands.execute('docmanager:open', {path});
    for (const widget of [...shell.widgets('main')]) {
        if (widget === opened) continue;
        if (widget.context) widget.context.model.dirty = false;  // no question whether to save
        widget.close();
        while (!widget.isDisposed) await new Promise(later => setTimeout(later, 20));
    }
    shell.activateById(opened.id);
}"""
END_KERNELS = "async () => { await window.jupyterapp.serviceManager.sessions.shutdownAll(); }"
CONNECTED = """async ([path, seconds]) => {
    const base = document.location.pathname.split('/lab')[0], end = Date.now() + 1000 * seconds;
    while (Date.now() < end) {
        const sessions = await (await fetch(base + '/api/sessions')).json();
        if (sessions.some(session => session.path === path && session.kernel
            && session.kernel.connections > 0 && session.kernel.execution_state === 'idle'))
            return true;
        await new Promise(later => setTimeout(later, 100));
    }
    return false;
}"""


def kept_out(tab, context=None) -> list[tuple]:
    """What keeps a screen reader or weak eyes out of a page, or of the parts that `context` names.

    Each as the rule of axe, and the elements that break it.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(tab, context=context).response
    assert found["passes"], "nothing was looked at"
    return [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]]


class Lab:
    """A JupyterLab server on a free port, with a browser beside it. Use it in a `with`.

    `chrome` is a Playwright browser; without one it starts its own.
    """

    def __init__(self, folder: Path, chrome=None, width: int = 1280, height: int = 900):
        self.folder, self.size = Path(folder), {"width": width, "height": height}
        self._browser = chrome

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
                "--LabApp.expose_app_in_browser=True",
            ],
            env=self.environment,
            stdout=self._log,
            stderr=self._log,
        )
        self._open = ExitStack()
        self._tab = self._last = None  # JupyterLab, once it is loaded, and the notebook in it
        try:
            self.url, self.token = self._address()
            if self._browser is None:
                self._browser = self._open.enter_context(browser())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.forget()
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
        """A `Page` on this notebook (path inside the folder), ready to run. One at a time."""
        page = None
        if notebook == self._last:
            self.forget()  # what is open already would not be opened anew
        self._last = notebook
        try:
            if self._tab is None:
                self._tab = self._browser.new_context(viewport=self.size).new_page()
                # Whether JupyterLab is to be built anew: npm would take long to say no.
                stable = {"status": "stable", "message": ""}
                self._tab.route("**/lab/api/build*", lambda route: route.fulfill(json=stable))
                page = Page(self._tab, notebook)
                name = os.urandom(4).hex()  # a workspace of its own: no tabs from before
                address = f"{self.url}lab/workspaces/{name}/tree/{notebook}?token={self.token}"
                self._tab.goto(address)
            else:
                page = Page(self._tab, notebook)
                self._tab.evaluate(OPEN, notebook)
            page.ready()
            yield page
        except BaseException:
            self.forget()
            raise
        finally:
            if self._tab is not None:
                page.leave()
                self._tab.evaluate(END_KERNELS)

    def forget(self) -> None:
        """Load JupyterLab anew for the next notebook."""
        if self._tab is not None:
            self._tab.context.close()
            self._tab = None

    def clear(self) -> None:
        """An empty folder, and a student who has passed nothing."""
        shutil.rmtree(self._temp / "home", ignore_errors=True)
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    @contextmanager
    def lesson(self, notebook: str):
        """A `Page` on a lesson in the folder, run to its end; afterwards no error may be shown."""
        with self.open(notebook) as page:
            page.run_all()
            yield page
            assert page.errors() == []

    @contextmanager
    def file(self, path: Path):
        """A `Page` on an HTML file, from the file system, with no server."""
        context = self._browser.new_context(viewport=self.size)
        try:
            page = Page(context.new_page(), str(path))
            page.tab.goto(Path(path).resolve().as_uri())
            yield page
        finally:
            context.close()


class Page:
    """One notebook in the browser. `tab` is the Playwright page, for all that is not here."""

    def __init__(self, tab, path: str):
        self.tab, self.path = tab, path
        self.console: list[str] = []  # errors that scripts in the page raised
        tab.on("pageerror", self._raised)

    def _raised(self, error) -> None:
        self.console.append(str(error))

    def leave(self) -> None:
        """Others look at the tab from here on."""
        self.tab.remove_listener("pageerror", self._raised)

    def ready(self, timeout: float = 60) -> None:
        """Wait until the notebook is open and its kernel idle."""
        self.tab.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=timeout * 1000)
        # JupyterLab says "idle" even before it has asked for a kernel: ask the server as well.
        if not self.tab.evaluate(CONNECTED, [self.path, timeout]):
            self._late(timeout, "JupyterLab has no kernel")
        self.wait_idle(timeout)

    def wait_idle(self, timeout: float = 120) -> None:
        """Wait until the kernel rests and no cell is queued, for a quarter of a second on end."""
        if not self.tab.evaluate(RESTS, timeout):
            self._late(timeout, "the kernel is still busy")

    def wait_until(self, holds, timeout: float = 10, complaint: str = "nothing changed") -> None:
        end = time.monotonic() + timeout
        while not holds():
            if time.monotonic() > end:
                self._late(timeout, complaint)
            self.tab.wait_for_timeout(50)

    def _late(self, timeout: float, complaint: str) -> None:
        dialog = self.tab.locator(".jp-Dialog").all_inner_texts()
        raise TimeoutError(f"{complaint} after {timeout:g} s. {' '.join(dialog)}")

    def menu(self, *items: str) -> None:
        """Choose from the main menu: `page.menu("Kernel", "Restart Kernel…")`."""
        self.tab.click(f'.lm-MenuBar-itemLabel:text-is("{items[0]}")')
        for item in items[1:]:
            self.tab.click(f'.lm-Menu-itemLabel:text-is("{item}")')

    def run_all(self, timeout: float = 120) -> None:
        """Run every cell and wait for the last one."""
        with self._runs():
            self.menu("Run", "Run All Cells")
        self.wait_idle(timeout)

    def save(self) -> None:
        """Save the notebook, and wait until it is on the disk."""
        self.menu("File", "Save Notebook")
        dirty = self.tab.locator(".jp-mod-dirty")
        self.wait_until(lambda: dirty.count() == 0, complaint="the notebook was not saved")

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
        for _ in range(times):
            element.press(key)

    def type_into(self, index: int, code: str) -> None:
        """Replace the code of a cell and run it."""
        editor = self.cell(index).locator(".cm-content")
        editor.scroll_into_view_if_needed()
        editor.click()
        self.tab.keyboard.press("ControlOrMeta+a")
        self.tab.keyboard.insert_text(code)
        with self._runs():
            self.tab.keyboard.press("ControlOrMeta+Enter")
        self.wait_idle()

    def process(self, index: int) -> int:
        """The process of the kernel, which the cell with this index is made to tell."""
        self.type_into(index, "import os\n\nos.getpid()")
        return int(self.cell(index).locator(".jp-OutputArea-output").last.inner_text())

    @contextmanager
    def without_kernel(self, process: int):
        """The kernel, which is this process, has died; in the end JupyterLab has another."""
        os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        yield
        self.tab.locator(".jp-Dialog").get_by_role("button").click()
        self.wait_idle()

    @contextmanager
    def _runs(self):
        """A cell begins to run. Numbers of a former run would be the same: they go before."""
        prompts = self.tab.locator(".jp-InputArea-prompt")
        prompts.evaluate_all("all => all.forEach(prompt => { prompt.textContent = ''; })")
        yield
        if not self.tab.evaluate(RUNS, 10):
            self._late(10, "JupyterLab did not run what it was to run")

    def screenshot(self, file: str | Path, element=None) -> None:
        """A PNG of the window, or of one element."""
        if element is None:
            self.tab.screenshot(path=str(file))
        else:
            element.screenshot(path=str(file))
