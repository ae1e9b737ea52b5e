"""Texts that are remembered are read as texts that are new."""

import re
from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from upload_diag.classifier import Classifier
from upload_diag.logs import texts
from upload_diag.logs.fields import read_line
from upload_diag.logs.texts import Texts
from upload_diag.rules.ruleset import Ruleset
from upload_diag.rules.statuses import REASONS
from upload_diag.shapes.sdk_text import BEFORE_WORDS

HEX = st.text("0123456789abcdef", min_size=4, max_size=40)
TOKEN = st.text("abcXYZ012789._-/+%=~", min_size=1, max_size=60)
NUMBER = st.integers(0, 10**8).map(str)
VALUE = st.one_of(HEX, TOKEN, NUMBER, st.sampled_from(["null", "-", "AAAA1111bbbb", "SlowDown", "InvalidPartOrderX1"]))
FRAMES = (
    "operation error S3: UploadPart, https response error StatusCode: {0}, RequestID: {1}, HostID: {2}, api {3}: x",
    'Error executing "UploadPart" on "https://b.example/{1}/x.mp4?partNumber={0}&uploadId={2}"; resulted in `{3}`',
    "<Error><Code>{3}</Code><UploadId>{2}</UploadId><RequestId>{1}</RequestId></Error>",
    'level=error msg=\\"x\\" uploadId={2} partNumber={0} key={1} status={3} took={0}ms',
    "part {0} of upload {1} was not stored: {3}",
    "worker: part {0} of uploadId={1} failed, attempt key={2} {3}",
    "curl: ({0}) {3} after {0} ms upload id: {2}",
    "at a.B$C.d(B.java:{0})\\n\\tat {1}:{0} [{2}] ({3}),",
    'failed to complete multipart upload "{1}": {3}',
    "multipart upload: {1} of {0}",
    "[video {1}] part {0} of (upload id {2}) video {0} done, video vid-{1}: {3} video id {2}",
    "{0} {1} {2} {3}",
    "cache {0} hits, {0}, {1} misses of {0} {3} {0}}}",
    "user {0} {3} store/part.go:{0}:{1} clip-{0}.mp4 n={0} {2}:{0} {0}",
    'GET {1} {0} {0} "{2}" {0} status of {0}, {0} - {3}',
    "pool-{0} node-{1}/x-{0}-{0}/abcdefgh {2}={0} Code=-{0} -{0} {3}",
    "[{0}] {1}{2} x{3}",
    "upload failed: ./{1} to s3://films-{0}/{1} {3} (s3a://b{1}/{2}), gs://{2}/{0}.",
    "PUT /projects/{0}/{1}/parts-{0} 2~{2}, s3.go:{0}\\n\\t/srv/projects/{3}/{0}.go",
)


@st.composite
def alike(draw):
    frame = draw(st.sampled_from(FRAMES))
    rows = draw(st.lists(st.tuples(NUMBER, VALUE, VALUE, VALUE), min_size=2, max_size=8))
    return [frame.format(*row).encode() for row in rows]


@pytest.fixture(scope="module")
def soon():
    """Texts are studied when they come again."""
    before, texts._WORTH_A_PATTERN = texts._WORTH_A_PATTERN, 1
    yield
    texts._WORTH_A_PATTERN = before


@settings(max_examples=400, deadline=None)
@given(alike())
@example([b"[Errno 104] reset after 3 s", b"[Errno 32] reset after 4 s"])
@example([f"part {number} of uploadId=AAAA{number % 2}bbbb".encode() for number in range(6)])
@example([b"attempt key=0000 =", b"attempt key=null 0000", b"attempt key== 0000"])
@example([b"key=0123456789abcdef0,, x", b"key=2026-11-22-1111111,, x"])
def test_a_text_that_is_like_others_is_read_as_by_itself(soon, alike):
    place = Texts(unique=True)
    for text in [*alike, *reversed(alike)]:
        assert place.read(text) == read_line(text)


@settings(max_examples=50, deadline=None)
@given(alike())
def test_neither_limit_changes_an_answer(alike):
    whole, forms = texts._WHOLE_LIMIT, texts._FORMS_LIMIT
    texts._WHOLE_LIMIT, texts._FORMS_LIMIT = 2, 2
    try:
        place = Texts()
        for text in alike * 2:
            assert place.read(text) == read_line(text)
    finally:
        texts._WHOLE_LIMIT, texts._FORMS_LIMIT = whole, forms


@pytest.mark.parametrize(
    ("text", "bucket", "key"),
    [
        ("upload failed: ./a1.mp4 to s3://films/raw/a1.mp4 An error occurred", "films", "raw/a1.mp4"),
        ("cannot write 's3a://films/_tmp/part-3'.", "films", "_tmp/part-3"),
        ("path=gs://films/a.mp4, gone", "films", "a.mp4"),
        ("(s3://films/a.mp4)", "films", "a.mp4"),
        ("s3://b1/k", "b1", "k"),
        ("s3://films/ and s3://films", "", ""),
        ("https://films.example.com/a.mp4", "", ""),
        ("cors3://films/a.mp4", "", ""),
    ],
)
def test_an_address_of_an_object_names_it(text, bucket, key):
    ids = read_line(text.encode())[1]
    assert (ids.bucket.decode(), ids.key.decode()) == (bucket, key)


@pytest.mark.parametrize("length", [5, 6, 20, 61, 62, 63, 64, 65, 66, 67, 68, 100, 128, 131])
def test_upload_ids_keep_the_dots_that_are_their_own_however_they_are_read(soon, length):
    place = Texts(unique=True)
    ids = [("a1-B" * 40)[:length] + end for end in ("", ".", "..", "...", "....", "=", "==", "=.", ".=", ":", ".:")]
    for text in [f"part 3 of uploadId={upload} failed".encode() for upload in ids * 3]:
        assert place.read(text) == read_line(text)


def test_numbers_that_say_what_went_wrong_are_kept_and_those_that_count_are_not():
    assert read_line(b"totalRetryDelay: 404, chunkIndex: 7") == read_line(b"totalRetryDelay: 12, chunkIndex: 503")
    kept = [b"curl: (28) x", b"[Errno 104] x", b"HTTP 404", b"status=503", b"code=10024", b"(os error 32)"]
    assert [read_line(text)[0] for text in kept] == kept
    assert read_line(b"part 404 took=503ms, attempt 3/5 after 12 ms") == read_line(
        b"part 7 took=9ms, attempt 1/5 after 503 ms"
    )


COUNTS = (
    "cache: {0} hits, {0} misses, {0} expired entries evicted",
    "upload session for user {0} opened, {0} parts expected",
    "transcode progress {0}",
    'stored {{"part": {0}}}',
    'stored {{"part":{0},"n":{0}}}',
    "upload/part.go:{0} session opened",
    "app/jobs/part.rb:{0}:in 'perform'",
    "#1 /srv/app/Middleware.php({0}): handle",
    "ERROR/ForkPoolWorker-{0}] started",
    "3 of {0} parts",
)
TELLS = (
    "Failed to load resource: the server responded with a status of {0} ()",
    "part 2 failed after 2 attempts: {0}",
    "the store said {0}",
    "{0} went wrong",
    "GET /api/v1/videos/x {0} in 3 ms",
    '10/0/30 {0} 187 - - "PUT /x HTTP/1.1"',
    "upload rejected {0} Not Found",
    "upload rejected - {0}: not found",
    "upload rejected {0} NoSuchUpload",
    "upload rejected [{0}]",
    "Expected(200) <=> Actual({0} Forbidden)",
    '{{"message":"{0}: "}}',
    '{{"part":7,"status":{0}}}',
    '"codigo": {0}',
    "$ status_code: int {0}",
    "$ status_code - {0}",
)


@pytest.mark.parametrize("text", COUNTS)
def test_a_number_that_cannot_be_a_status_where_it_stands_only_counts(text):
    assert len({read_line(text.format(number).encode())[0] for number in (7, 12, 200, 404, 503)}) == 1


@pytest.mark.parametrize("text", TELLS)
def test_a_number_that_may_be_a_status_where_it_stands_is_kept(text):
    assert len({read_line(text.format(number).encode())[0] for number in (200, 404, 503)}) == 3


def test_the_negative_numbers_of_apple_tell_what_went_wrong():
    codes = (b"-1001", b"-1005", b"-1009")
    for text in (b'Error Domain=NSURLErrorDomain Code=%b "x"', b"NSURLErrorDomain error %b.", b"NSURLErrorDomain:%b"):
        assert len({read_line(text % code)[0] for code in codes}) == 3
    assert read_line(b"clip-1001.mp4") == read_line(b"clip-1009.mp4")


def test_no_number_of_which_a_rule_makes_its_verdict_is_taken_for_one_that_counts():
    classifier = Classifier()
    number = re.compile(r"(?<!\d)[1-5]\d\d(?!\d)")
    for hit in {hit for phrase in Ruleset.builtin().phrases for hit in phrase.hits}:
        for match in number.finditer(hit):
            read: dict[bytes, set[str]] = {}
            for status in (match.group(), "200", "404", "503"):
                text = hit[: match.start()] + status + hit[match.end() :]
                plain = b"\n".join(read_line(line.encode())[0] for line in text.splitlines())
                read.setdefault(plain, set()).add(classifier.judge(text).code)
            assert all(len(codes) == 1 for codes in read.values()), hit


STATUS_TEXTS = [
    *(
        f"part 3 of 7, {word}{between}{{0}}{end}"
        for word in BEFORE_WORDS
        if word != "aws s3"  # the JavaScript SDK writes it in one way
        for between in ("", " ", ": ", ":", "=", " = ", "(", " (", "[", '": ', '": "', " >= ")
        for end in ("", ",", ")", '"', " and more", " bytes")
    ),
    *(
        f"{before}{{0}}{between}{reason}"
        for before in ("failed ", "file.js:7 ", "failed: ", "[", "x-", "error ")
        for between in (" ", ": ", " - ", ") ", ', "', "-")
        for reason in chain(*REASONS.values())
    ),
]


def test_no_number_that_the_classifier_takes_for_a_status_is_taken_for_one_that_counts():
    classifier = Classifier()
    for template in STATUS_TEXTS:
        texts = [template.format(number) for number in (200, 404, 503)]
        told = {classifier.judge(text).status for text in texts}
        assert len(told) == 1 or len({read_line(text.encode())[0] for text in texts}) == 3, template


def test_a_clock_in_quotes_or_behind_a_name_is_no_status():
    assert read_line(b'"timestamp": "2026-11-22T10:00:00.404Z",') == read_line(
        b'"timestamp": "2026-11-22T10:07:09.135Z",'
    )
    assert read_line(b"time=2026-11-22T10:00:00.404Z x") == read_line(b"time=2026-11-22T10:00:00.503Z x")


def test_a_text_that_is_too_long_to_be_worth_it_is_not_cut():
    assert texts.cut(b"a1b2 " * 200_000) is None
    assert texts.cut(b"took 5 ms, " * 100) is None


def test_an_id_of_any_length_is_what_varies_in_a_text():
    for length in range(8, 40):
        first, second = (digits[:length] for digits in (b"2b5772203ff36ab0" * 3, b"80da259cb5686e17" * 3))
        stays, holes, ids = texts.cut(b"connection %b lost" % first)
        assert (stays[0], len(holes)) == (b"connection ", 1)
        assert texts.cut(b"connection %b lost" % second) == (stays, holes, ids)


@pytest.mark.parametrize("text", [b"upload %b failed", b"id: %b, gone", b"(%b)"])
def test_an_upload_id_of_ceph_is_what_varies_however_few_digits_it_has(text):
    lines = [
        text % b"2~%b" % upload for upload in (b"AjPwxdwcDqDlQOtQmAAgxRxmdiCyWSz", b"A1Pwxd2cDqDlQOt3mAAgxR4mdiCyWSz")
    ]
    assert len({read_line(line)[0] for line in lines}) == 1
    assert len({texts.cut(line)[1] for line in lines}) == 1


@pytest.mark.parametrize("line", [b'%b - - "PUT /x" 200', b"peer %b, gone", b"from %b: reset"])
def test_lines_that_differ_in_an_address_are_cut_at_like_places(line):
    addresses = (b"10.196.193.86", b"10.1.2.3", b"8.8.8.8")
    assert len({texts.cut(line % address, quotes=True)[1] for address in addresses}) == 1
    assert len({texts.cut(line % (b"192.168.%d.7" % number), quotes=True)[1] for number in (1, 44, 255)}) == 1


ALIKE = (
    "clip_{0}.mp4 of user_{0}, user{0}@example.com",
    "10.196.{0}.86, {0}.4.17",
    "chunk {0}/901, 7/{0}",
    "upload.js:{0}:12",
    "(index.js:{0}:7)",
    'thing={0} or "n":{0},"m":{0}',
    "epoch={0}{0}{0}",
    "at=2026-03-01T05:04:03.{0}Z",
    "Unavailable: /videos/{0}/a1b2c3d4e5f6/parts",
    "main.(*Uploader).send\\n\\t/src/store/upload.go:{0}\\nmain.(*Uploader).Run",
    "https://app.example.com/videos/{0}/parts/7",
    "PUT /api/v1/projects/{0}/upload, gone",
)


@pytest.mark.parametrize("text", ALIKE)
def test_texts_that_differ_in_numbers_that_count_are_cut_at_like_places(text):
    lines = [text.format(number).encode() for number in (112, 404, 503, 941)]
    assert len({read_line(line)[0] for line in lines}) == 1
    assert len({(tuple(stays), holes) for stays, holes, _ in map(texts.cut, lines)}) == 1


@pytest.mark.parametrize(
    "before", ["http_", "error_", "curl_", "code=upload_", "returned_", "aadsts", "pgrst", "E", "UPLOAD_"]
)
def test_a_number_at_the_end_of_what_may_be_the_name_of_an_error_is_kept(before):
    assert len({read_line(f"{before}{number} x".encode())[0] for number in (404, 503, 10054)}) == 3
