"""Settings for the whole suite."""

import os
import shutil
import signal

import pytest
from hypothesis import settings

# What a shell runs in the background ignores Ctrl-C, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A deadline would make a busy machine fail a correct test. In CI the same examples run every time, so that a red run is
# about the change it ran for; at a desk the search goes on.
settings.register_profile("desk", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
]


@pytest.fixture
def aws_credentials(monkeypatch):
    """What a fault server takes, where the commands look for it, whoever runs the tests."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


# For one module, not for all: Playwright keeps an event loop running, in which tests of asyncio cannot run.
@pytest.fixture(scope="module")
def browser():
    """Chromium, driven by Playwright; mark tests that ask for it with `browser`."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # In the plain C locale Chromium cannot open a file whose name is not ASCII.
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET, env=environment)
        yield chromium
        chromium.close()
