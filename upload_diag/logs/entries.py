"""Where an entry of a text log begins: the first line of a record, told from the lines that belong to it.

Everything here looks at a line and at the few lines before it, and at nothing else, so that a file can be cut anywhere
and each piece still finds the same entries.
"""

import re
from collections.abc import Iterator
from itertools import chain, pairwise, product

from upload_diag.logs.echoes import PAGE_FRAME, is_echo, is_of_page, may_be_echo, may_be_of_page, says_again

__all__ = [
    "BLANK",
    "FENCE",
    "GOES_ON",
    "HEAD",
    "LEVELS",
    "TRACEBACK",
    "WRAPPED",
    "begins_entry",
    "below_words",
    "entry_end",
    "entry_start",
    "is_head",
    "is_json_line",
    "is_telling",
    "lines_above",
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
_LEVEL_WITHIN = re.compile(rb".{0,80}?\b(?:ERROR|WARN|FATAL|SEVERE)\b")  # behind what is left of a date
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
       | (?:Resolving|Connecting\ to)\ \S.*\.\.\. | HTTP\ request\ sent,\ awaiting\ response  # wget
       | (?:Context|Source):$  # OpenDAL
       | HTTP\.Exceptions\.StatusError\(  # Julia
       | >\ File\ "  # loguru, where the exception was caught
       | AWS\ HTTP\ error:\ | Treating\ Python\ exception\ as\ error\  # AWS's SDK for PHP, by hand; awscrt
       | originated\ from\ request\ \(  # tus-js-client, by hand
       | At\ .*\ char:\d+\s*$ | \+\ +~+\s*$  # PowerShell
       | Recovery\ suggestion:\  # Amplify for Swift
       | \[stacktrace\]\s*$  # Laravel
       | \#\d{1,3}\ +(?:/\S+\(\d+\):\ |\{main\}|\[internal\ function\]|\S+\ \((?:dart|package):)  # frames of PHP, Dart
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
# A heading, or a sentence that announces an error which is not in it.
_ANNOUNCEMENT = re.compile(rb"#{1,3} |[A-Z](?:[^\s:]+ ){5}.*\bfollowing (?:error|exception|message)s?\b(?!.*: \S)")
# A record of log4j, log4net, java.util.logging or Windows, a row of a table.
_XML_ENTRY = re.compile(rb"<(?:log4[jn]\w{0,4}:event|record|Event|tr)[\s>]")
# Words, with nothing of a program among them, that announce it: a sentence, or a heading.
_WORDS = re.compile(
    rb"(?i:(?!.*(?:upload|can ?not|could not|unable)))(?:[A-Za-z\x80-\xff',.-]+ ){3,}[A-Za-z\x80-\xff]+ ?:\s*$"
    rb"|[A-Z][a-z\x80-\xff]+(?: [a-z\x80-\xff]+)? ?:\s*$"
)
_OPENED = re.compile(rb"^<\w+>\s*$")  # an element of XML whose text stands below
# A line of JSON printed at the left edge, below one that is not the end of it.
_QUOTES, _OPEN = (b'"', b"'"), (b"{", b"[", b",")
_CHAINED = (b"During handling of the above", b"The above exception was")
_LOST = re.compile(rb'File ".*", line \d')  # a frame whose indent got lost
_FRAME = re.compile(rb"(?:  |> )File |-{2,}> ?\d+ |" + _LOST.pattern)
_LEFT_OUT = re.compile(rb"\[?\.{3}\]?\s*$|\(\d+ additional frame")
_FROM, _RUBY = re.compile(rb"\tfrom "), re.compile(rb"\S+:\d+:in [`']")  # below its frames Ruby says the cause
_EXCEPTION = re.compile(rb"[A-Za-z_][\w.]*(?:: |:?$)")
_RAISED = re.compile(
    rb"(?=[\w.]+: )[A-Za-z_][\w.]*(?:\.[A-Z]\w*|Error|Exception): (?P<message>.{20,}\S)"
)  # not by chance
_TREATED = b"Treating Python exception as error "  # which awscrt writes below it
_IPYTHON = re.compile(rb"[A-Za-z_][\w.]* {2,}Traceback \(most recent call last\)")
_THROWN = re.compile(rb"(?:[A-Za-z_][\w$]{0,60}+\.){1,20}[A-Z][\w$]{0,100}+(?:: |:?\r?$)")  # with its package
# The command line of AWS, and many a program, say in one line that an upload failed, and in the next one why.
_SAYS_NOT_WHY = re.compile(
    rb"(?:upload|copy|move) failed: \S.* to \S+\s*$"
    rb"|(?i:(?!.*(?<!\()\b\d{3}\b|.*: *(?!\S*\.\w{2,4}\s*$)\S)"  # but for a status in brackets, and a file's name
    rb".{0,200}(?:\b(?:fail(?:ed|ure)?|failing|unable|could not|couldn't)\b|"
    + "fehlgeschlagen|fehler|échou|échec|erreur|falló|fallo|falhou|falha|не удалось|ошибка|失敗|失败".encode()
    + rb"))"
)
_SAYS_WHY = re.compile(
    rb"(?:[A-Za-z_$][\w$]*\.)*(?:(?:[A-Z]\w*)?Error|[A-Z]\w*(?:Exception|Failure)|NoSuch[A-Z]\w+)\b.{0,200}?: "
    rb"|An? (?:client )?error (?:\(\w+\) )?occurred|HTTPS?ConnectionPool\(|\((?:'|\d+, ')|[45]\d\d(?: [A-Z][a-z]|\s*$)"
)
# What curl prints of one exchange, below the line of the request; its meter, too.
_CURL = re.compile(
    rb"[<>] (?:[A-Za-z][\w-]*: |HTTP/)|[<>]\s*$|\* (?:[A-Z]|connect to )|[{}] \[\d+ bytes data\]|[ \d]{2}\d .*-:--:-- "
)
_CURL_REQUEST = re.compile(rb"> [A-Z]{3,7} \S* HTTP/")
_CURL_ANSWER = re.compile(rb"<!?[\w?]|curl: \(")
# What other clients print of it: headers below the first line, which stands below a line that announces it.
_HEADER = re.compile(
    rb"(?i:(?:accept|access-control|amz|cf|content|x)-[\w-]{1,60}|connection|date|etag|expect|host|last-modified|server"
    rb"|transfer-encoding|user-agent|vary) ?: "
)
_FIRST_LINE = re.compile(rb"HTTP/[\d.]{1,3} \d{3}\b|(?:DELETE|GET|HEAD|POST|PUT) /\S* HTTP/")
_ANNOUNCES = re.compile(rb".*(?:DEBUG (?:Request|Response)|\]-{20,80})\r?$")
# What Alibaba Cloud's SDK for Go prints of one answer, and the tools of a browser: line after line, in this order.
_OSS_ANSWER = (
    *(b"Error returned by Service.", b"Http Status Code: ", b"Error Code: ", b"Request Id: ", b"Message: ", b"EC: "),
    *(b"Timestamp: ", b"Request Endpoint: "),
)
_EXCHANGE = (b"Request URL:", b"Request Method:", b"Status Code:", b"Remote Address:", b"Referrer Policy:")
_IN_ORDER = (*pairwise(_OSS_ANSWER), *pairwise(_EXCHANGE), *product(_EXCHANGE[2:], (b"<", b"{")))
# Lines that do not end what they say: the position of an error in PowerShell and in Node.js, quotation marks around
# several lines, an exception and where it was (Bugsnag), one of Hugging Face's of which the message stands below.
_SAYS_MORE = re.compile(
    rb"At .* char:\d+\s*$|[ \t]+\^+\s*$|\"{3}\s*$"
    rb"|\*\*[\w:.]+\*\* in \*\*\S+\*\*\s*$"
    rb"|(?=[\w.]++: )[A-Za-z_][\w.]*Error: +\(Request ID: [^)]*\)\s*$"
)
# Words behind which a sentence goes on: it was broken where a page, a mail or a picture ended.
_LOWEST = ord("a")  # above it are small letters, and those beyond ASCII
_MID_SENTENCE = tuple(
    b" " + word + end
    for word in b"The a an and be by for from is may of or the to was when with".split()
    for end in (b"\n", b"\r\n")
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
    rb"(?:(?<=[^\s:>]\n)|(?<=[^\s:>]\r\n))(?![ \t\r\n\"'<{\[]|&lt;|"
    + b"|".join(re.escape(begin) for begin in (TRACEBACK, b"Request ID: ", *_OSS_ANSWER, *_EXCHANGE))
    + b"|"
    + b"|".join(
        one.pattern for one in (_HEADER, _FIRST_LINE, _EXCEPTION, _THROWN, _SAYS_WHY, _IPYTHON, _LOST, _LEFT_OUT)
    )
    + rb"|(?x:"
    + _TAIL.pattern
    + rb"))|(?<=[^\s:>]\n)(?!\[cause\])\[[A-Za-z0-9_.]{1,40}\] "
)
_ABOVE_MORE = re.compile(
    rb"\r?(?:"
    + b"|".join(one.pattern for one in (_CURL, _CURL_REQUEST, _FROM, _LOST, _SAYS_MORE, PAGE_FRAME, _RAISED))
    + b"|"
    + _TREATED
    + b")"
)
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
    return (
        b"\n" not in line
        and not is_head(line)
        and bool(_SELF.search(line) or _SENTENCE.match(line) or _ANNOUNCEMENT.match(line))
    )


def below_words(buffer: Buffer, begin: int, line: int) -> int:
    """Where in an entry a program speaks, below the words that announce it; at most at a line in which it does."""
    while begin < line:
        end = buffer.find(b"\n", begin, line)
        words = bytes(buffer[begin:end])
        if words.strip() and not (is_telling(words) or _WORDS.match(words)):
            break
        begin = end + 1
    return begin


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
    if line[:1] in (b" ", b"\t", b""):
        return False
    above = lines_above(buffer, start, floor)
    previous = next(above, b"").lstrip(b"\r")
    if is_echo(line, previous) or says_again(buffer, start, _line_end(buffer, start)):
        return False
    if _DATED.match(line):
        return True
    if not dated and (_is_mid_sentence(buffer, start) or is_of_page(line, previous, above)):
        return False
    if not dated and (FENCE.match(line) or FENCE.match(previous) or _is_announced(previous, buffer, start)):
        return True
    return not previous or not (_goes_on(line, previous, above) or _is_text_below(line, previous, above, dated=dated))


def _is_announced(previous: bytes, buffer: Buffer, start: int) -> bool:
    """Whether somebody says in a sentence, and a blank line follows it, that here comes what a program said."""
    return buffer.endswith((b"\n\n", b"\n\r\n"), 0, start) and bool(_SENTENCE.match(previous))


def _is_mid_sentence(buffer: Buffer, start: int) -> bool:
    """Whether a sentence was broken in front of the line."""
    return buffer[start] >= _LOWEST and buffer.endswith(_MID_SENTENCE, 0, start)


def _goes_on(line: bytes, previous: bytes, above: Iterator[bytes]) -> bool:
    """Whether the line ends what is above it, or is one of its parts."""
    if _TAIL.match(line) or _SAYS_MORE.match(previous) or (_FROM.match(previous) and _RUBY.match(line)):
        return True
    if line.startswith(b"&lt;") and b"&lt;" in previous:
        return b"/Error&gt;" not in previous
    if line[:1] == b"<" and _CURL.match(line) and next(above, b"")[2:] == previous:
        return True
    if _says_raised(line, previous, above) or _ends_traceback(line, previous, above):
        return True
    if _LOST.match(line) or _LEFT_OUT.match(line) or _LOST.match(previous) or _OPENED.search(previous):
        return True
    if _SAYS_NOT_WHY.match(previous) and (_SAYS_WHY.match(line) or line.startswith(TRACEBACK)):
        return True
    if line[:1] in _QUOTES and previous.rstrip().endswith(_OPEN):
        return True
    if _CURL.match(previous) or _CURL_REQUEST.match(previous):
        return bool(_CURL.match(line) or _CURL_ANSWER.match(line)) or line == previous[2:]
    if _HEADER.match(line) or (_FIRST_LINE.match(line) and _ANNOUNCES.match(previous)):
        return True
    if _HEADER.match(previous):
        return line[:1] in (b"<", b"{")  # the body
    if previous.startswith(b"Resolved remote host IP address: "):
        return line.startswith(b"Request ID: ")
    return any(line.startswith(then) and first in previous for first, then in _IN_ORDER)


def _is_text_below(line: bytes, previous: bytes, above: Iterator[bytes], *, dated: bool) -> bool:
    """Whether an undated line belongs to what is above it by what either looks like."""
    first = line[:1]
    if line.startswith(TRACEBACK) or (_IPYTHON.match(line) and not dated):
        return _ends_message(previous, above)
    if _LEVELLED.match(line):
        return False
    if _THROWN.match(line) and (is_head(previous) or _LEVEL_WITHIN.match(previous)):
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
    end = _line_end(buffer, start)
    if not 0 < end - start <= 2 * _LINE_SAMPLE:
        return None
    if _HEAD.match(buffer, start, end):
        return None if may_be_echo(buffer, start, end) else not says_again(buffer, start, end)
    if start - _LONGEST_BELOW < floor:
        return None
    if dated:
        return False if _GOES_ON.match(buffer, start, end) else None
    if not _BEGINS.match(buffer, start, end) or may_be_echo(buffer, start, end):
        return None
    above = max(buffer.rfind(b"\n", floor, start - 1) + 1, floor)
    if _is_mid_sentence(buffer, start) or may_be_of_page(buffer, above, start) or says_again(buffer, start, end):
        return None
    more = _ABOVE_MORE.match(buffer, above, start)
    return True if more is None or buffer.find(more["message"] or b"", start, end) < 0 else None


def _ends_traceback(line: bytes, previous: bytes, above: Iterator[bytes]) -> bool:
    """Whether the line is the last one of a Python traceback, which stands at the left edge again."""
    if not _EXCEPTION.match(line):
        return False
    if _FRAME.match(previous):
        return True
    if previous[:1] == b" " or _LEFT_OUT.match(previous):
        return any(map(_FRAME.match, above))
    return bool(_LOST.match(next(above, b"")))


def _says_raised(line: bytes, previous: bytes, above: Iterator[bytes]) -> bool:
    """Whether the line says what the traceback above it, which ends there, says last."""
    raised = _RAISED.match(next(above, b"") if previous.startswith(_TREATED) else previous)
    return raised is not None and raised["message"] in line and next(above, b"")[:1] == b" "


def _ends_message(previous: bytes, above: Iterator[bytes]) -> bool:
    """Whether the line is the last one of a record's message, which may have several, so that a traceback follows."""
    for line in chain((previous,), above):
        if _DATED.match(line) or _LEVELLED.match(line) or line.startswith(_CHAINED):
            return True
        if line[0] in _INDENTED:
            break
    return False


def lines_above(buffer: Buffer, start: int, floor: int) -> Iterator[bytes]:
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


def _line_end(buffer: Buffer, start: int) -> int:
    end = buffer.find(b"\n", start)
    return len(buffer) if end < 0 else end


def _line(buffer: Buffer, start: int) -> bytes:
    end = _line_end(buffer, start)
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
