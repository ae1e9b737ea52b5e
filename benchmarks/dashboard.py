"""Eight tabs of the dashboard through two hours of requests, in two minutes: how soon a change shows, what a page holds.

    .venv/bin/python benchmarks/dashboard.py [SECONDS]

2,000 sessions get the 72,000 parts of two hours at 10 a second, in SECONDS (120), and then go on at 10 a second. An upload of
its own is followed in all tabs: from S3's answer to a part until the row has changed, in milliseconds. Memory is the
JavaScript heap after a collection, over all tabs; the tabs share one process for scripts or have one each, as Chromium
likes. Needs Chromium.
"""

import json
import re
import socket
import statistics
import sys
import threading
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from served import served

TABS, SESSIONS, RATE, HOURS, PROBES = 8, 2000, 10, 2, 10
ENTRIES = RATE * 3600 * HOURS
WATCH = """id => {
  window.seen = {};
  const look = () => {
    const text = document.querySelector(`tr[data-id="${id}"] .parts > span`)?.textContent;
    if (text && !(text in window.seen)) window.seen[text] = Date.now();
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


class S3:
    """One connection, requests one after the other."""

    def __init__(self, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        self._socket = socket.create_connection((host, int(port)))

    def call(self, method: str, path: str, body: bytes = b"") -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive()
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = int(re.search(rb"content-length: (\d+)", head)[1])
        while len(rest) < length:
            rest += self._receive()
        return rest

    def _receive(self) -> bytes:
        return self._socket.recv(65536) or sys.exit("the server closed the connection")

    def begin(self, key: str) -> str:
        return re.search(rb"<UploadId>(.*?)<", self.call("POST", f"/bkt/{key}?uploads"))[1].decode()

    def part(self, key: str, upload_id: str, number: int) -> None:
        self.call("PUT", f"/bkt/{key}?partNumber={number}&uploadId={upload_id}", b"x")


def load(url: str, ids: list[str], count: int, rate: float) -> None:
    """So many parts at so many a second, or as fast as the server takes them."""
    s3, start = S3(url), time.monotonic()
    for number in range(count):
        s3.part(f"in/{number % SESSIONS:04}", ids[number % SESSIONS], number // SESSIONS + 1)
        if number % max(1, int(rate / 20)) == 0:
            time.sleep(max(0.0, start + number / rate - time.monotonic()))


class Probe:
    """An upload that is followed in every tab."""

    def __init__(self, url: str, pages: list[Any]) -> None:
        self._url, self._pages, self._count = url, pages, 0
        self._id = S3(url).begin("probe")
        for page in pages:
            page.locator(f'tr[data-id="{self._id}"]').wait_for(state="attached", timeout=60_000)
            page.evaluate(WATCH, self._id)

    def run(self, title: str) -> None:
        s3, late = S3(self._url), []  # a connection of its own: the server closes one that is idle
        for _ in range(PROBES):
            self._count += 1
            s3.part("probe", self._id, self._count)
            sent = time.time() * 1000
            noun = "part: 1" if self._count == 1 else f"parts: 1–{self._count}"
            for page in self._pages:
                script = "text => new Promise(done => { const look = () => text in window.seen ? done(window.seen[text]) : setTimeout(look, 20); look(); })"
                late.append(page.evaluate(script, f"{self._count} {noun}") - sent)
            time.sleep(0.7)
        late.sort()
        print(
            f"{title}: median {statistics.median(late):.0f}, 95 % {late[int(len(late) * 0.95)]:.0f}, at most {late[-1]:.0f} ms"
        )


def memory(sessions: list[Any], pid: int, title: str) -> None:
    heaps, nodes = [], []
    for each in sessions:
        each.send("HeapProfiler.collectGarbage")
        found = {row["name"]: row["value"] for row in each.send("Performance.getMetrics")["metrics"]}
        heaps.append(found["JSHeapUsedSize"] / 1e6)
        nodes.append(found["Nodes"])
    server = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1000
    print(
        f"{title}: heap of a tab {min(heaps):.1f} to {max(heaps):.1f} MB, DOM nodes at most {max(nodes):,.0f}; server {server:.0f} MB"
    )


def soak(ready: dict[str, Any], seconds: float) -> None:
    from playwright.sync_api import sync_playwright

    url = ready["s3"]
    home = ready["control"].removesuffix("api")
    s3 = S3(url)
    s3.call("PUT", "/bkt")
    ids = [s3.begin(f"in/{number:04}") for number in range(SESSIONS)]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        context = chromium.new_context()
        pages = [context.new_page() for _ in range(TABS)]
        for page in pages:
            page.goto(home)
        probe = Probe(url, pages)
        sessions = [context.new_cdp_session(page) for page in pages]
        for each in sessions:
            each.send("Performance.enable")
        memory(sessions, ready["pid"], "before")
        probe.run("a change shows, quiet")
        loading = threading.Thread(target=load, args=(url, ids, ENTRIES, ENTRIES / seconds))
        start = time.monotonic()
        loading.start()
        probe.run(f"a change shows, under {ENTRIES / seconds:.0f} requests/s")
        loading.join()
        print(f"{ENTRIES:,} requests in {time.monotonic() - start:.0f} s")
        overview = json.loads(urlopen(f"{ready['control']}/overview?limit=1").read())
        print(
            f"journal: entry {overview['last']:,}, {overview['dropped']:,} of them dropped; {overview['counts']['live']:,} sessions live"
        )
        time.sleep(3)
        memory(sessions, ready["pid"], "after")
        loading = threading.Thread(target=load, args=(url, ids, 12 * RATE, RATE))
        loading.start()
        probe.run(f"a change shows afterwards, under {RATE} requests/s")
        loading.join()
        states = [page.locator("#status").get_attribute("data-state") for page in pages]
        print(f"tabs: {states.count('live')} with a stream, {states.count('polling')} asking now and then")
        print(f"last line of each journal: {sorted({page.locator('#journal-summary').inner_text() for page in pages})}")
        chromium.close()


def main() -> None:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=float, nargs="?", default=120.0)
    given = parser.parse_args()
    with served() as ready:
        soak(ready, given.seconds)


if __name__ == "__main__":
    main()
