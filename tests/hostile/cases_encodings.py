"""Text in every encoding, in the wrong one, in several, and with every kind of line end."""

import random

from hostile import FAILED, FILLER, Case, file_of

TEXT = (FILLER * 3 + FAILED + FILLER * 3).decode()
UMLAUTS = TEXT.replace("nothing", "nöthing \u00a3")


def shuffled_bytes() -> bytes:
    """Every byte, some of them in lines of text."""
    numbers = list(range(128, 256)) * 40
    random.Random(3).shuffle(numbers)
    return FAILED + b"".join(FILLER + bytes(numbers[at : at + 64]) + b"\n" for at in range(0, len(numbers), 64))


CASES = [
    Case("UTF-8 with a mark", file_of(TEXT.encode("utf-8-sig"))),
    *(
        Case(f"{name} with a mark", file_of(mark + UMLAUTS.encode(name)))
        for name, mark in (("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"))
    ),
    *(
        Case(f"{name} without a mark", file_of(UMLAUTS.encode(name)))
        for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
    ),
    *(
        Case(f"UTF-32 with a mark, {ends} end first", file_of(mark + UMLAUTS.encode(name)))
        for name, mark, ends in (("utf-32-le", b"\xff\xfe\0\0", "small"), ("utf-32-be", b"\0\0\xfe\xff", "large"))
    ),
    Case("UTF-16 with an odd number of bytes", file_of(b"\xff\xfe" + TEXT.encode("utf-16-le")[:-1])),
    Case("UTF-16 of lone surrogates", file_of(b"\xff\xfe" + (TEXT + "\ud800\ud800\udc00\udc00\n").encode(
        "utf-16-le", "surrogatepass"))),
    Case("UTF-16 lines as JSON", file_of(b"\xff\xfe" + '{"msg":"NoSuchUpload","uploadId":"abc12345"}\r\n'.encode(
        "utf-16-le"))),
    Case("a mark of UTF-16 before UTF-8", file_of(b"\xff\xfe" + FAILED)),
    Case("only a mark", file_of(b"\xff\xfe"), finds=0),
    Case("three marks", file_of(b"\xef\xbb\xbf" * 3 + FAILED)),
    Case("Latin-1", file_of(UMLAUTS.encode("latin-1"))),
    Case("Windows-1252", file_of(TEXT.replace("nothing", "\u201cnothing\u201d \u2026").encode("cp1252"))),
    Case("UTF-8 read as Latin-1 and written as UTF-8", file_of(UMLAUTS.encode().decode("latin-1").encode())),
    Case("Shift JIS", file_of(TEXT.replace("nothing", "失敗").encode("shift_jis"))),
    Case("GB 18030", file_of(TEXT.replace("nothing", "上传失败").encode("gb18030"))),
    Case("EBCDIC", file_of(TEXT.encode("cp500")), finds=0, unread=None),
    Case("UTF-7", file_of(UMLAUTS.encode("utf-7"))),
    Case("UTF-8 and then Latin-1", file_of(UMLAUTS.encode() * 2 + UMLAUTS.encode("latin-1")), finds=3),
    Case("UTF-8 and then UTF-16", file_of(FAILED + FILLER * 2000 + FAILED.decode().encode("utf-16-le")), finds=None,
         unread=None),
    Case("every byte above 127", file_of(shuffled_bytes)),
    Case("overlong and impossible UTF-8", file_of(FAILED[:-1] + b" \xc0\xaf \xed\xa0\x80 \xf8\x88\x80\x80\x80 \xff\xfe\n")),
    Case("a character cut at the end", file_of(FAILED + "ü".encode()[:1])),
    Case("a NUL here and there", file_of((FILLER[:-1] + b"\x00\n") * 50 + FAILED), unread="not text"),
    Case("a NUL in the middle of the code", file_of(FILLER * 3 + FAILED.replace(b"NoSuch", b"No\x00Such") + FAILED),
         finds=None, unread="not text"),
    Case("half of it NULs", file_of(FAILED + bytes(len(FAILED))), unread="not text"),
    Case("NULs before the log", file_of(bytes(4096) + TEXT.encode()), unread="not text"),
    Case("more NULs before the log than are looked at", file_of(bytes(3 << 20) + FILLER + FAILED), unread="longer than"),
    Case("NULs before and behind a line", file_of(bytes(200_000) + b"\n" + FAILED + bytes(200_000)), unread="not text"),
    Case("control characters before a line", file_of(bytes(range(32)) * 1000 + b"\n" + FAILED), unread="not text"),
    Case("NULs behind a long beginning", file_of(FILLER * 2000 + bytes(100_000) + b"\n" + FAILED), finds=1, unread="not text"),
    Case("only carriage returns", file_of(TEXT.replace("\n", "\r").encode())),
    Case("CR LF", file_of(TEXT.replace("\n", "\r\n").encode())),
    Case("CR LF and LF mixed", file_of((FAILED + FAILED.replace(b"\n", b"\r\n")) * 5), finds=10),
    Case("CR CR LF", file_of(FAILED.replace(b"\n", b"\r\r\n") * 3), finds=3),
    Case("LF CR", file_of(FAILED.replace(b"\n", b"\n\r") * 3), finds=3),
    Case("line separators of Unicode", file_of((FAILED[:-1].decode() + "\u2028\u2029\x85\x0b\x0c\n").encode() * 3), finds=3),
    Case("no newline at the end", file_of(FILLER + FAILED[:-1])),
    Case("backspaces over the text", file_of(FAILED[:-1] + b"\b" * 200 + b"all fine\n")),
    Case("carriage returns over the text", file_of(FAILED[:-1] + b"\rall fine\n"), finds=None),
]  # fmt: skip
