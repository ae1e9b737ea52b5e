"""What is at a path is not what its name promises, or is not a file at all."""

import os
import socket
from pathlib import Path

from hostile import FAILED, FILLER, Case, file_of


def beside_a_log(make):
    """A folder with a log, and with something else that must not spoil it."""

    def make_both(folder: Path) -> Path:
        (folder / "z.log").write_bytes(FAILED)
        make(folder)
        return folder

    return make_both


def alone(make, name: str):
    def make_one(folder: Path) -> Path:
        make(folder)
        return folder / name

    return make_one


def fifo(folder: Path) -> None:
    os.mkfifo(folder / "pipe.log")


def unix_socket(folder: Path) -> None:
    before = Path.cwd()
    os.chdir(folder)  # the name of a socket may only have a hundred letters
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("sock.log")
    os.chdir(before)


def link_to(target: str, name: str = "link.log"):
    return lambda folder: (folder / name).symlink_to(target)


def loop(folder: Path) -> None:
    (folder / "a.log").symlink_to("b.log")
    (folder / "b.log").symlink_to("a.log")


def folder_loop(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "up").symlink_to("..")


def folder_like_a_file(folder: Path) -> None:
    (folder / "app.log").mkdir()
    (folder / "app.log" / "inner.log").write_bytes(FAILED)


def forbidden(folder: Path) -> None:
    (folder / "secret.log").write_bytes(FAILED)
    (folder / "secret.log").chmod(0)


def tiny(count: int):
    def make(folder: Path) -> Path:
        for number in range(count):
            (folder / f"{number:05}.log").write_bytes(FAILED if number % 100 == 0 else FILLER)
        return folder

    return make


def deep(folder: Path) -> Path:
    path = folder
    for _ in range(200):
        path = path / "d"
    path.mkdir(parents=True)
    (path / "a.log").write_bytes(FAILED)
    return folder


def empty_folder(folder: Path) -> Path:
    (folder / "nothing").mkdir()
    return folder / "nothing"


def sparse(folder: Path) -> Path:
    path = folder / "sparse.log"
    with path.open("wb") as file:
        file.write(FAILED)
        file.truncate(100 << 20)
    return path


def named(name: str | bytes) -> Case:
    shown = name if isinstance(name, str) else repr(name)
    return Case(f"a file called {ascii(shown)[:60]}", file_of(FAILED, name))


NO_FILE = "not a regular file"
CASES = [
    Case("a FIFO in a folder", beside_a_log(fifo), unread=NO_FILE),
    Case("a FIFO by itself", alone(fifo, "pipe.log"), finds=None, unread=NO_FILE, code=3),
    Case("a socket in a folder", beside_a_log(unix_socket), unread=NO_FILE),
    Case("a socket by itself", alone(unix_socket, "sock.log"), finds=None, unread=NO_FILE, code=3),
    Case("an endless device", lambda _: Path("/dev/zero"), finds=None, unread=NO_FILE, code=3),
    Case("a link to an endless device", beside_a_log(link_to("/dev/zero")), unread=NO_FILE),
    Case("links in a circle", beside_a_log(loop), unread="(?i)symbolic|links"),
    Case("a link to nowhere", beside_a_log(link_to("nowhere")), unread="No such file"),
    Case("a link to itself", alone(link_to("link.log"), "link.log"), finds=None, unread="(?i)symbolic|links", code=3),
    Case("a folder that links to its own parent", beside_a_log(folder_loop), unread="link"),
    Case("a folder called like a log", beside_a_log(folder_like_a_file), finds=2),
    Case("a file whose reading fails", beside_a_log(link_to("/proc/self/mem")), unread="(?i)error|could not"),
    Case(
        "a file that tells no size and does not end", beside_a_log(link_to("/proc/self/pagemap")), unread="does not end"
    ),
    Case("a file whose reader is made to wait", beside_a_log(link_to("/proc/kmsg")), unread=None),
    Case("a file that may not be read", beside_a_log(forbidden), finds=None, unread=None),
    Case("an empty file", file_of(b""), finds=None, unread="empty", code=3),
    Case("an empty folder", empty_folder, finds=None, unread="nothing", code=3),
    Case("a path that is not there", lambda folder: folder / "gone.log", finds=None, unread="No such file", code=3),
    Case("a file of blank lines", file_of(b"\n" * 100_000), finds=0),
    Case("a sparse file", sparse, unread="not text|longer"),
    Case("two thousand tiny files", tiny(2000), finds=20),
    Case("a folder two hundred deep", deep),
    named("n" * 250 + ".log"),
    named("new\nline.log"),
    named("carriage\rreturn.log"),
    named("tab\tand\x07bell\x1b[31m.log"),
    named("-f json.log"),
    named("--help"),
    named("[a-z]*.log"),
    named("archive.zip!member.log"),
    named("\u202egol.exe"),
    named("<script>alert(1)</script>.log".replace("/", "\u2215")),
    named("=cmd|'calc'!A0.log"),
    named("::error file=x::forged"),
    named("C:\\Users\\ann\\app.log"),
    named("s3:bucket"),
    named(" "),
    named("~root"),
    named("$(touch pwned);`id`"),
    named(b"invalid\xff\xfeutf8.log"),
    named(b"latin1-\xe9\xe8.log"),
    named("\ufeffbom.log"),
    named("a" * 100 + "\u0301" * 50 + ".log"),
]
