"""A fault server for all tests; a page for each, which fails its test when it breaks a rule of its own."""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the table beside the tests


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(autouse=True)
def patience():
    """A page may be slow on a busy machine; what it has to show at last is the same."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    api.expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def session_server():
    pytest.importorskip("moto")
    from upload_diag.faults import FaultServer

    with FaultServer(seed=1) as running:
        yield running


@pytest.fixture
def server(session_server):
    session_server.reset()
    session_server.client().create_bucket(Bucket="bkt")
    return session_server


@pytest.fixture
def home(server):
    return server.control_url.removesuffix("api")


@pytest.fixture
def open_page(browser, home):
    """Open the dashboard; any dialog, script error or request to another host fails the test."""
    contexts, wrong = [], []

    def opened(path="", **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("dialog", lambda dialog: (wrong.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: wrong.append(f"script error {error}"))
        page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(("blob:", home)) and urlsplit(request.url).hostname in (None, "127.0.0.1")
                else wrong.append(f"request {request.url}")
            ),
        )
        page.goto(home + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def begin(server):
    """Begin an upload of so many parts of five bytes; its id."""
    s3 = server.client()

    def begun(key="in/k", parts=0, bucket="bkt"):
        upload_id = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
        for number in range(1, parts + 1):
            s3.upload_part(Bucket=bucket, Key=key, UploadId=upload_id, PartNumber=number, Body=b"hello")
        return upload_id

    return begun
