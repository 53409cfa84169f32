"""The Chromium or Chrome of this machine: what prints the decks, and opens lessons in the tests."""

import os
import shutil
from contextlib import contextmanager

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Its path: found by name on PATH, or what the variable CHROMIUM names. None without one."""
    names = [os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


def installed() -> str | None:
    """The same, or else where macOS and Windows keep such a browser, which is not on PATH."""
    mac = ["Google Chrome", "Chromium", "Microsoft Edge"]
    places = [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in mac]
    for variable in ("ProgramFiles", "ProgramFiles(x86)", "LocalAppData"):
        if folder := os.environ.get(variable):
            places += [rf"{folder}\Google\Chrome\Application\chrome.exe"]
            places += [rf"{folder}\Microsoft\Edge\Application\msedge.exe"]
    return chromium() or next((place for place in places if os.path.isfile(place)), None)


@contextmanager
def browser():
    """A Playwright browser of its own, without a window, that ends with the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=installed(), args=ARGUMENTS)
        try:
            yield chrome
        finally:
            chrome.close()
