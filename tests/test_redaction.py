"""Secrets vanish from text in every spelling, and nothing else does."""

import html
import io
import json
import re
import string
import time
from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upload_diag import redaction
from upload_diag.redaction import find_secrets, redact, redact_lines, redact_stream
from upload_diag.rules.secrets import SECRETS

MARKED = re.compile("«(.*?)»", re.DOTALL)
ANY_TOKEN = "REDACTED-[a-z0-9-]+"


def in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def for_browsers(text: str) -> str:
    """JSON as Go and .NET write it, with no character that means something to HTML."""
    escaped = in_json(text)
    return "".join(f"\\u{ord(c):04X}" if c in "&<>+='" else c for c in escaped)


SPELLINGS = {
    "plain": lambda text: text,
    "percent": lambda text: quote(text, safe=""),
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "json": in_json,
    "json twice": lambda text: in_json(in_json(text)),
    "json three times": lambda text: in_json(in_json(in_json(text))),
    "json for browsers": for_browsers,
    "php's json": lambda text: in_json(text).replace("/", "\\/"),
    "html": html.escape,
    "json in html": lambda text: html.escape(in_json(text)),
    "percent in json": lambda text: in_json(quote(text, safe="")),
    "json in percent": lambda text: quote(in_json(text), safe=""),
}

HITS = [pytest.param(row, hit, id=f"{row.rule}-{n}") for row in SECRETS for n, hit in enumerate(row.hits)]
MISSES = [pytest.param(row, miss, id=f"{row.rule}-{n}") for row in SECRETS for n, miss in enumerate(row.misses)]


def unmarked(hit: str) -> str:
    return hit.replace("«", "").replace("»", "")


def test_row_ids_are_unique_and_every_row_has_its_proof():
    assert len({row.rule for row in SECRETS}) == len(SECRETS)
    assert [row.rule for row in SECRETS if not row.hits or not row.regex.groups] == []


@pytest.mark.parametrize(("row", "hit"), HITS)
def test_a_row_takes_out_what_its_hits_mark_and_nothing_else(row, hit):
    wanted = re.escape(MARKED.sub("@@@", hit)).replace("@@@", ANY_TOKEN)
    assert re.fullmatch(wanted, redact(unmarked(hit)))


@pytest.mark.parametrize(("row", "hit"), HITS)
def test_a_row_sees_its_own_hits(row, hit):
    text = unmarked(hit)
    assert any(row.find(text))
    assert any(word in (text if row.bare else text.lower()) for word in row.keywords)
    assert row.bare or row.keywords == tuple(word.lower() for word in row.keywords)


@pytest.mark.parametrize(("row", "miss"), MISSES)
def test_a_look_alike_stays_as_it_is(row, miss):
    assert redact(miss) == miss


def pieces_of(secret: str) -> set[str]:
    """Every run of nine characters that no escape touches."""
    return {run[i : i + 9] for run in re.findall(r"[A-Za-z0-9]{9,}", secret) for i in range(len(run) - 8)}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("row", "hit"), HITS)
def test_a_secret_vanishes_in_every_spelling(row, hit, spelling):
    shown = redact(SPELLINGS[spelling](f"before {unmarked(hit)}"))
    assert [p for secret in MARKED.findall(hit) for p in pieces_of(secret) if p in shown] == []
    assert shown.startswith("before")


WORD = "k7Qz9xWvB2mN4pR8tY6u"
PLACES = {
    "query": "https://h.example/a?x=1&{}={}&uploadId=keep.me_1",
    "json": '{{"a": 1, "{}": "{}", "uploadId": "keep.me_1"}}',
    "json without blanks": '{{"{}":"{}","uploadId":"keep.me_1"}}',
    "pretty json": '{{\n  "{}":\n    "{}",\n  "uploadId": "keep.me_1"\n}}',
    "python": "{{'{}': '{}', 'uploadId': 'keep.me_1'}}",
    "python bytes": "{{'{}': b'{}', 'uploadId': 'keep.me_1'}}",
    "javascript": "{{ {}: '{}', uploadId: 'keep.me_1' }}",
    "yaml": "{}: {}\nuploadId: keep.me_1",
    "env": "export {}={}\nuploadId=keep.me_1",
    "ini": "{} = {}\nuploadId = keep.me_1",
    "java map": "{{{}={}, uploadId=keep.me_1}}",
    "go map": "map[{}:[{}] Uploadid:[keep.me_1]]",
    "xml": "<{0}>{1}</{0}><UploadId>keep.me_1</UploadId>",
    "har": '{{"name": "{}", "value": "{}"}}, {{"name": "uploadId", "value": "keep.me_1"}}',
    "pretty har": '{{\n "name": "{}",\n "value": "{}"\n}}, {{\n "name": "uploadId",\n "value": "keep.me_1"}}',
    "form": '<input name="{}" value="{}"><input name="uploadId" value="keep.me_1">',
    "form data": 'form-data; name="{}"\r\n\r\n{}\r\n--b\r\nform-data; name="uploadId"\r\n\r\nkeep.me_1',
    "php": "[{}] => {}\n[uploadId] => keep.me_1",
    "ruby": '{{"{}"=>"{}", "uploadId"=>"keep.me_1"}}',
    "csv": '"{{""{}"":""{}"",""uploadId"":""keep.me_1""}}"',
}
LABELS = [
    "x-amz-security-token",
    "X-Amz-Signature",
    "AWS_SECRET_ACCESS_KEY",
    "aws_session_token",
    "sessionToken",
    "password",
    "db_password",
    "clientSecret",
    "client_secret",
    "api_key",
    "x-api-key",
    "apikey",
    "access_token",
    "refreshToken",
    "id_token",
    "SecretAccessKey",
    "passwd",
    "x-amz-server-side-encryption-customer-key",
    "x-goog-signature",
    "accountKey",
    "AccessKeyId",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("label", LABELS)
def test_a_labelled_secret_vanishes_wherever_it_stands_and_its_neighbour_stays(label, place):
    for name, spelled in SPELLINGS.items():
        shown = redact(spelled(PLACES[place].format(label, WORD)))
        assert WORD[:8] not in shown, name
        assert WORD[-8:] not in shown, name
        assert "keep.me_1" in shown, name


JSON_PLACES = ("json", "json without blanks", "pretty json", "har", "pretty har")


@pytest.mark.parametrize("value", ['"k7Qz9xWvB2 mN4pR"', "12345", "12.5", "null", "true", '""'])
@pytest.mark.parametrize("place", JSON_PLACES)
def test_json_stays_json(place, value):
    text = PLACES[place].replace('"{}"', "{}").format('"password"', value)
    assert json.loads(redact(f"[{text}]"))


IDS = (
    "VXBsb2FkIElEIGZvciA2aWWpbmcncyBteS1tb3ZpZS5tMnRzIHVwbG9hZA",
    "vbXMSeEJCLL4IN.5FiWWdjaZzPVIi2tFT8aXf8POG1Vx3TnsNpZ.3Riwpx2CzaG6HT_aTNhJL4HaJcrHpzUeEkK4Jm.zTUmWQOvCV9pc4phU--",
    "NDZiZDk4YTAtMTIzNC00NTY3LTg5YWItY2RlZjAxMjM0NTY3LjEyMzQ1Njc4LTEyMzQ",
    "AHlwDw%2F3k%2BabcDEF%3D%3D",
    "4_z27c88f1d182b150646ff0b16_f200ec353a2184825_d20261122_m004043_c000_v0001038_t0047_u01700000000000",
    "ABPnzm7Xq-abc_defAHmUCY",
    "2~xPyLLK7sYy6f2wN6cIyt_V1g_Lw8aHo",
    "68F4DGC5C10E1CGE",
    "Py7C++yg/0sXPKUEDegbO6mVUTeHbMBgQ3IjnKuddt6rz7lsVFvbDOo+vlA4xOrNd0EUJnEUnuR=",
    "9b2cf535f27731c974343645a3985328-12",
    "e80e7b1c-9d2f-4c1e-8f47-0a1b2c3d4e5f",
)
ID_LABELS = [
    "uploadId",
    "UploadId",
    "x-amz-request-id",
    "RequestId",
    "HostId",
    "x-amz-id-2",
    "ETag",
    "videoId",
    "KeyMarker",
    "NextContinuationToken",
    "key",
    "Key",
    "bucket",
    "objectKey",
    "s3Key",
    "sessionId",
    "x-amz-content-sha256",
    "SignedHeaders",
    "X-Amz-Date",
    "versionId",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("label", ID_LABELS)
def test_ids_stay(label, place):
    for value in IDS:
        text = PLACES[place].format(label, value)
        assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "<Code>ExpiredToken</Code><Message>The provided token has expired.</Message>",
        "An error occurred (InvalidToken) when calling the UploadPart operation: The provided token is malformed",
        "s3://my-bucket/users/token/secret-plans/key=1/password/file.bin",
        '{"bucket":"api-keys","key":"cookies/2026/session=1.bin","code":"InvalidAccessKeyId"}',
        "X-Amz-SignedHeaders=content-length%3Bhost%3Bx-amz-security-token&X-Amz-Date=20261122T000000Z",
        "{ xsrfCookieName: 'XSRF-TOKEN', xsrfHeaderName: 'X-XSRF-TOKEN', maxContentLength: -1 }",
        "access-control-allow-headers: authorization, x-amz-date, x-amz-security-token\nVary: Cookie, Authorization",
        '("ExpiredToken", "The provided token has expired.")',
        "SigV4 AuthHeader ECDHE-RSA-AES128-GCM-SHA256 films.s3.amazonaws.com TLSv1.2",
        "password: [Object], token: [Function: token]",
        "onUpload@https://films.example/app.js:10:5",
    ],
)
def test_what_tells_the_failure_stays(text):
    assert redact(text) == text


def test_colours_within_a_label_or_around_a_secret_do_not_hide_it():
    secret = "6d175a5c346d4625998db244414a43d62f9e03b4d14203ae07f6225d03ece714"
    for text in (
        f"X-Amz-Signature\x1b[0m=\x1b[31m{secret}\x1b[0m failed",
        f"\x1b[1;36mX-Amz-\x1b[0mSignature\x1b[0m=\x1b[38;5;9m{secret[:30]}\x1b[0m{secret[30:]}",
        f"X-Amz-Signature\\u001b[0m=\\u001b[31m{secret}\\u001b[0m failed",
    ):
        assert secret[:30] not in redact(text)
        assert secret[30:] not in redact(text)
        assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_under_one_salt_a_secret_has_one_token_however_it_is_spelled(spelling):
    def token(text: str, salt: bytes) -> str:
        return re.search(r"REDACTED-session-token-[0-9a-f]{8}", redact(text, salt=salt))[0]

    text = 'X-Amz-Security-Token="Fwo/GZX+IvYX=dz"'
    assert token(SPELLINGS[spelling](text), b"s") == token(text, b"s") != token(text, b"t")


NOISE = st.lists(
    st.one_of(
        st.sampled_from([unmarked(hit) for row in SECRETS for hit in row.hits]),
        st.sampled_from(["password", "token", "signature", "cookie", "authorization", "AKIA", "eyJ", "REDACTED-token"]),
        st.sampled_from([*"\"'`\\%&=:,;<>(){}[]@ \n\r\t/-", "\\n", "%22", "%25", "&quot;", "\\u0022", "&amp;"]),
        st.text(max_size=8),
    ),
    max_size=12,
).map("".join)


@given(NOISE)
def test_redacting_twice_changes_nothing(text):
    once = redact(text)
    assert redact(once) == once
    assert len(once) <= 30 * len(text)


@given(
    before=NOISE, after=st.text(string.ascii_letters + " \n", max_size=30), spelling=st.sampled_from(sorted(SPELLINGS))
)
def test_a_planted_secret_is_found_behind_any_noise(before, after, spelling):
    planted = SPELLINGS[spelling](f'\n{{"session_token": "{WORD}", "AccessKeyId": "AKIA{"Q2" * 8}"}} {after}')
    shown = redact(f"{before}\n{planted}")
    assert WORD not in shown
    assert "Q2Q2Q2Q2Q" not in shown


@given(st.from_regex(r"[A-Za-z0-9+/_.~-]{16,120}={0,2}", fullmatch=True), st.sampled_from(ID_LABELS))
def test_no_random_id_is_taken_for_a_secret(value, label):
    text = f'{{"{label}": "{value}", "partNumber": 7}}'
    assert redact(text) == text


@pytest.mark.parametrize("padding", ["=", "=="])
@pytest.mark.parametrize(
    "place", ['{{"uploadId": "{}", "partNumber": 7}}', '["{}","a b"]', '{{"id":"{}"}}', "<Id>{}</Id>"]
)
@pytest.mark.parametrize("label", ["PWD", "pwd", "jwt", "token", "Secret", "apikey", "/SIG", "password", "Signature"])
def test_an_id_that_ends_as_a_label_does_opens_no_secret(label, place, padding):
    text = place.format(f"Q3h8I1gC{label}{padding}")
    assert redact(text) == text


class Trickle(io.BytesIO):
    """A reader that hands over a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self.size = size

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self.size if size is None or size < 0 else min(size, self.size))


ENDINGS = ("\n", "\r\n", " ")
LOG = "".join(
    "clean line of é text\n" * (n % 5) + unmarked(hit) + ENDINGS[n % 3]
    for n, hit in enumerate([hit for row in SECRETS for hit in row.hits] * 3)
).encode()


def streamed(data: bytes, *, size: int = 1 << 20, window: int = 2048) -> bytes:
    out = io.BytesIO()
    redact_stream(Trickle(data, size), out, window=window)
    return out.getvalue()


@pytest.mark.parametrize("size", [*range(1, 18), 4096])
def test_a_stream_in_small_pieces_and_windows_is_the_whole(size):
    assert streamed(LOG, size=size) == redact(LOG.decode("latin-1")).encode("latin-1")


@pytest.mark.parametrize("shift", range(0, 2048, 61))
def test_a_secret_is_found_at_every_place_of_a_window(shift):
    shown = streamed(
        b"." * shift + b' {"password": "' + WORD.encode() * 3 + b'", "uploadId": "keep.me_1"} ' + b"." * 5000
    )
    assert WORD.encode() not in shown
    assert b'"uploadId": "keep.me_1"' in shown
    assert shown.count(b".") == shift + 5001


@pytest.mark.parametrize("shift", range(0, 2048, 61))
def test_a_line_that_a_mailer_has_cut_is_known_at_every_place_of_a_window(shift):
    mail = folded("x" * shift + f" x-amz-security-token: {TOKEN} " * 9 + "y " * 2000, 75, "=\n")
    assert streamed(mail.encode()).split() == redact(mail).encode().split()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f'"password": "{"x y" * 30_000}", "uploadId": "u"', '"password": "REDACTED-password", "uploadId": "u"'),
        (f"token={'z' * 90_000} uploadId=u", "token=REDACTED-token uploadId=u"),
        (
            "-----BEGIN PRIVATE KEY-----\n" + f"{'A' * 64}\n" * 900 + "-----END PRIVATE KEY----- id",
            "-----BEGIN PRIVATE KEY-----REDACTED-private-key\n-----END PRIVATE KEY----- id",
        ),
    ],
    ids=["quoted", "bare", "private key"],
)
def test_a_secret_longer_than_a_window_is_cut_to_its_end(text, wanted):
    assert streamed(text.encode()).decode() == wanted


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("tail", [b"", b"\n"])
def test_an_encoding_is_kept_byte_for_byte(encoding, tail):
    text = "café password=hunter2\r\n" * 200
    copy = "café password=REDACTED-password\r\n" * 200
    assert streamed(text.encode(encoding) + tail) == copy.encode(encoding) + tail


@pytest.mark.parametrize("encodings", [("utf-8", "utf-16"), ("utf-16", "utf-8"), ("utf-32-be",), ("utf-32",)])
def test_a_text_that_is_not_of_one_encoding_is_not_copied(encodings):
    text = 40 * "2026-11-22 10:00:00 ERROR password=hunter2hunter2 was refused\n"
    mixed = b"".join(text.encode(encoding) for encoding in encodings)
    with pytest.raises(ValueError, match="more than one encoding"):
        redact_stream(io.BytesIO(mixed), io.BytesIO())


@given(st.binary(max_size=300))
def test_bytes_that_are_no_text_pass_or_are_redacted_but_never_fail(data):
    assert isinstance(streamed(data, size=7, window=64), bytes)


HOSTILE = [
    *(
        'password="',
        "password>",
        "eyJa",
        "eyJa.",
        "AKIA",
        "a@",
        "a.",
        "://",
        "://a:",
        '"cookies":[',
        "cookie=a;",
        "cookie: ",
    ),
    *(
        "\\",
        '\\\\"',
        "%25",
        "&amp;",
        "token:",
        "--",
        "--token",
        "-----BEGIN PRIVATE KEY-----",
        "\nMIIEabcd",
        "name=",
        "'",
    ),
    *(
        "signature",
        "authorization: a ",
        "bearer ",
        "Aa",
        ",",
        "}",
        "=",
        "REDACTED-token",
        "'x-a-",
        "credential=a,",
        "[",
        "(",
        "\x1b[31m",
    ),
]


@pytest.mark.parametrize("seed", HOSTILE)
def test_ten_times_the_text_takes_about_ten_times_as_long(seed):
    def seconds(size: int) -> float:
        text = f"password: token= {seed * (size // len(seed))}"
        best = 1e9
        for _ in range(3):
            start = time.process_time()
            find_secrets(text)
            best = min(best, time.process_time() - start)
        return best

    # Quadratic work would be a hundred times as much; small texts are given a floor, for their time is all noise.
    assert seconds(40_000) < 45 * max(seconds(4_000), 0.0005)


def folded(text: str, width: int, joint: str) -> str:
    return joint.join(text[place : place + width] for place in range(0, len(text), width))


TOKEN = "FwoGZXIvYXdzEBYa" + "Dk3Q0zT7mW9xK1pL" * 14
WRITTEN_DOWN = {
    "octal": "".join(c if c.isalnum() else f"\\{ord(c):03o}" for c in f"x-amz-security-token: {TOKEN}"),
    "octal of base64": f"X-Amz-Signature\\075{TOKEN}",
    "newlines as &#xA;": f"-----BEGIN PRIVATE KEY-----&#xA;{folded(TOKEN, 64, '&#xA;')}&#xA;-----END PRIVATE KEY-----",
    "base64": b64encode(f'{{"sessionToken": "{TOKEN}"}}'.encode()).decode(),
    "base64 in a query": f"https://films.example/?next={quote(b64encode(b'a@films.example ' * 4 + TOKEN.encode()))}",
    "wrapped by a terminal": folded(f"2026-11-22 10:00:00 sent x-amz-security-token: {TOKEN}", 80, "\n"),
    "folded as a header field": f"x-amz-security-token: {folded(TOKEN, 64, chr(10) + ' ')}\nhost: films",
    "quoted-printable": folded(f"your x-amz-security-token=3D{TOKEN} was", 75, "=\n"),
    "joined strings": f"'x-amz-security-token':\n  '{folded(TOKEN, 40, chr(39) + ' +' + chr(10) + '   ' + chr(39))}'",
    "curl's trace": "=> Send header\n"
    + "".join(f"{place:04x}: {f'x-amz-security-token: {TOKEN}'[place : place + 64]}\n" for place in range(0, 264, 64)),
    "the wire of a client for Java": f'http-outgoing-0 >> "X-Api-Key: {TOKEN[:40]}[\\r][\\n]"',
}


@pytest.mark.parametrize("text", WRITTEN_DOWN.values(), ids=WRITTEN_DOWN)
def test_a_secret_vanishes_to_its_end_however_it_is_written_down(text):
    shown = redact(text)
    assert [piece for piece in pieces_of(TOKEN) if piece in shown] == []
    assert redact(shown) == shown


def test_what_follows_a_long_line_with_a_secret_stays():
    lines = [
        f"X-Amz-Security-Token: {TOKEN}",
        "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD",
        "2026-11-22T10:00:00Z UploadPart",
        "uploadId=keep.me_1",
        f"x-id=UploadPart&X-Amz-Signature={TOKEN}",
        "at com.example.uploader2.Parts2.send(Parts2.java:7)",
    ]
    assert redact("\n".join(lines)).split("\n")[1:4] == lines[1:4]
    assert redact("\n".join(lines)).endswith(lines[-1])


def test_lines_stay_as_many_as_they_were_and_a_label_above_tells_the_secret_below():
    lines = ["Signature:", "0123456789abcdef" * 4, "-----BEGIN PRIVATE KEY-----", *2 * [TOKEN[:64]], "-----END"]
    assert redact_lines(lines) == [
        *("Signature:", "REDACTED-signature", "-----BEGIN PRIVATE KEY-----REDACTED-private-key", "", "", "-----END"),
    ]


def test_base64_within_base64_costs_no_more_than_one_layer_of_it(monkeypatch):
    looks = 0

    def counted(view, matches=redaction._matches):
        nonlocal looks
        looks += 1
        return matches(view)

    monkeypatch.setattr(redaction, "_matches", counted)
    text = "password=hunter2hunter2"
    for _ in range(4):
        text = b64encode((text + " " * (-len(text) % 3)).encode()).decode() + " password %25252541"
    find_secrets(text)
    assert looks <= 5 + 5 * 5  # the layers of the text, and in each of them those of what is packed there


TABLES = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    "bar": "|",
}


@pytest.mark.parametrize("size", [7, 4096])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", TABLES.values(), ids=TABLES)
def test_a_secret_column_is_told_by_its_heading(delimiter, encoding, size):
    rows = [
        ["time", "password", "message", '"access_token"', "uploadId"],
        ["10:00", "{hunter2}", '"a ""b""\nc"', '"{abc 12;,""x""}"', "keep.me_1"],
        ["10:01", "", "no failure", "null", "keep.me_2"],
        *([f"10:{number}", "{hunter2}", "stored", "{0123abcd}", "keep.me_3"] for number in range(300)),
    ]
    text = "".join(delimiter.join(row) + "\r\n" for row in rows)
    wanted = re.sub(r"\{hunter2\}", "REDACTED-password", re.sub(r"\{[a0].*?\}", "REDACTED-token", text))
    shown = streamed(re.sub("[{}]", "", text).encode(encoding), size=size)
    assert shown.decode(encoding) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "time,level,message\n10:00,INFO,password expires soon\n" * 9,
        "the password, a token\nare not here\n",
        "password,token\nis all there is\n",
    ],
)
def test_what_has_no_secret_column_stays(text):
    assert streamed(text.encode()).decode() == text


def test_a_quote_that_nobody_closes_costs_no_more_than_its_cell():
    text = "password,message\nhunter2," + '"open,' * 50_000 + "\nhunter2,closed\n"
    assert b"hunter2" not in streamed(text.encode())


def test_of_what_no_human_reads_only_the_ends_are_searched(monkeypatch):
    looked_at = 0

    def counted(view, matches=redaction._matches):
        nonlocal looked_at
        looked_at += len(view)
        return matches(view)

    monkeypatch.setattr(redaction, "_matches", counted)
    media = b64encode(bytes(range(256)) * 4000).decode()
    text = f'{{"body": "{media}", "password": "hunter2", "uploadId": "keep.me_1", "token": "{media}"}}'
    wanted = (
        f'{{"body": "{media}", "password": "REDACTED-password", "uploadId": "keep.me_1", "token": "REDACTED-token"}}'
    )
    assert redact(text) == wanted
    assert looked_at < len(text) / 10


@pytest.mark.parametrize("piece", ["\\", '"', " ", "%25", "\\n", "&amp;", "\\u005c", "\0"])
def test_of_one_short_piece_again_and_again_only_the_ends_are_searched(piece, monkeypatch):
    looked_at = []
    monkeypatch.setattr(redaction, "_matches", lambda view: looked_at.append(len(view)) or [])
    find_secrets("a" + piece * 60_000)
    assert sum(looked_at) < 6 * 5000


@pytest.mark.parametrize("piece", ["pwd=7\n", "a@b.co ", "jwt:7 "])
def test_a_short_secret_is_taken_out_however_often_it_comes(piece):
    assert piece.strip() not in redact(piece * 3000)


@pytest.mark.parametrize("shift", [0, 1, 2, 3])
def test_zeros_are_no_encoding(shift):
    zeros = b"a" * shift + bytes(100_000) + b"password=hunter2\n"
    assert streamed(zeros) == zeros.replace(b"hunter2", b"REDACTED-password")


def test_keywords_looked_for_all_at_once_are_those_looked_for_one_by_one():
    if (search := redaction._search()) is None:
        pytest.skip("hyperscan is not installed")
    for row in SECRETS:
        low = f"\u0131 \u20ac {unmarked(row.hits[0])} \udcff".lower()
        assert search(low) >= {keyword for keyword in redaction._ALL_KEYWORDS if keyword in low}
