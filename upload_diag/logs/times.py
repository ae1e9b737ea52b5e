"""When something was written: the times of logs, in the many ways in which programs write them.

Most are written in one way, which is told at once; what is slower is only asked where that finds nothing.
"""

import re
from calendar import monthrange, timegm
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["THOUSANDTHS", "USUAL", "Calendar", "calendar_of", "find_time", "read_time", "usual_time"]

_DAY = 86_400_000  # milliseconds
_MONTHS = {name: number for number, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}
# Zones that have one meaning, or one that RFC 822 gives them, in minutes; CST is also China's, IST also Israel's.
_ZONES = {
    **dict.fromkeys((b"Z", b"UTC", b"GMT", b"WET", b"UCT"), 0),
    **dict.fromkeys((b"CET", b"MET", b"MEZ", b"WEST"), 60),
    **dict.fromkeys((b"CEST", b"MESZ", b"MEST", b"EET"), 120),
    b"EEST": 180,
    b"MSK": 180,
    b"JST": 540,
    b"KST": 540,
    b"AEST": 600,
    b"AEDT": 660,
    b"NZST": 720,
    b"NZDT": 780,
    b"EST": -300,
    b"EDT": -240,
    b"CDT": -300,
    b"MST": -420,
    b"MDT": -360,
    b"PST": -480,
    b"PDT": -420,
}
_NAMES = b"|".join(sorted(_ZONES, reverse=True))
_NAMED_ZONE = rb"(?:(?:UTC|GMT)[+-]\d\d?(?::?\d\d)?|(?:" + _NAMES + rb"))(?![A-Za-z0-9])"
_TIME = re.compile(
    rb"""(?P<year>\d{4})[-/](?P<month>\d\d)[-/](?P<day>\d\d)(?:[T\ \t_]|\ -\ )(?P<clock>\d\d:\d\d:\d\d)
         (?:[.,](?P<fraction>\d{1,9}))?\ ?(?P<zone>Z|[+-]\d\d:?\d\d|\(?"""
    + _NAMED_ZONE
    + rb""")?
       | (?P<cday>\d\d)/(?P<cmonth>[A-Z][a-z]{2})/(?P<cyear>\d{4})[:\ ](?P<cclock>\d\d:\d\d:\d\d)
         (?:\ (?P<czone>[+-]\d{4}))?""",
    re.VERBOSE,
)
# The last that a zone cannot carry beyond what a date can be; a log has no such time, but somebody may send one.
_LAST_YEAR = 9998

# All other ways: dates with a clock beside them. `half` is of the day: AM, 上午.
_MORNING, _EVENING = "上午|午前|오전".encode(), "下午|午後|오후".encode()
_CLOCK = (
    rb"(?P<clock>\d\d?:\d\d:\d\d)(?:[.,:](?P<fraction>\d{1,9}))?"
    rb"(?: ?(?P<half>[AaPp]\.?[Mm])\b)?(?: ?\(?(?P<zone>[+-]\d\d:?\d\d\b|" + _NAMED_ZONE + rb"))?"
)
_YEAR = rb"(?P<year>(?:19|20)\d\d)"
_MONTH = rb"(?P<month>[A-Z][a-z]{2})"
_DIGITS = rb"(?P<month>\d\d)(?P<day>\d\d)"
_SPELLED = tuple(
    re.compile(rb"(?<![A-Za-z0-9])(?:" + pattern + rb")")
    for pattern in (
        # ctime, Apache's error log, `date`, Java's and JavaScript's dates
        _MONTH + rb" (?P<day>[ \d]?\d) (?P<clock>\d\d:\d\d:\d\d)(?:[.:](?P<fraction>\d{1,9}))?"
        rb"(?: (?P<zone>[A-Z]{3,4}|[+-]\d{4}))? " + _YEAR + rb"\b",
        rb"(?P<month>[A-Z][a-z]{2})[a-z]{0,6} (?P<day>[ \d]?\d),? " + _YEAR + rb",? (?:@ |at )?" + _CLOCK,
        # mails, HTTP, Tomcat, Erlang, Minecraft
        rb"(?P<day>\d\d?)(?P<join>[- ]?)" + _MONTH + rb"(?P=join)(?P<year>\d{4}|(?<=-)\d\d)(?: |T|::)" + _CLOCK,
        rb"(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4}),? " + _CLOCK,
        # the year first, with whatever between
        _YEAR + rb"(?P<join>[-/.:])(?P<month>\d\d?)(?P=join)(?P<day>\d\d?)"
        rb"(?:[T_,;-]| [T|-] |[\]\[ \t|]{1,2}|\"?,\"|\"? time=\"?)(?:(?P<early>[\xe4\xec].{5}) ?)?" + _CLOCK,
        _YEAR + rb"(?:\xe5\xb9\xb4|\xeb\x85\x84|\.) ?(?P<month>\d\d?)(?:\xe6\x9c\x88|\xec\x9b\x94|\.) ?"
        rb"(?P<day>\d\d?)(?:\xe6\x97\xa5|\xec\x9d\xbc|\.) ?(?:(?P<early>[\xe4\xec].{5}) ?)?" + _CLOCK,
        _YEAR + _DIGITS + rb"[- T]" + _CLOCK,
        # MinIO
        rb"(?P<clock>\d\d:\d\d:\d\d) (?P<zone>[A-Z]{3,4}) (?P<month>\d\d)/(?P<day>\d\d)/" + _YEAR + rb"\b",
        # America, which alone has two halves of a day and the month first
        rb"(?P<month>\d\d?)/(?P<day>\d\d?)/(?P<year>\d{4}),? " + _CLOCK + rb"(?<=[Mm])",
    )
)
_HAS_CLOCK = re.compile(rb"\d:\d\d:\d\d")
_HAS_YEAR = re.compile(rb"\d{4}|[a-z]-\d\d")
_BEFORE_A_CLOCK, _BEHIND_ONE = 40, 60  # bytes in which its date stands
_CLOCKS = 3  # that are looked at
# Clocks without colons or seconds, and years of two digits, which only count where a line begins.
_OF_MARKS = rb"[\[(\"']?"
_BEGINNING = tuple(
    re.compile(_OF_MARKS + pattern)
    for pattern in (
        # Spark, Hadoop; MySQL, Tornado
        rb"(?P<year>\d\d)/(?P<month>\d\d)/(?P<day>\d\d) (?P<clock>\d\d:\d\d:\d\d) (?=(?:ERROR|WARN|INFO|DEBUG) )",
        rb"(?P<level>[CDEIW] )?(?P<year>\d\d)" + _DIGITS + rb" {1,2}(?P<clock>\d\d?:\d\d:\d\d) (?(level)|(?=\[[A-Z]))",
        rb"[CDEFIW]?" + _YEAR + _DIGITS + rb" (?P<clock>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?",
        _YEAR + _DIGITS + rb"(?:T|[ _-])?(?P<clock>\d{6})(?:[.,](?P<fraction>\d{1,9}))?"
        rb"(?P<zone>Z|[+-]\d{4})?(?!\w)",
        _YEAR + rb"(?P<join>[-.])(?P<month>\d\d)(?P=join)(?P<day>\d\d)[T _-](?P<clock>\d\d[.-]\d\d[.-]\d\d)"
        rb"(?:[.:](?P<fraction>\d{3,9}))?(?P<zone>Z|[+-]\d{4})?(?!\w)",
        _YEAR + rb"-(?P<month>\d\d)-(?P<day>\d\d)[T ](?P<clock>\d\d:\d\d)(?P<zone>Z|[+-]\d\d:?\d\d)?(?![\w:])",
        _YEAR + rb"\xe5\xb9\xb4(?P<month>\d\d?)\xe6\x9c\x88(?P<day>\d\d?)\xe6\x97\xa5 ?"
        rb"(?P<clock>\d\d?(?:\xe6\x97\xb6|\xe6\x99\x82)\d\d?\xe5\x88\x86\d\d?)\xe7\xa7\x92",
    )
)
_USUAL_CLOCK = len("10:00:00")
_NO_DIGITS = re.compile(rb"\D+")

# Most times are written like this, and many records share a second. Milliseconds of the first 20 bytes of such a time,
# and of the rest.
_ISO = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d{3}Z$")
_NO_ZONE = rb"(?!\d| ?[+-]| \(?" + _NAMED_ZONE + rb")"
_TO_SECONDS = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,](?=\d{3}" + _NO_ZONE + rb")")
_THOUSANDTHS = re.compile(rb"\d{3}" + _NO_ZONE)
USUAL: dict[bytes, int] = {}
THOUSANDTHS = {b"%03dZ" % number: number for number in range(1000)}
_USUAL_LIMIT = 4096
_EPOCH = re.compile(rb"(?<![\d.])(1\d{9})(?:(\d{3})(?:\d{3}|\d{6})?|\.(\d{1,9}))?(?!\d)")
# What says that a number is a time, where there is no other: `ts=1795341600`, Nagios's brackets, the kernel's audit,
# nginx's `$msec`.
_SAYS_EPOCH = re.compile(
    rb"(?:(?<![\w.-])(?:ts|time|timestamp)=\"?|\A\[|\A\[[A-Z]{4,5}\] \[|\bmsg=audit\()(?=1\d{9})|\s(?=1\d{9}\.\d{3}\s)"
)
_LONG_NUMBER = re.compile(rb"1\d{9}")
_DOTNET = re.compile(rb"\\?/Date\((?=\d)")  # `/Date(1795341600123)/` in JSON of .NET


def usual_time(text: bytes, place: int = 0) -> int:
    """The time that stands at a place, if it is written as most are and its second is known; 0 when it is not."""
    second = USUAL.get(text[place : place + 20])
    return second + int(text[place + 20 : place + 23]) if second and _THOUSANDTHS.match(text, place + 20) else 0


def find_time(text: bytes, calendar: "Calendar | None" = None) -> int:
    """The first time in the text, in milliseconds since 1970 in UTC; 0 when there is none. No zone means UTC.

    `calendar` is of the log that the text is of, where more must be known to read its times.
    """
    usual = usual_time(text)
    if usual:
        return usual
    match = _TIME.search(text)
    when = _milliseconds(match) if match else 0
    if match and when and match.start() == 0:
        if _TO_SECONDS.match(text):
            _remember_second(text, when)
        return when
    return (calendar is not None and calendar.read(text, when)) or when or _other_time(text)


def _other_time(text: bytes) -> int:
    """A time that is written in none of the two ways of web."""
    if _HAS_CLOCK.search(text):
        return _spelled_time(text) or _beginning_time(text)
    return _beginning_time(text) or _epoch(text.lstrip(b"[("), exact=True) or _said_epoch(text)


def _spelled_time(text: bytes) -> int:
    """See `_SPELLED`; the time at the first clock that has a date."""
    for number, clock in enumerate(_HAS_CLOCK.finditer(text)):
        low, high = max(0, clock.start() - _BEFORE_A_CLOCK), clock.end() + _BEHIND_ONE
        for pattern in _SPELLED if _HAS_YEAR.search(text, low, high) else ():
            match = pattern.search(text, low, high)
            when = _read(match) if match else 0
            if when:
                return when
        if number + 1 == _CLOCKS:
            break
    return 0


def _beginning_time(text: bytes) -> int:
    """See `_BEGINNING`."""
    if not text[:4].strip(b"[(\"'CDEFIW ")[:1].isdigit():
        return 0
    return next(filter(None, (_read(match) for pattern in _BEGINNING if (match := pattern.match(text)))), 0)


def _read(match: re.Match[bytes]) -> int:
    """The time that a match of one of the ways says; 0 when there is no such day."""
    said = match.groupdict()
    month = _MONTHS.get(said["month"]) or (int(said["month"]) if said["month"].isdigit() else 0)
    year = int(said["year"])
    seconds = _seconds(year + 2000 * (year < 100), month, int(said["day"]), _clock(said))
    return (seconds - _zone(said.get("zone"))) * 1000 + _thousandths(said.get("fraction")) if seconds else 0


def _clock(said: dict[str, bytes | None]) -> bytes:
    """The clock of what was matched, as `10:00:00`."""
    clock = said["clock"] or b""
    if len(clock) == _USUAL_CLOCK and not said.get("half") and not said.get("early"):
        return clock
    digits = [clock[:2], clock[2:4], clock[4:6]] if clock.isdigit() else [*_NO_DIGITS.split(clock), b"0"][:3]
    hour, minute, second = map(int, digits)
    half = said.get("half")
    if half:
        hour = hour % 12 + 12 * (half[:1] in b"Pp")
    elif said.get("early") in _HALVES:
        hour = hour % 12 + 12 * (said["early"] in _EVENINGS)
    return b"%02d:%02d:%02d" % (hour, minute, second)


_EVENINGS = frozenset(_EVENING.split(b"|"))
_HALVES = _EVENINGS | frozenset(_MORNING.split(b"|"))


def read_time(value: bytes) -> int:
    """A value that is a time and nothing else, as `find_time` reads it or since 1970. 0 if it is not."""
    if value[4:5].isdigit():  # no usual date begins so
        return _epoch(value) or _spelled_time(value) or _beginning_time(value)
    usual, rest = USUAL.get(value[:20]), THOUSANDTHS.get(value[20:])
    if usual is not None and rest is not None:
        return usual + rest
    match = _TIME.match(value)
    if match:
        when = _milliseconds(match)
        if len(value) == 24 and when and _ISO.match(value):
            _remember_second(value, when)
        return when
    dotnet = _DOTNET.match(value)
    return _epoch(value[dotnet.end() :]) if dotnet else _spelled_time(value) or _beginning_time(value)


def _said_epoch(text: bytes) -> int:
    """The time since 1970 of which the text says that it is one."""
    says = _SAYS_EPOCH.search(text) if _LONG_NUMBER.search(text) else None
    return _epoch(text[says.end() :]) if says else 0


def _epoch(text: bytes, *, exact: bool = False) -> int:
    """The time since 1970 with which the text begins; `exact`: not in whole seconds."""
    epoch = _EPOCH.match(text)
    if epoch is None:
        return 0
    seconds, thousandths, fraction = epoch.groups()
    if exact and not (thousandths or fraction):
        return 0
    return int(seconds) * 1000 + int(thousandths or (fraction or b"").ljust(3, b"0")[:3])


def _thousandths(fraction: bytes | None) -> int:
    return int(fraction.ljust(3, b"0")[:3]) if fraction else 0


def _remember_second(text: bytes, when: int) -> None:
    if len(USUAL) >= _USUAL_LIMIT:
        USUAL.clear()
    USUAL[text[:20]] = when - when % 1000


def _milliseconds(match: re.Match[bytes]) -> int:
    year, month, day, clock, fraction, zone, cday, cmonth, cyear, cclock, czone = match.groups()
    if cyear is None:
        seconds = _seconds(int(year), int(month), int(day), clock)
    else:
        seconds, zone = _seconds(int(cyear), _MONTHS.get(cmonth, 0), int(cday), cclock), czone
    if not seconds:
        return 0
    return (seconds - _zone(zone)) * 1000 + _thousandths(fraction)


@lru_cache(maxsize=4096)
def _seconds(year: int, month: int, day: int, clock: bytes) -> int:
    hour, minute, second = int(clock[:2]), int(clock[3:5]), int(clock[6:8])
    if not (1970 <= year <= _LAST_YEAR and 1 <= month <= 12 and hour < 24 and minute < 60 and second < 61):
        return 0
    if not 1 <= day <= monthrange(year, month)[1]:
        return 0
    return timegm((year, month, day, hour, minute, second))


@lru_cache(maxsize=256)
def _zone(zone: bytes | None) -> int:
    """How many seconds a zone is before UTC: of `+0530`, `-08:00`, `UTC+8`, `PST`."""
    if not zone:
        return 0
    zone = zone.strip(b" (")
    if zone in _ZONES:
        return _ZONES[zone] * 60
    sign, digits = zone.lstrip(b"UTCGM")[:1], zone.lstrip(b"UTCGM")[1:].replace(b":", b"")
    if not digits.isdigit():
        return 0
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, b"0")
    seconds = int(hours) * 3600 + int(minutes) * 60
    return -seconds if sign == b"-" else seconds


# Times that a line begins with and that say no year: of syslog and journalctl, Redis, klog and glog, logcat, Chromium.
_WITHOUT_YEAR = tuple(
    re.compile(pattern)
    for pattern in (
        rb"(?:<\d{1,3}>)?[\[(*.]?(?:[A-Z][a-z]{2} )?" + _MONTH + rb" {1,2}(?P<day>\d\d?) "
        rb"(?P<clock>\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?(?! (?:[A-Z]{3,4} )?(?:19|20)\d\d\b)",
        rb"(?:\d{1,8}:[A-Z] )?(?P<day>\d\d?)[ -]" + _MONTH + rb" (?P<clock>\d\d:\d\d(?::\d\d)?)"
        rb"(?:[.,](?P<fraction>\d{1,9}))?",
        rb"[A-Z]" + _DIGITS + rb" (?P<clock>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?",
        rb"(?:\[ )?(?P<month>\d\d)-(?P<day>\d\d) (?P<clock>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))",
        rb"\[(?:\d{1,8}:){1,2}" + _DIGITS + rb"/(?P<clock>\d{6})(?:\.(?P<fraction>\d{1,9}))?:",
    )
)
# Dates of which only others can say whether the day or the month stands first.
_NUMBERED = re.compile(
    rb"(?<![\w/.-])(?P<first>\d\d?)(?P<join>[/-])(?P<second>\d\d?)(?P=join)"
    rb"(?P<year>(?:19|20)\d\d|\d\d(?= \S{7,8}:\d{3} [A-Z]{3,4}\])),? " + _CLOCK  # WebSphere has two digits
)
_LONGEST_BEGINNING, _LONGEST_SEARCH = 100, 400  # bytes in which a line says when, and when once more
_MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the lines of a log together say about dates that say too little.

    Attributes:
        yearless: lines begin with times that have no year.
        near: a time of the log that has one, in milliseconds since 1970; 0 when there is none.
        last: before which all times are, when there is none; 0: then no year is assumed.
        day_first: whether 11/12/2026 is in December; None when nothing says it.
    """

    yearless: bool = False
    near: int = 0
    last: int = 0
    day_first: bool | None = None

    @property
    def assumes(self) -> bool:
        """Whether the year is nowhere to be seen."""
        return self.yearless and not self.near

    def read(self, text: bytes, full: int = 0) -> int:
        """The time that a text says, 0 when it is another kind; `full` is a time with a year that was found in it."""
        if self.yearless:
            begun = next(filter(None, (pattern.match(text) for pattern in _WITHOUT_YEAR)), None)
            if begun is not None:
                when = _nearest(begun, full) if full else 0
                if when and abs(when - full) < _DAY:  # it is the same, and says the zone
                    return full
                return _nearest(begun, self.near) if self.near else _last_before(begun, self.last)
        match = _NUMBERED.search(text[:_LONGEST_BEGINNING]) if self.day_first is not None and not full else None
        return _read_numbered(match, day_first=bool(self.day_first)) if match else 0


def calendar_of(lines: Iterable[bytes]) -> Calendar | None:
    """What the first lines of a log say; None when its dates need no more than themselves.

    A year is told by a line above all others, as glog's and Android's reports begin, and by one that says the same time
    once more in full.
    """
    yearless, near, orders = False, 0, set[bool]()
    for line in lines:
        begin = line[:_LONGEST_BEGINNING]
        begun = next(filter(None, (pattern.match(begin) for pattern in _WITHOUT_YEAR)), None)
        if not near and (begun is not None or not yearless):
            full = find_time(line[:_LONGEST_SEARCH])
            near = full if begun is None or abs(_nearest(begun, full) - full) < _DAY else 0
        yearless = yearless or begun is not None
        if (match := _NUMBERED.search(begin)) is not None:
            first, second = int(match["first"]), int(match["second"])
            if (first > _MOST_MONTHS) != (second > _MOST_MONTHS):
                orders.add(first > _MOST_MONTHS)
    order = orders.pop() if len(orders) == 1 else None
    return Calendar(yearless, near if yearless else 0, 0, order) if yearless or order is not None else None


def _nearest(match: re.Match[bytes], near: int) -> int:
    """The time of a match without year that is nearest to another one."""
    year = 1970 + int(near / (365.2425 * _DAY))
    times = [_in_year(match, one) for one in range(year - 1, year + 2)]
    return min(filter(None, times), key=lambda when: abs(when - near), default=0)


def _last_before(match: re.Match[bytes], last: int) -> int:
    """The last time of a match without year that is before another one; 0 when that is none."""
    if not last:
        return 0
    year = 1970 + int(last / (365.2425 * _DAY))
    return next((when for one in range(year + 1, year - 9, -1) if 0 < (when := _in_year(match, one)) < last), 0)


def _in_year(match: re.Match[bytes], year: int) -> int:
    said = match.groupdict()
    month = _MONTHS.get(said["month"]) or (int(said["month"]) if said["month"].isdigit() else 0)
    seconds = _seconds(year, month, int(said["day"]), _clock(said))
    return seconds * 1000 + _thousandths(said["fraction"]) if seconds else 0


def _read_numbered(match: re.Match[bytes], *, day_first: bool) -> int:
    said = match.groupdict()
    day, month = (said["first"], said["second"]) if day_first else (said["second"], said["first"])
    year = int(said["year"])
    seconds = _seconds(year + 2000 * (year < 100), int(month), int(day), _clock(said))
    return (seconds - _zone(said["zone"])) * 1000 + _thousandths(said["fraction"]) if seconds else 0
