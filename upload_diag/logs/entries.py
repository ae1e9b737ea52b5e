"""Where an entry of a text log begins: the first line of a record, told from the lines that belong to it.

Everything here looks at a line and at the few lines before it, and at nothing else, so that a file can be cut anywhere
and each piece still finds the same entries.
"""

import re
from collections.abc import Iterator
from itertools import chain, pairwise

__all__ = [
    "BLANK",
    "DETAILS",
    "FENCE",
    "GOES_ON",
    "HEAD",
    "LEVELS",
    "NET",
    "TRACEBACK",
    "WRAPPED",
    "begins_entry",
    "entry_end",
    "entry_start",
    "is_echo",
    "is_head",
    "is_json_line",
    "is_telling",
    "may_be_echoed",
]

Buffer = bytes | bytearray

# Brackets, emoji; spelled out, see `texts.none_of`.
_ORNAMENT = rb"[\x00-\x08\x0e-\x1f!-/:-@\[-^`{-\xff]"
LEVELS = rb"(?:ERROR|WARN|WARNING|INFO|DEBUG|TRACE|FATAL|CRITICAL|NOTICE|SEVERE)\b"
# A date or a clock at the beginning of a line, after at most a bracket, emoji, a level, or the name that docker compose
# puts in front; or the forms of web servers, syslog and klog. How most begin comes first, and what makes sure that none
# does.
_DATED = re.compile(
    rb"""\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d
       | \[?(?=[CDEFINSTW])"""
    + LEVELS
    + rb"""[]:|\ ,-]{1,6}+\[?\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d
       | [0-9A-Za-z.:-]{1,60}+\ [^\s[]{1,60}+\ [^\s[]{1,60}+\ \[\d\d/[A-Z][a-z]{2}/\d{4}:  # web servers
       | [ADEFIW],\ \[\d{4}-\d\d-\d\dT  # Ruby's logger
       | """
    + _ORNAMENT
    + rb"""{0,16}+[ ]?(?:[A-Za-z0-9_./-]{1,60}+[ \t]*+\|[ \t]*+)?[\[(<"']?(?=[0-9]|[A-Z][a-z]{2}\ |[IWEF][0-9])
         (?: \d{4}[-/]\d\d[-/]\d\d[T\ _]\d\d:\d\d
           | \d\d/[A-Z][a-z]{2}/\d{4}:\d\d:
           | (?:[A-Z][a-z]{2}\ )?[A-Z][a-z]{2}\ [\ \d]\d\ \d\d:\d\d:\d\d
           | \d\d:\d\d:\d\d\b
           | [IWEF]\d{4}\ \d\d:\d\d:
           | \d{1,3}>1?\ ?\S )""",
    re.VERBOSE,
)
_LEVELLED = re.compile(
    _ORNAMENT
    + rb"""{0,16}[ ]?(?=[A-Z[lt])(?:"""
    + LEVELS
    + rb"""|\[[A-Za-z0-9_.]{1,40}\][ ]|\[AWS[ ][a-z0-9]{1,20}[ ][0-9u]|level=|time=|Internal[ ]Server[ ]Error:[ ]/)""",
    re.VERBOSE,
)
TRACEBACK = b"Traceback (most recent call last)"  # below a dated line
# Lines at the left edge that nevertheless belong to what is above them.
_TAIL = re.compile(
    rb"""[}\])]
       | (?i:caused\ by\b|suppressed:)
       | During\ handling\ of\ the\ above | The\ above\ exception\ was
       | goroutine\ \d+\ \[ | \.\.\.\ \d+\ (?:more|lines) | at\ \S+.*:\d+\)? $ | \[cause\] | ---\ End\ of
       | [|+]\ \ ?(?:[-+|]|Traceback|File)
       | Debug\ source:$ | (?:Line|Column|Char):\ \S*$ | For\ more\ information\ check:  # object_store, sax, httpx
       | Resolved\ remote\ host\ IP\ address:\  | (?:Exception\ name|Error\ message):\   # AWS's SDK for C++
       | \d+\ response\ headers:$
       | DEBUG:\ (?:HttpHeader|ErrorXML):\  # s3cmd, of one answer
       | excon\.error\.(?:request|response)$  # fog, the exchange that its exception is about
       | (?:\d{1,6}[ ]?[|:]?[ ])?(?:status\ code:\ \d{3},\ request\ id:|upload\ id:\ ) # AWS's SDK for Go, by hand
       | Status\ Message:\  # GitHub's for actions
       | \xe2\x94\x82(?!\ Error:\ )[^\xe2]*+$ | \xe2\x95\xb5  # Terraform's box, which is no table
       | (?:/|~/|[A-Z]:\\|<ipython)\S*[ ]in[ ]\S+\( | -{2,}>[ ]?\d+[ ]  # IPython's frames
       """,
    re.VERBOSE,
)
# What people put around the text that they quote, and the sentence that announces it.
FENCE = re.compile(rb"```|~~~|</?pre>")
_SENTENCE = re.compile(rb"(?!.*(?i:fail)|The above |During handling |Traceback )[A-Z@](?:[^\s:]* ){3}.*:\s*$")
# In which they speak of themselves.
_SELF = re.compile(rb"(?:^|[\s(*>])(?:I(?:'?(?:m|ve|d|ll))?|[Ww]e(?:'re|'ve| are| get| see| have)|[Mm]y|[Oo]ur) [a-z]")
# A record of log4j, log4net or java.util.logging, a row of a table.
_XML_ENTRY = re.compile(rb"<(?:log4[jn]\w{0,4}:event|record|tr)[\s>]")
_OPENED = re.compile(rb"^<\w+>\s*$")  # an element of XML whose text stands below
# A line of JSON printed at the left edge, below one that is not the end of it.
_QUOTES, _OPEN = (b'"', b"'"), (b"{", b"[", b",")
_CHAINED = (b"During handling of the above", b"The above exception was")
_LOST = re.compile(rb'File ".*", line \d')  # a frame whose indent got lost
_FRAME = re.compile(rb"  File |-{2,}> ?\d+ |" + _LOST.pattern)
_LEFT_OUT = re.compile(rb"\[?\.{3}\]?\s*$|\(\d+ additional frame")
_EXCEPTION = re.compile(rb"[A-Za-z_][\w.]*(?:: |:?$)")
_IPYTHON = re.compile(rb"[A-Za-z_][\w.]* {2,}Traceback \(most recent call last\)")
_THROWN = re.compile(rb"(?:[A-Za-z_][\w$]{0,60}+\.){1,20}[A-Z][\w$]{0,100}+(?:: |:?\r?$)")  # with its package
# The command line of AWS, and many a program, say in one line that an upload failed, and in the next one why.
_SAYS_NOT_WHY = re.compile(
    rb"(?:upload|copy|move) failed: \S.* to \S+\s*$"
    rb"|(?i:(?!.*\b\d{3}\b|.*: *\S).{0,200}\b(?:fail(?:ed|ure)?|failing|unable|could not|couldn't)\b)"
)
_SAYS_WHY = re.compile(
    rb"(?:[A-Za-z_$][\w$]*\.)*(?:[A-Z]\w*(?:Error|Exception|Failure)|NoSuch[A-Z]\w+)\b.{0,200}?: "
    rb"|An? (?:client )?error (?:\(\w+\) )?occurred|HTTPS?ConnectionPool\(|\((?:'|\d+, ')"
)
# The client says that its session is dead, and prints the details with a second call: one failure.
_ANNOUNCED, DETAILS = b"getting fresh session", b"ession expiration details"
# So does a browser: why it blocks, that the request failed, that the resource was not loaded.
NET = b"net::ERR_"
_NET_ERROR = re.compile(NET + rb"[A-Z_]+")
_CORS, _FAILED, _NOT_LOADED = b"blocked by CORS policy", b"net::ERR_FAILED", b"Failed to load resource"
# Safari says it in three lines, too, in whichever order.
_CONTROL = b"ontrol"
# botocore's debug log tells of one answer what its connections say, then its headers, then its body.
_POOL, _PARSERS = b"connectionpool", b"botocore.parsers"
# What all of these sayings that are several words have between their first and their last word.
_WITHIN_ECHOES = (
    *(b" fresh ", b" expiration ", b" by CORS ", b" allowed by ", b" to access control ", b" is not successful"),
    *(_POOL, _PARSERS),
)
_SAFARI = re.compile(
    rb"not allowed by Access-Control-Allow-Origin|due to access control checks|Preflight response is not successful"
)
_PREFLIGHT = b"reflight"
# What curl prints of one exchange, below the line of the request; its meter, too.
_CURL = re.compile(rb"[<>] (?:[A-Za-z][\w-]*: |HTTP/)|[<>]\s*$|\* [A-Z]|[{}] \[\d+ bytes data\]|[ \d]{2}\d .*-:--:-- ")
_CURL_ANSWER = re.compile(rb"<!?[\w?]")
# What other clients print of it: headers below the first line, which stands below a line that announces it.
_HEADER = re.compile(
    rb"(?i:(?:accept|access-control|amz|cf|content|x)-[\w-]{1,60}|connection|date|etag|expect|host|last-modified|server"
    rb"|transfer-encoding|user-agent|vary) ?: "
)
_FIRST_LINE = re.compile(rb"HTTP/[\d.]{1,3} \d{3}\b|(?:DELETE|GET|HEAD|POST|PUT) /\S* HTTP/")
_ANNOUNCES = re.compile(rb".*(?:DEBUG (?:Request|Response)|\]-{20,80})\r?$")
# What Alibaba Cloud's SDK for Go prints of one answer: line after line, in this order.
_OSS_ANSWER = (
    *(b"Error returned by Service.", b"Http Status Code: ", b"Error Code: ", b"Request Id: ", b"Message: ", b"EC: "),
    *(b"Timestamp: ", b"Request Endpoint: "),
)
_INDENTED = b" \t\n"  # a line that begins so begins no entry
# Where Python's pprint, and so `s3cmd -d`, breaks long bytes, in the middle of an id too.
WRAPPED = re.compile(rb"'\n +b'")
_LOOKBACK_LINES = 6
# As many are passed over at once; there are files of nothing else.
_BLANK_LINES = tuple(end * 1024 for end in (b"\n", b"\r\n", b"\r\r\n"))
_LINE_SAMPLE = 2048  # how much of a long line is looked at, at either end
# A line and those below it that surely go on with its entry: indented and blank ones; where entries are dated, also
# undated ones, a dated message's traceback, and a body below a line that announces it.
_INDENTED_LINES = re.compile(rb"[^\n]*+(?:\n(?:\r*+\n|)*+[ \t][^\n]*+|)*+(?:\r*+\n|)*+")
HEAD = rb"(?![ \t\r\n])(?=(?x:" + _DATED.pattern + rb"))"  # where a line begins an entry, unless it is an echo
_BELOW = rb"(?:(?<=\S\n)|(?<=\S\r\n)|(?<=\S\n\n)|(?<=\S\r\n\r\n))"  # a line that is not blank, and perhaps a blank one
GOES_ON = (  # where a line of a dated log surely does not
    rb"(?=" + _BELOW + rb"[^ \t-\r<{\[T]|(?:(?<=:\n)|(?<=:\r\n)|(?<=\?>\n)|(?<=\?>\r\n))[<{\[])"
    rb"(?!(?x:" + _DATED.pattern + rb")|(?x:" + _LEVELLED.pattern + rb"))"
)
_LONGEST_BELOW = 5  # bytes that `_BELOW` looks at
# Where a line of a log without dates surely begins an entry, below a line that does not begin like `_ABOVE_MORE`.
_BEGINS = re.compile(
    rb"(?:(?<=[^\s:>]\n)|(?<=[^\s:>]\r\n))(?![ \t\r\n\"'<{\[]|"
    + b"|".join(re.escape(begin) for begin in (TRACEBACK, b"Request ID: ", *_OSS_ANSWER))
    + b"|"
    + b"|".join(
        one.pattern for one in (_HEADER, _FIRST_LINE, _EXCEPTION, _THROWN, _SAYS_WHY, _IPYTHON, _LOST, _LEFT_OUT)
    )
    + rb"|(?x:"
    + _TAIL.pattern
    + rb"))|(?<=[^\s:>]\n)(?!\[cause\])\[[A-Za-z0-9_.]{1,40}\] "
)
_ABOVE_MORE = re.compile(_CURL.pattern + b"|" + _LOST.pattern)
BLANK = rb"\r?(?=\n)"  # the rest of a line with nothing in it
_HEAD, _GOES_ON = re.compile(HEAD), re.compile(GOES_ON)
_UNDATED_LINES = re.compile(
    rb"(?>" + HEAD + rb"[^\n]*+\n(?=" + re.escape(TRACEBACK) + rb")|)[^\n]*+"
    rb"(?:\n(?:[ \t][^\n]*+|"
    + BLANK
    + rb"|"
    + GOES_ON
    + rb"[^\n]{1,%d}+(?![^\n]))|)*+" % (2 * _LINE_SAMPLE)
    + rb"(?:\n|\Z)"
)


def is_head(line: bytes) -> bool:
    """Whether the line begins with a date or a level, as entries do."""
    return bool(_DATED.match(line) or _LEVELLED.match(line))


def is_json_line(line: bytes) -> bool:
    """Whether the line looks like one JSON object."""
    line = line.removeprefix(b"\xef\xbb\xbf")  # files that were joined with `cat` have it in the middle
    return line[:1] == b"{" and line.rstrip()[-1:] == b"}" and line[1:2] in (b'"', b" ", b"}")


def is_telling(line: bytes) -> bool:
    """Whether somebody tells in a line what happened to them, which no program does."""
    return b"\n" not in line and not is_head(line) and bool(_SELF.search(line) or _SENTENCE.match(line))


def begins_entry(buffer: Buffer, start: int, floor: int, *, dated: bool) -> bool:
    """Whether the line at `start` begins an entry.

    `floor` is where the readable part of the buffer begins. `dated`: the entries of this log begin with a date, so
    that a line without one belongs to the entry above it.
    """
    told = _told_at_once(buffer, start, floor, dated=dated)
    return _told_closely(buffer, start, floor, dated=dated) if told is None else told


def _told_closely(buffer: Buffer, start: int, floor: int, *, dated: bool) -> bool:
    """The answer by the line and what stands above."""
    line = _line(buffer, start).lstrip(b"\r")  # lines may end in LF CR
    if line[:1] in (b" ", b"\t", b"") or is_echo(line, buffer, start, floor):
        return False
    if _DATED.match(line):
        return True
    above = _above(buffer, start, floor)
    previous = next(above, b"")
    if not dated and (FENCE.match(line) or FENCE.match(previous) or _is_announced(previous, buffer, start)):
        return True
    return not previous or not (_goes_on(line, previous, above) or _is_text_below(line, previous, above, dated=dated))


def _is_announced(previous: bytes, buffer: Buffer, start: int) -> bool:
    """Whether somebody says in a sentence, and a blank line follows it, that here comes what a program said."""
    return buffer.endswith((b"\n\n", b"\n\r\n"), 0, start) and bool(_SENTENCE.match(previous))


def _goes_on(line: bytes, previous: bytes, above: Iterator[bytes]) -> bool:
    """Whether the line ends what is above it, or is one of its parts."""
    if _TAIL.match(line) or _ends_traceback(line, previous, above):
        return True
    if _LOST.match(line) or _LEFT_OUT.match(line) or _LOST.match(previous) or _OPENED.search(previous):
        return True
    if _SAYS_NOT_WHY.match(previous) and (_SAYS_WHY.match(line) or line.startswith(TRACEBACK)):
        return True
    if line[:1] in _QUOTES and previous.rstrip().endswith(_OPEN):
        return True
    if _CURL.match(previous):
        return bool(_CURL.match(line) or _CURL_ANSWER.match(line))
    if _HEADER.match(line) or (_FIRST_LINE.match(line) and _ANNOUNCES.match(previous)):
        return True
    if _HEADER.match(previous):
        return line[:1] in (b"<", b"{")  # the body
    if previous.startswith(b"Resolved remote host IP address: "):
        return line.startswith(b"Request ID: ")
    return any(line.startswith(then) and first in previous for first, then in pairwise(_OSS_ANSWER))


def _is_text_below(line: bytes, previous: bytes, above: Iterator[bytes], *, dated: bool) -> bool:
    """Whether an undated line belongs to what is above it by what either looks like."""
    first = line[:1]
    if line.startswith(TRACEBACK) or (_IPYTHON.match(line) and not dated):
        return _ends_message(previous, above)
    if _LEVELLED.match(line):
        return False
    if _THROWN.match(line) and is_head(previous):
        return True
    json = is_json_line(line)
    if previous.rstrip().endswith((b":", b"?>")) and not is_json_line(previous):
        return True
    if first == b"<":
        another = b"</Error>" in previous or (line.startswith(b"<?xml") and previous[:1] == b"<")
        return not (another or _XML_ENTRY.match(line))
    if first in (b"{", b"[") and not json:
        return previous[:1] not in (b"}", b"]", b"{", b"[")
    return dated and not json


def _told_at_once(buffer: Buffer, start: int, floor: int, *, dated: bool) -> bool | None:
    """The answer for most lines, which needs no copy of them and of what stands above; None when it takes more."""
    end = buffer.find(b"\n", start)
    end = len(buffer) if end < 0 else end
    if not 0 < end - start <= 2 * _LINE_SAMPLE:
        return None
    if _HEAD.match(buffer, start, end):
        return None if _may_be_echo(buffer, start, end) else True
    if start - _LONGEST_BELOW < floor:
        return None
    if dated:
        return False if _GOES_ON.match(buffer, start, end) else None
    if not _BEGINS.match(buffer, start, end) or _may_be_echo(buffer, start, end):
        return None
    above = max(buffer.rfind(b"\n", floor, start - 1) + 1, floor)
    return None if _ABOVE_MORE.match(buffer, above, start) else True


def _may_be_echo(buffer: Buffer, start: int, end: int) -> bool:
    """Whether there is any of what `is_echo` looks for."""
    return (
        buffer.find(NET, start, end) >= 0
        or buffer.find(_CONTROL, start, end) >= 0
        or buffer.find(DETAILS, start, end) >= 0
        or buffer.find(_PREFLIGHT, start, end) >= 0
        or buffer.find(_PARSERS, start, end) >= 0
    )


def may_be_echoed(text: bytes) -> bool:
    """Whether the text might be an echo, or be followed by one: also with other words where it holds ids and numbers.

    These hold no blanks, so that of a saying of several words they hold the first or the last.
    """
    return NET in text or any(words in text for words in _WITHIN_ECHOES)


def is_echo(line: bytes, buffer: Buffer, start: int, floor: int) -> bool:
    """Whether the line only says more of the failure that the line above it tells."""
    if not _may_be_echo(line, 0, len(line)):
        return False
    if _PARSERS in line:
        above = next(_above(buffer, start, floor), b"")
        return _POOL in above or _PARSERS in above
    if DETAILS in line:
        return _ANNOUNCED in next(_above(buffer, start, floor), b"")
    refused = _NET_ERROR.search(line)
    if refused is not None:
        above = next(_above(buffer, start, floor), b"")
        return (_NOT_LOADED in line and refused[0] in above) or (refused[0] == _FAILED and _CORS in above)
    said = _SAFARI.search(line)
    if said is not None:
        said_above = _SAFARI.search(next(_above(buffer, start, floor), b""))
        return said_above is not None and (_NOT_LOADED in line or said[0] != said_above[0])
    return False


def _ends_traceback(line: bytes, previous: bytes, above: Iterator[bytes]) -> bool:
    """Whether the line is the last one of a Python traceback, which stands at the left edge again."""
    if not _EXCEPTION.match(line):
        return False
    if _FRAME.match(previous):
        return True
    if previous[:1] == b" " or _LEFT_OUT.match(previous):
        return any(map(_FRAME.match, above))
    return bool(_LOST.match(next(above, b"")))


def _ends_message(previous: bytes, above: Iterator[bytes]) -> bool:
    """Whether the line is the last one of a record's message, which may have several, so that a traceback follows."""
    for line in chain((previous,), above):
        if _DATED.match(line) or _LEVELLED.match(line) or line.startswith(_CHAINED):
            return True
        if line[0] in _INDENTED:
            break
    return False


def _above(buffer: Buffer, start: int, floor: int) -> Iterator[bytes]:
    """The lines above that are not blank, nearest first."""
    for _ in range(_LOOKBACK_LINES):
        if start <= floor:
            return
        end = start - 1
        start = max(buffer.rfind(b"\n", floor, end) + 1, floor)
        line = bytes(buffer[start:end]) if end - start <= 2 * _LINE_SAMPLE else _ends(buffer, start, end)
        if line.strip():
            yield line


def _ends(buffer: Buffer, start: int, end: int) -> bytes:
    return bytes(buffer[start : start + _LINE_SAMPLE] + buffer[end - _LINE_SAMPLE : end])


def _line(buffer: Buffer, start: int) -> bytes:
    end = buffer.find(b"\n", start)
    end = len(buffer) if end < 0 else end
    return bytes(buffer[start:end]) if end - start <= 2 * _LINE_SAMPLE else _ends(buffer, start, end)


def entry_start(buffer: Buffer, line_start: int, first: int, floor: int, *, dated: bool) -> int:
    """Where the entry begins that the line belongs to; `first` is known to begin one."""
    while line_start > first and (
        buffer[line_start] in _INDENTED or not begins_entry(buffer, line_start, floor, dated=dated)
    ):
        if buffer.endswith(_BLANK_LINES, first, line_start):
            line_start -= next(len(lines) for lines in _BLANK_LINES if buffer.endswith(lines, first, line_start))
        line_start = max(buffer.rfind(b"\n", first, line_start - 1) + 1, first)
    return line_start


def entry_end(buffer: Buffer, line: int, stop: int, floor: int, *, dated: bool) -> int:
    """Where the next entry after that of the line begins, at most `stop`."""
    sure = _UNDATED_LINES if dated else _INDENTED_LINES
    while (lines := sure.match(buffer, line, stop)) is not None:
        line = lines.end()
        if line == stop or begins_entry(buffer, line, floor, dated=dated):
            break
    return line
