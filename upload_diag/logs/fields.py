"""What a line names: ids and part numbers; and the line without them, so that like lines can be told alike."""

import re
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from upload_diag.logs.numbers import LONE, counts, names, only_counting
from upload_diag.rules.fields import NO_OBJECTS

__all__ = [
    "ADDRESS",
    "BUCKET",
    "BUCKET_NAME",
    "CLOCK",
    "COUNT",
    "COUNTED",
    "FILE",
    "IDLE",
    "KEY",
    "KEY_NAME",
    "LONE_ID",
    "LONE_NAME",
    "LONE_UPLOAD",
    "LONE_VIDEO",
    "LONG_ID",
    "NAMED",
    "NO_IDS",
    "OBJECT",
    "OBJECT_SCHEME",
    "OTHER",
    "OWN",
    "PART",
    "PART_OF_LONG",
    "PLACEHOLDER",
    "TELL",
    "UPLOAD",
    "VARYING",
    "VIDEO",
    "Ids",
    "Word",
    "erase",
    "held_field",
    "id_field",
    "is_placeholder",
    "keep",
    "line_of",
    "part_number",
    "read_line",
    "read_word",
    "read_words",
    "time_field",
    "unescaped",
]


class Ids(NamedTuple):
    """The names that tie a record to its upload; empty where the record does not say."""

    upload: bytes = b""
    video: bytes = b""
    bucket: bytes = b""
    key: bytes = b""
    request: bytes = b""
    part: int = 0

    @classmethod
    def of(cls, ids: tuple[Any, ...]) -> "Ids":
        """Ids of which the part number may be in digits."""
        return cls._make((*ids[:PART], int(ids[PART] or 0)))

    def or_else(self, other: "Ids") -> "Ids":
        """These names, and the other's where these are silent."""
        if self is NO_IDS or other is NO_IDS:
            return other if self is NO_IDS else self
        return Ids._make([mine or its for mine, its in zip(self, other, strict=True)])


NO_IDS = Ids()
UPLOAD, VIDEO, BUCKET, KEY, PART = map(Ids._fields.index, ("upload", "video", "bucket", "key", "part"))
OTHER = -1
OWN = -9

# Fields that say when, without separators and in lower case; those of Azure's tables have their zone in the name.
_TIMES = set(
    """
time timestamp ts datetime date asctime eventtime starteddatetime occurredat createdat t realtimetimestamp timegenerated
timereported lasttimestamp timestamputc timegeneratedutc timeiso8601 timelocal requesttime startutc edgestarttimestamp
timestampms timestampseconds timestampmillis timestampunix timemillis timems timeunixnano epochms epochsecond
epochmillis eventtimestamp eventtimestampms logtime logtimestamp logdate loggedat isotimestamp utctime utctimestamp
localtime walltime 时间 时间戳 日志时间 時間 日時 発生日時 시간
requestdatetime hrtime created msec isodate requesttimeepoch reqtimesec datecreated
    """.split()  # noqa: SIM905 - a table of words, to be read as one
)
# Those that say when a request began, or when a line was received; where no other field says when it was written.
_OTHER_TIMES = set(
    """
starttime startedat startdate timestart starttimestamp requeststarttime receivedat receivetimestamp receivedtime
emittedat generatedat generatedtime ingestiontime ingestedat observedtimestamp observedtime observedtimeunixnano
    """.split()  # noqa: SIM905 - a table of words, to be read as one
)
_WHEN = {**dict.fromkeys(_OTHER_TIMES, 1), **dict.fromkeys(_TIMES, 0)}
# Fields that only make records differ, likewise.
_IDENTIFYING = _WHEN.keys() | set(
    """
hostid xamzid2 extendedrequestid s3extendedrequestid cfid traceid spanid traceparent correlationid eventid
updatedat expiresat
userid user username sessionid clientip ip remoteip remoteaddr sourceipaddress pid tid thread threadname
hostname host pod containerid instanceid etag filename filesize filepath size bytes contentlength duration
durationms elapsed elapsedms latency latencyms loaded total chunksize offset port seq id uuid
    attempt attempts retrycount totalretrydelay
    """.split()  # noqa: SIM905 - a table of words, to be read as one
)
# The name of a field, without separators and in lower case -> the attribute of `Ids` that it fills, if any. A
# field that is not listed here is read as text.
_KINDS = {
    "uploadid": "upload",
    "awss3uploadid": "upload",
    "multipartuploadid": "upload",
    "s3uploadid": "upload",
    "mpuid": "upload",
    "videoid": "video",
    "mediaid": "video",
    "assetid": "video",
    "bucket": "bucket",
    "bucketname": "bucket",
    "awss3bucket": "bucket",
    "s3bucket": "bucket",
    "s3bucketname": "bucket",
    "key": "key",
    "objectkey": "key",
    "objectname": "key",
    "awss3key": "key",
    "s3key": "key",
    "s3objectkey": "key",
    "filekey": "key",
    "storagekey": "key",
    "requestid": "request",
    "awsrequestid": "request",
    "xamzrequestid": "request",
    "partnumber": "part",
    "awss3partnumber": "part",
}
# What an application calls an upload by itself, where it does not tell the store's id, likewise.
_OWN_NAMES = {"uploadsessionid", "sessionuploadid", "upload", "transferid", "uploaduuid", "uploadref", "fileid"}
_SEPARATORS = str.maketrans("", "", "-_.@ $[]")


@lru_cache(maxsize=4096)
def id_field(name: str) -> int | None:
    """The index of the field in `Ids`, `OTHER` when it only makes records differ, None when it is text to be read.

    `OWN` is an upload's id unless there is another one of the store's.
    """
    folded = name.translate(_SEPARATORS).lower()
    kind = _KINDS.get(folded)
    if kind is not None:
        return Ids._fields.index(kind)
    return OWN if folded in _OWN_NAMES else OTHER if folded in _IDENTIFYING else None


def held_field(holder: str, name: str) -> int | None:
    """The same of a field in an object that has a name: `{"upload": {"id": …}}`, `{"bucket": {"name": …}}`."""
    field = id_field(f"{holder}{name}")
    return OWN if field == UPLOAD else field if field in (VIDEO, BUCKET) else id_field(name)


@lru_cache(maxsize=4096)
def time_field(name: str) -> int | None:
    """Whether the field of this name says when: 0; 1 where another field may say it better; None when it does not."""
    return _WHEN.get(name.translate(_SEPARATORS).lower())


def part_number(value: bytes) -> int:
    """The part number that the digits say, 0 when it is none that S3 allows."""
    number = int(value) if value.isdigit() and len(value) <= 5 else 0
    return number if number <= 10_000 else 0


# In running text, a word holds a named value (`uploadId=…`, `"Key":"…"`, `<UploadId>…`), or it is a name that waits for
# the next word (`UploadId:`), or it only varies. What varies without meaning is erased: values of fields that identify,
# times, long words full of digits, and numbers that can be neither a status nor an error number.
# Nor is the key of `secret_access_key`, `api-key` or `secret.key` an object's.
_NO_OBJECT = b"".join(b"(?<!%s[.])" % word.encode() for word in NO_OBJECTS)
_NAME = rb"""(?i:(?:upload|video|media|asset|x-amz-request|request|host|extended-?request|trace|x-amz)[-_]?id(?:-2)?
                |bucket(?:[-_]?name)?|(?:object[-_]?|(?<![-_])|(?<=s3[-_])|(?<=(?:file|dest|blob)[-_])
                |(?<=(?:video|media)[-_])|(?<=(?:upload|source|target)[-_]))%skey
                |part[-_]?number|object[-_]?name|etag)""".replace(b"%s", _NO_OBJECT)
_QUOTE = rb"""(?:&quot;|[\\"'`])*"""
NAMED = re.compile(
    rb"(?<![A-Za-z])(?P<name>"
    + _NAME
    + rb")"
    + _QUOTE
    + rb"(?:[:=>]|%3D)"
    + _QUOTE
    + rb"""(?P<value>(?:(?!&quot;)[^\s"'`<>&,;(){}\[\]\\]|\\+/){1,1024})""",
    re.VERBOSE,
)
_WAITING = re.compile(rb"[^A-Za-z]{0,8}(?P<name>" + _NAME + rb")" + _QUOTE + rb"[:=]" + _QUOTE + rb"$", re.VERBOSE)
VARYING = re.compile(
    rb"""[A-Za-z0-9_+./~%-]{16,}=*
       | (?:(?<![A-Za-z0-9_])|(?<=[a-z]{3}_))(?:(?=[a-f]*\d)[0-9a-f]{8,}|(?=[A-F]*\d)[0-9A-F]{8,})(?![A-Za-z0-9_])
       | (?:(?<![A-Za-z_\d])|(?<=\dT))\d+(?P<unit>(?i:[num]?s|[kmg]i?b|min|h)\b)?
       | (?:(?<=[a-z]{3}_)\d+|(?<=[a-z]{3})\d{2,})(?![A-Za-z0-9_])""",
    re.VERBOSE,
)
CLOCK = re.compile(rb"[\[(]?(?:\d{4}[-/]\d\d[-/]\d\d(?:[T_]\d\d:\d\d:\d\d)?|\d\d:\d\d:\d\d)[\d.,Z:+\])-]*$")
_GATE = re.compile(rb"[iI][dD]|[kK]ey|[pP]art|[bB]ucket|[eE][tT]ag|[nN]ame")
_NO_OBJECT_WORDS = {word.encode() for word in NO_OBJECTS}
_OWN_KEY = re.compile(rb"([kK]ey[:=]+)(.*)")
_ID_WORD = {b"id:", b"ID:", b"Id:"}
_BARE_ID_WORD = {b"id", b"ID", b"Id"}
_QUOTED_END = re.compile(rb"[\"'`][.:]+$")  # a sentence ends behind the quotation
_EDGES = b"""\"'`,;()[]{}<>"""
_DIGITS = b"0123456789"
_WITHIN_NUMBERS = (b".", b",", b":", b"/")
_MORE_NUMBERS = re.compile(rb"(?:(?:\.\d+){2}|/\d+)(?![A-Za-z0-9_])")  # of an address, of a version, of 3/7
_STATUS_DIGITS, _APPLE_DIGITS, _CODE_DIGITS = 3, 4, 5
PART_OF_LONG = re.compile(
    rb"""(?<![A-Za-z0-9_])(?:(?=[a-f]*\d)[0-9a-f]{8,}|(?=[A-F]*\d)[0-9A-F]{8,})(?![A-Za-z0-9_])
       | (?<=[A-Za-z#][/.-])\d+(?![A-Za-z0-9_])""",
    re.VERBOSE,
)
_MANY_DIGITS = 4
_LONG = 16
_OF_CEPH = re.compile(rb"[\[(]?2~")  # its upload ids may have fewer digits
_UPLOAD_ID = re.compile(rb"[A-Za-z0-9._~+/=|$-]{6,}$")  # a browser's console writes "…uploadId=abc:NaN", cut short
_BARE = re.compile(rb"[\[(]?[\w+./~%-]+=*[\])]?[,;.:]?$")
# Words that stand where an id would; a logger also writes some for what it may not show. Most ids need one look.
PLACEHOLDER = (
    rb"(?=[^A-Za-z0-9]|[fhmnortuxFHMNORTUX])[\[(<]?(?i:null|undefined|none|nil|true|false|nan|-|n/a|object(?: object)?"
    rb"|redacted|filtered|hidden|masked|removed|x{3,40}|\*{1,40})[\])>]?"
)
# These; and what a traceback shows of the source: `upload_part(Bucket=bucket, Key=job.key, UploadId=upload_id)`.
_NO_ID = re.compile(
    rb"(?:%b|(?i:(?:[a-z_]+\.)*(?:upload_?id|bucket(?:_?name)?|(?:object_?)?key|object_?name|part_?number|request_?id)))$"
    % PLACEHOLDER
)
_PLACEHOLDER = re.compile(PLACEHOLDER + rb"$")
_LONGEST_NO_ID = 40
LONG_ID = 64
LONE_ID = re.compile(
    rb"""["'`(\[]?(?=[\w.~+=-]{0,60}\d)(?:[\w.~+-]{20,1000}=*|(?=\d*[a-f])[0-9a-f]{12,19})["'`)\],;:.]{0,4}$"""
)
_TWO_WORDS = {b"upload", b"request", b"host", b"video", b"media", b"asset"}  # "upload id: x"
# "upload holiday_2026_at_the_beach.mp4" names no upload.
FILE = re.compile(rb"""[^\s"]{1,58}\.[A-Za-z][A-Za-z0-9]{1,4}[^\w\s"]{0,3}$""")
# "video x", and what of the words behind "video" may be its name: `vid-7f31c0`, a UUID, digits of a hash. Not a file's,
# nor `1920x1080`.
LONE_NAME = re.compile(
    rb"""["'`(\[]?(?=[\w-]{0,60}\d)(?:(?:v|vid|video|clip|media|asset)[_-][\w-]{4,64}"""
    rb"""|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=\d{0,60}[a-f])[0-9a-f]{8,64})["'`)\],;:.]{0,4}$"""
)
# A program that does several at once puts the video's name before its words: `[vid-7f31c0] part 3 uploaded`.
_VIDEO_TAG = re.compile(rb"\[((?:v|vid|video|clip|media|asset)[_-](?=[a-f]*\d)[0-9a-f]{4,64})\]:?$")
# What an application calls an upload by itself, which lasts longer than a session: `upload=5f1d…`; and the store's id.
_OWN_WORD = re.compile(
    rb"""[\[(]?(?:upload|transfer)=["']?(?:(?P<own>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-f]*\d)[0-9a-f]{12,32})"""
    rb"""|(?P<id>(?=[^"'\d]*\d)[\w.~+-]{40,1000}=*))["'`)\],;:.]{0,4}$"""
)
# A backend's own addresses name the video, and perhaps the part: see `markers`.
ADDRESS = re.compile(
    rb"""(?P<before>[^\s"]*/(?:videos|media|assets)/)(?P<video>[\w.~-]{1,200})"""
    rb"""(?P<behind>/(?:complete|refresh|(?:parts|chunks)/(?P<part>\d{1,5})))\W{0,3}$"""
)
# Tools name the object: `upload failed: ./a.mp4 to s3://films/a.mp4`. What ends the sentence is no part of its key.
BUCKET_NAME = rb"[A-Za-z0-9][\w.-]{1,62}"
KEY_NAME = rb"""(?=[^\s"]{1,1024})[^\s"'`<>|?]{0,1023}[^\s"'`<>|?)\],;:.]"""
OBJECT_SCHEME = re.compile(rb"""(?:[A-Za-z_]{1,20}[=:])?["'`(\[{]{0,3}(?:s3[an]?|gs|b2|oss|cosn?|obs)://""")
OBJECT = re.compile(
    rb"(?P<before>%b)(?P<bucket>%b)/(?P<key>%b)" % (OBJECT_SCHEME.pattern, BUCKET_NAME, KEY_NAME)
    + rb"""(?P<behind>["'`)\],;:.]{0,4})$"""
)
# Words whose numbers only count something, and words whose numbers tell what went wrong. All other numbers count, but
# for those that look like an HTTP status, or like a code of R2 or WinSock.
_COUNTS = re.compile(
    rb"""[\[(]?(?i:parts?|chunks?|piece|attempts?|retry|line|took|after|in|elapsed|port|pid
         |["']?\w*(?:delay|index|bytes|length|duration|offset))(?<!attempts:)["']?[:=#]?(?<!attempts:)$""",
    re.VERBOSE,
)
_TELLS = re.compile(rb"(?i:.*(?:curl|errno|error|status|code|http|exit)\W{0,3})$")
COUNTED = re.compile(rb"[^\w\s]{0,3}\d{1,6}(?:[/.]\d+)?[^\w\s]{0,3}(?i:[num]?s|[kmg]i?b|min|h)?[^\w\s]{0,2}$")

# What is known of a word: the word without what varies; the field that its successor is the value of, if it is a name
# (an index into `Ids`, `OTHER`, `_TWO` and so on); and the values that it holds itself.
Word = tuple[bytes, int | None, tuple[tuple[int, bytes | int], ...]]
_TWO = -2  # "id:", whose field the word before it tells
COUNT = -3  # "part", after which a number is one of many
TELL = -4  # "errno", after which a number says what went wrong
IDLE = -5  # a word after which a number, for all that stands around it, is no status
_MULTIPART, _MULTIPART_UPLOAD = -6, -7  # these words, after which an upload id may stand
_NO_KEY = -8  # "secret", after which a key is no object's
_TWO_BARE = -10  # "id", behind which one stands if the word before it says so, and it looks like one
LONE_UPLOAD, LONE_VIDEO = -11, -12  # "upload id" and "video", behind which one stands if it looks like one
_NAMES_BEHIND = {b"upload": LONE_UPLOAD, b"video": LONE_VIDEO}
_ANNOUNCES = {
    b"multipart": _MULTIPART,
    b"upload": LONE_UPLOAD,
    b"Upload": LONE_UPLOAD,
    b"video": LONE_VIDEO,
    b"Video": LONE_VIDEO,
}
_ERASED: Word = (b"#", None, ())
# Words repeat, so each is read once. Emptied when full.
_WORDS: dict[bytes, Word] = {}
_WORDS_LIMIT = 65_536


def read_line(line: bytes) -> tuple[bytes, Ids]:
    """A line of text without what varies, and the ids in it."""
    return line_of(read_words(line.split()))


def line_of(words: list[Word]) -> tuple[bytes, Ids]:
    """See `read_line`, of words that were read."""
    found: list[Any] = [b"", b"", b"", b"", b"", 0]
    for _, _, named in words:
        for field, value in named:
            found[field] = found[field] or value
    return b" ".join([word[0] for word in words]), Ids._make(found) if any(found) else NO_IDS


def read_words(line: list[bytes]) -> list[Word]:
    """What is known of the words of a line, each in the light of the one before it."""
    words: list[Word] = []
    waiting: int | None = None
    before = b""
    lone: list[int] = []
    for word in line:
        if waiting is None and before and word[0] in _DIGITS and LONE.match(word):
            lone.append(len(words))
        known = read_word(word, waiting)
        words.append(known)
        erased, waiting, _ = known
        if waiting in (_TWO, _TWO_BARE):
            before = before.lower().lstrip(_EDGES)
            if waiting == _TWO_BARE:
                waiting = _NAMES_BEHIND.get(before)
            else:
                waiting = id_field(f"{before.decode()}id") if before in _TWO_WORDS else None
            words[-1] = (erased, waiting, ())
        before = erased
    for place in only_counting([word[0] for word in words], line, lone) if lone else ():
        words[place - 1 : place + 1] = (words[place - 1][0], IDLE, words[place - 1][2]), _ERASED
    return words


def read_word(word: bytes, waiting: int | None) -> Word:
    """What is known of a word; `waiting` is what is known of its successor by the word before it."""
    if waiting is not None:
        if waiting == _MULTIPART and word in (b"upload", b"upload:"):
            return word, _MULTIPART_UPLOAD, ()
        if waiting <= _MULTIPART_UPLOAD and (lone := _lone(word, waiting)):
            return lone
        if waiting == _NO_KEY and (match := _OWN_KEY.match(word)):
            return match[1] + b"#", None if match[2] else OTHER, ()
        if waiting >= OTHER:
            found: list[Any] = [b"", b"", b"", b"", b"", 0]
            keep(found, waiting, word)
            return b"#", None, ((waiting, found[waiting]),) if waiting != OTHER and found[waiting] else ()
        if waiting == IDLE:
            if LONE.match(word):
                return _ERASED
        elif waiting >= TELL and COUNTED.match(word):
            return _ERASED if waiting == COUNT else (word, None, ())
    known = _WORDS.get(word)
    if known is not None:
        return known
    if len(word) >= _LONG and (known := _read_long(word)):
        return known
    if len(_WORDS) >= _WORDS_LIMIT:
        _WORDS.clear()
    known = _WORDS[word] = _read_word(word)
    return known


def _lone(word: bytes, waiting: int) -> Word | None:
    """A word as the name that it looks like, behind others that announce one."""
    if waiting == LONE_VIDEO:
        return (b"#", None, ((VIDEO, word.strip(_EDGES + b":.")),)) if LONE_NAME.match(word) else None
    if waiting not in (_MULTIPART_UPLOAD, LONE_UPLOAD) or not LONE_ID.match(word) or FILE.match(word):
        return None
    return read_word(word, UPLOAD)


def _read_long(word: bytes) -> Word | None:
    """What is known of a word that hardly comes again: an address that names a video or an object, or only an id."""
    if found := _read_object(word):
        return found
    address = ADDRESS.match(word) if b"/" in word else None
    if address is None:
        return _ERASED if _erasable(word) else None
    named = (VIDEO, address["video"]), (PART, part_number(address["part"] or b""))
    return address["before"] + b"#" + address["behind"].translate(None, _DIGITS), None, named


def _read_own(word: bytes) -> Word | None:
    """What is known of a word that names an upload as its application does, or by its id."""
    match = _OWN_WORD.match(word)
    if match is None:
        return None
    return b"upload=#", None, ((VIDEO, match["own"]) if match["own"] else (UPLOAD, match["id"]),)


def _read_object(word: bytes) -> Word | None:
    """What is known of a word that names an object by its address."""
    match = OBJECT.match(word) if b"://" in word else None
    if match is None:
        return None
    return match["before"] + b"#" + match["behind"], None, ((BUCKET, match["bucket"]), (KEY, match["key"]))


def _erasable(word: bytes) -> bool:
    """Whether the word is nothing but an id, a path, a time."""
    if len(word) - len(word.translate(None, _DIGITS)) < _MANY_DIGITS and not _OF_CEPH.match(word):
        return False
    return _BARE.match(word) is not None or CLOCK.match(word) is not None


def _read_word(word: bytes) -> Word:
    if CLOCK.match(word):
        return _ERASED
    if found := _read_object(word) or _read_own(word):
        return found
    named: tuple[tuple[int, bytes | int], ...] = ()
    if _GATE.search(word):
        waits = _WAITING.match(word)
        if waits:
            return word, id_field(waits["name"].decode()), ()
        if word in _ID_WORD:
            return word, _TWO, ()
        if word in _BARE_ID_WORD:
            return word, _TWO_BARE, ()
        if word == b"--upload-id":
            return word, UPLOAD, ()
        word, named = _read_named(word)
    if (announced := _ANNOUNCES.get(word.lstrip(b"[("))) is not None:
        return word, announced, ()
    if tag := _VIDEO_TAG.match(word):
        return b"#", None, ((VIDEO, tag[1]),)
    if word.lower().lstrip(_EDGES) in _NO_OBJECT_WORDS:
        return word, _NO_KEY, named
    if len(word.translate(None, _DIGITS)) == len(word):
        return word, COUNT if _COUNTS.match(word) else TELL if _TELLS.match(word) else None, named
    return VARYING.sub(erase, word), None, named


def _read_named(word: bytes) -> tuple[bytes, tuple[tuple[int, bytes], ...]]:
    """A word that may hold named values (a query string, JSON without blanks): their values erased and read."""
    found: list[Any] = [b"", b"", b"", b"", b"", 0]

    def without_value(match: re.Match[bytes]) -> bytes:
        name, value = match.groups()
        if len(value) == 1 and value.isalpha():  # a traceback's source again: `Key=k`
            return match.group()
        keep(found, id_field(name.decode()), value)
        return name + b"=#"

    erased = NAMED.sub(without_value, word)
    return erased, tuple((field, value) for field, value in enumerate(found) if value)


def is_placeholder(value: bytes) -> bool:
    """Whether a value of JSON names nothing."""
    return len(value) <= _LONGEST_NO_ID and _PLACEHOLDER.match(value) is not None


def keep(found: list[Any], field: int | None, value: bytes) -> None:
    """Put a value in its place, unless there is one already, it is a placeholder, or the field does not matter."""
    if field is not None and field != OTHER and not found[field]:
        found[field] = _clean(field, value)


@lru_cache(maxsize=16_384)
def _clean(field: int, value: bytes) -> bytes | int:
    """A value without what surrounds it; empty, or 0, when it is a placeholder."""
    value = value.strip(_EDGES).rstrip(b":")
    value = value if (quote := _QUOTED_END.search(value)) is None else value[: quote.start()]
    if field == PART:
        return part_number(value)
    if len(value) <= _LONGEST_NO_ID and _NO_ID.match(value):
        return b""
    if b"%" in value:
        value = unquote_to_bytes(value)
    value = unescaped(value)
    if field == UPLOAD:
        value = _without_dots(value)
        return value if _UPLOAD_ID.match(value) else b""
    return value


_ESCAPED = re.compile(rb"\\+(?:/|u(?!00[01])([0-9A-Fa-f]{4})(?:\\+u([Dd][C-Fc-f][0-9A-Fa-f]{2}))?)")


def unescaped(value: bytes) -> bytes:
    r"""A value of JSON as it was meant: PHP writes `in\/a.mp4`, and any letter may be written by its number.

    Control characters stay as they are written.
    """
    if b"\\" not in value:
        return value
    return _ESCAPED.sub(_letters, value)


def _letters(escape: re.Match[bytes]) -> bytes:
    """What an escape stands for: one letter or, as most emoji are written, one in two halves."""
    halves = b"".join(bytes.fromhex(half.decode()) for half in escape.groups(b"")) or b"\0/"
    try:
        return halves.decode("utf-16-be").encode()
    except UnicodeDecodeError:  # half a letter
        return escape[0]


def _without_dots(value: bytes) -> bytes:
    """An upload id without the dots of the sentence that ends with it.

    The ids of Amazon S3 may end with a dot of their own; they are long, and their length is a multiple of four.
    """
    value = value.rstrip(b":")
    while value.endswith((b".", b":")) and not (len(value) >= LONG_ID and len(value) % 4 == 0):
        value = value[:-1]
    return value


def erase(match: re.Match[bytes]) -> bytes:
    """What is left of what `VARYING` matched."""
    token = match.group()
    if not token.isdigit():
        if match["unit"]:
            return b"#" + match["unit"]
        digits = len(token) - len(token.translate(None, _DIGITS))
        if digits >= _MANY_DIGITS or _OF_CEPH.match(token):
            return b"#"
        return PART_OF_LONG.sub(b"#", token) if len(token) >= _LONG else b"#"
    before = match.string[max(0, match.start() - 2) : match.start()]
    if before[-1:] in _WITHIN_NUMBERS and before[:1].isdigit():  # a fraction, a clock, an address
        return b"#"
    if before[-1:].isalpha() or before[-1:] == b"_":
        return b"#" if before[-1:] == b"T" or names(match.string, match.start()) else token
    if _MORE_NUMBERS.match(match.string, match.end()):
        return b"#"
    if len(token) == _APPLE_DIGITS:  # NSURLError's are negative
        return token if before[-1:] == b"-" and not before[:-1].isalnum() else b"#"
    status = len(token) == _STATUS_DIGITS and b"100" <= token < b"600"
    tells = status or (len(token) == _CODE_DIGITS and b"10000" <= token < b"12000")
    return token if tells and not counts(match.string, match.start(), match.end()) else b"#"
