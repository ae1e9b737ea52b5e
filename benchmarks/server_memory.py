"""Memory of the fault server: 20 parts of 100 MB, four at a time, Complete of the 2 GB object, GET, delete.

    .venv/bin/python benchmarks/server_memory.py

Prints resident memory of a server of its own (Linux), in MB: at the start, at the highest, at the end.
"""

import re
import socket
import tempfile
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import Request, urlopen

from served import served

PARTS, PART_SIZE, AT_ONCE = 20, 100_000_000, 4
PIECE = b"\0\1\2\3" * 250_000


def resident(pid: int, name: str = "VmRSS") -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1000


def put(port: int, upload_id: str, number: int) -> str:
    with socket.create_connection(("127.0.0.1", port)) as sock:
        path = f"/bkt/k?partNumber={number}&uploadId={upload_id}"
        sock.sendall(f"PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {PART_SIZE}\r\n\r\n".encode())
        for _ in range(PART_SIZE // len(PIECE)):
            sock.sendall(PIECE)
        return re.search(r'etag: ("\w+")', sock.recv(4096).decode())[1]


def main() -> None:
    with served() as server:
        url, pid = server["s3"], server["pid"]
        call = lambda method, path, body=None: urlopen(Request(url + path, body, method=method)).read()  # noqa: E731
        call("PUT", "/bkt")
        base = resident(pid)
        upload_id = re.search(rb"<UploadId>(.*)</UploadId>", call("POST", "/bkt/k?uploads"))[1].decode()
        port = int(url.rpartition(":")[2])
        start = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            etags = list(pool.map(lambda number: put(port, upload_id, number), range(1, PARTS + 1)))
        took = time.monotonic() - start
        parts = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{e}</ETag></Part>" for n, e in enumerate(etags, 1))
        document = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        call("POST", f"/bkt/k?uploadId={upload_id}", document)
        with urlopen(f"{url}/bkt/k") as answer:
            size = sum(len(piece) for piece in iter(lambda: answer.read(1 << 20), b""))
        call("DELETE", "/bkt/k")
        files = list(Path(tempfile.gettempdir()).glob("upload-diag-*/*"))
        print(f"base {base:.0f} MB, highest {resident(pid, 'VmHWM'):.0f} MB, end {resident(pid):.0f} MB")
        print(f"{PARTS * PART_SIZE / took / 1e6:.0f} MB/s in, {size} bytes out, {len(files)} files left")


if __name__ == "__main__":
    ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter).parse_args()
    main()
