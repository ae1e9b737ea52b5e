"""The fault server beside moto_server, in one run: small parts, dead ids, 5 MiB parts, start to first answer.

    .venv/bin/python benchmarks/server_speed.py

The clients are raw sockets in threads of this process; a client opens a new connection only when the server closed the
old one. Trust the ratios, not the figures. No answer may be a 5xx that nobody asked for.
"""

import re
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

ROUNDS = 3


@dataclass(frozen=True)
class Load:
    name: str
    connections: int
    size: int
    each: int
    dead: bool = False


LOADS = (
    Load("1 KiB parts, 8 connections, requests/s", 8, 1024, 250),
    Load("dead id, 8 connections, requests/s", 8, 1024, 250, dead=True),
    Load("5 MiB parts, 4 connections, MB/s", 4, 5 * 1024 * 1024, 25),
)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


def started(command: list[str], port: int) -> tuple[subprocess.Popen[bytes], float]:
    """The process, and the seconds until it answered."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        try:
            urlopen(f"http://127.0.0.1:{port}/").read()
        except OSError as error:
            if "refused" not in str(error):
                return process, time.perf_counter() - start
            time.sleep(0.01)
        else:
            return process, time.perf_counter() - start


def one_client(port: int, load: Load, upload_id: str, first: int, statuses: Counter[str]) -> None:
    body = b"x" * load.size
    sock = None
    for number in range(first, first + load.each):
        head = (
            f"PUT /bkt/key?partNumber={number}&uploadId={upload_id} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Length: {load.size}\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\nAuthorization: AWS4-HMAC-SHA256 "
            "Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n"
        )
        if sock is None:
            sock = socket.create_connection(("127.0.0.1", port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if load.size < 65536:
                sock.sendall(head.encode() + body)
            else:
                sock.sendall(head.encode())
                sock.sendall(body)
            status, keep = read_answer(sock)
        except OSError:
            status, keep = "broken", False
        statuses[status] += 1
        if not keep:
            sock.close()
            sock = None
    if sock is not None:
        sock.close()


def read_answer(sock: socket.socket) -> tuple[str, bool]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(65536)
        if not piece:
            raise ConnectionError
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    head = head.lower()
    length = re.search(rb"content-length: *(\d+)", head)
    left = int(length[1]) - len(rest) if length else 0
    while left > 0:
        left -= len(sock.recv(65536))
    return head[9:12].decode(), b"connection: close" not in head


def measure(port: int, load: Load, upload_id: str) -> tuple[float, Counter[str]]:
    statuses: Counter[str] = Counter()
    start = time.perf_counter()
    with ThreadPoolExecutor(load.connections) as pool:
        for client in range(load.connections):
            pool.submit(one_client, port, load, upload_id, client * load.each + 1, statuses)
    took = time.perf_counter() - start
    done = load.connections * load.each
    return (done * load.size / took / 1e6 if "MB/s" in load.name else done / took), statuses


def run(command: Callable[[int], list[str]]) -> tuple[float, dict[str, float], Counter[str]]:
    port = free_port()
    process, start = started(command(port), port)
    try:
        url = f"http://127.0.0.1:{port}"
        signed = {
            "Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host"
        }
        urlopen(Request(f"{url}/bkt", method="PUT", headers=signed)).read()
        answer = urlopen(Request(f"{url}/bkt/key?uploads", b"", signed, method="POST")).read()
        live = re.search(rb"<UploadId>([^<]+)<", answer)[1].decode()
        rates, bad = {}, Counter()
        for load in LOADS:
            rates[load.name], statuses = measure(port, load, "not-an-id" if load.dead else live)
            bad += Counter({f"{load.name}: {s}": n for s, n in statuses.items() if s[0] not in "24"})
        return start, rates, bad
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    here = Path(sys.executable).parent
    servers = {
        "moto_server": lambda port: [str(here / "moto_server"), "-p", str(port)],
        "upload-diag": lambda port: [str(here / "upload-diag"), "serve", f"--port={port}", "--control-port=0"],
    }
    best: dict[str, dict[str, float]] = {name: {} for name in servers}
    bad: dict[str, Counter[str]] = {name: Counter() for name in servers}
    for _ in range(ROUNDS):  # in turns, so that a busy moment of the machine meets both
        for name, command in servers.items():
            start, rates, found = run(command)
            bad[name] += found
            best[name]["start to first answer, s"] = min(start, best[name].get("start to first answer, s", start))
            for load, rate in rates.items():
                best[name][load] = max(rate, best[name].get(load, 0))
    print(f"{'best of ' + str(ROUNDS):<42}{'moto_server':>14}{'upload-diag':>14}{'ratio':>8}")
    for row, theirs in best["moto_server"].items():
        ours = best["upload-diag"][row]
        print(f"{row:<42}{theirs:>14,.2f}{ours:>14,.2f}{ours / theirs:>8.1f}")
    for name, found in bad.items():
        print(f"{name}: answers of 5xx or none: {dict(found) or 'none'}")


if __name__ == "__main__":
    ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter).parse_args()
    main()
