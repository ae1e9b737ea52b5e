"""What browser clients make of failures, as a table in docs/browser-clients.md. Run this file to write it anew."""

import hashlib
import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from upload_diag.faults.kinds import ExpireCredentials, ExpireSession, Fault, LoseResponse, Respond

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "fixtures" / "web-clients"
DOCS = ROOT / "docs" / "browser-clients.md"
BUCKET = "gateway-videos"
SHA256 = "0d6133330b44cf7aec61827da5cd3e7d9d7c49e8d3d7951469f83702140c2684"  # of the made-up video
REASON = re.compile(
    r"NoSuch\w+|InvalidPart|SlowDown|ExpiredToken|NetworkingError|restart the upload|[A-Z]+(?:_[A-Z]+)+"
)


@dataclass(frozen=True)
class Scenario:
    """A row: what happens, and the fault that makes it happen."""

    text: str
    fault: Fault | None = None
    when: tuple[tuple[str, Any], ...] = ()


def _scenario(text: str, fault: Fault, **when: Any) -> Scenario:
    return Scenario(text, fault, tuple(when.items()))


PART, COMPLETE = "UploadPart", "CompleteMultipartUpload"
SCENARIOS = {
    "never": Scenario("nothing fails"),
    "part 3": _scenario(
        "the session dies when part 3 arrives", ExpireSession(), operation=PART, part_number=3, times=1
    ),
    "part 1, twice": _scenario(
        "it dies when part 1 arrives, and so does the next", ExpireSession(), operation=PART, part_number=1, times=2
    ),
    "Complete": _scenario("it dies just before Complete", ExpireSession(), operation=COMPLETE, times=1),
    "lost answer": _scenario("the answer to Complete is lost", LoseResponse(), operation=COMPLETE, times=1),
    "credentials": _scenario(
        "the credentials are over for good at part 2", ExpireCredentials(), operation=PART, part_number=2, times=1
    ),
    "SlowDown": _scenario(
        "part 2 is refused with SlowDown, four times", Respond("SlowDown"), operation=PART, part_number=2, times=4
    ),
    "no bucket": _scenario("the bucket is gone at part 2", Respond("NoSuchBucket"), operation=PART, part_number=2),
}


@dataclass(frozen=True)
class BrowserClient:
    """A column: its heading, where its page is, and the radio button to choose there."""

    name: str
    page: str
    handling: str = ""


CLIENTS = {
    "often": BrowserClient("As often written", "app", "often-written"),
    "right": BrowserClient("Put right", "app", "put-right"),
    "uppy": BrowserClient("@uppy/aws-s3 6.3.1", "?client=uppy"),
    "lib": BrowserClient("@aws-sdk/lib-storage 3.1169.0", "?client=lib-storage"),
}


def missing() -> str:
    """Why the two npm clients cannot run here; empty when they can."""
    if not (PAGES / "node_modules" / ".bin" / "esbuild").exists():
        return "the clients are not installed (npm install --prefix fixtures/web-clients)"
    return ""


@contextmanager
def pages() -> Iterator[str]:
    """The pages of the npm clients, bundled, on an origin of their own; its URL."""
    subprocess.run(["npm", "run", "--silent", "build"], cwd=PAGES, check=True, capture_output=True)

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(PAGES))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def play(page: Any, server: Any, pages_url: str, client: BrowserClient, scenario: Scenario) -> str:
    """Upload under a scenario; the cell of the table."""
    server.reset()
    if client.page == "app":
        page.goto(f"{server.url}/_gateway/app/")
        page.locator("#dashboard").wait_for()
        page.locator(f"input[value={client.handling}]").check(force=True)
        presigned = isinstance(scenario.fault, ExpireCredentials)  # the backend would renew its own by itself
        page.get_by_label("Parts go").select_option("presigned" if presigned else "backend")
    else:
        page.goto(f"{pages_url}/{client.page}&server={server.url}")
    if scenario.fault is not None:
        server.inject(scenario.fault, **dict(scenario.when))
    end = _press(page, server, "#start")
    if end.startswith("**fails**") and client.page != "app":
        end += f"; Retry: {_press(page, server, '#retry')}"
    return end


def _press(page: Any, server: Any, button: str) -> str:
    """What the page says in the end, held to what is stored."""
    before = {name: len(server.journal.of(name)) for name in (PART, "CreateMultipartUpload")}
    page.locator(f"{button}:enabled").click()
    page.locator("#outcome:is([data-state=done], [data-state=failed])").wait_for(timeout=90_000)
    parts, sessions = (len(server.journal.of(name)) - count for name, count in before.items())
    if page.locator("#outcome").get_attribute("data-state") == "done":
        assert SHA256 in _stored(server), "the page says that all went well, but the object is not the file"
        new = {0: "same session", 1: "1 session"}.get(sessions, f"{sessions} sessions")
        return f"uploaded, {new}, {parts} parts sent"
    told = REASON.search(page.locator("#outcome").inner_text())
    there = ", though the object is there" if SHA256 in _stored(server) else ""
    return f"**fails** ({told[0] if told else 'no reason told'}){there}"


def _stored(server: Any) -> set[str]:
    """SHA-256 of the objects."""
    s3 = server.client()
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    return {hashlib.sha256(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()).hexdigest() for key in keys}


def table(cell: Callable[[BrowserClient, Scenario], str]) -> list[str]:
    """The lines of the table."""
    lines = ["| | " + " | ".join(client.name for client in CLIENTS.values()) + " |", "|---" * (len(CLIENTS) + 1) + "|"]
    for scenario in SCENARIOS.values():
        cells = [cell(client, scenario) for client in CLIENTS.values()]
        lines.append(f"| {scenario.text} | {' | '.join(cells)} |")
        sys.stderr.write(lines[-1] + "\n")
    return lines


def recorded() -> dict[tuple[str, str], str]:
    """The cells of the page in docs, by client and scenario."""
    rows = [line.strip("| \n").split(" | ") for line in DOCS.read_text(encoding="utf-8").splitlines() if " | " in line]
    cells = {row[0]: row[1:] for row in rows}
    return {
        (client, name): cells[scenario.text][index]
        for name, scenario in SCENARIOS.items()
        for index, client in enumerate(CLIENTS)
    }


def main() -> None:
    from conftest import CHROMIUM, QUIET
    from playwright.sync_api import sync_playwright

    from upload_diag.faults import FaultServer

    with pages() as url, FaultServer(seed=1) as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = chromium.new_page()
        lines = "\n".join(table(lambda client, scenario: play(page, server, url, client, scenario)))
        chromium.close()
    text = DOCS.read_text(encoding="utf-8")
    text = re.sub(r"(<!-- table -->\n).*?(\n<!-- end -->)", rf"\g<1>{lines}\g<2>", text, flags=re.DOTALL)
    DOCS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    main()
