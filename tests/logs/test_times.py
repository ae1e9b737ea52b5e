"""When a line was written, however programs say it; what is not said is told by the log, or assumed openly."""

import gzip
import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from upload_diag.analysis import analyze
from upload_diag.analysis.build import build
from upload_diag.analysis.count import How, count_piece, judge_for
from upload_diag.analysis.pieces import Piece
from upload_diag.analysis.restore import restore
from upload_diag.analysis.tally import Tally
from upload_diag.cli.analyze import command
from upload_diag.logs.layout import detect
from upload_diag.logs.times import Calendar, calendar_of, find_time, read_time


def milliseconds(said):
    return int(datetime.fromisoformat(said).timestamp() * 1000)


NOON = milliseconds("2026-11-22T13:05:09Z")
# The same time; the text behind it is no part of it.
WAYS = [
    "2026-11-22T13:05:09Z ERROR x",
    "2026-11-22 13:05:09 UTC [7] ERROR: x",
    "2026-11-22 05:05:09.000 PST [7] ERROR: x",
    "2026-11-22 14:05:09 CET x",
    "2026-11-22 21:05:09 UTC+8 x",
    "2026-11-22 13:05:09 GMT+00:00 x",
    "2026-11-22 13:05:09 (UTC) x",
    "26/11/22 13:05:09 ERROR Executor: x",
    "[2026-11-22][13:05:09][up][ERROR] x",
    "2026-11-22 | 13:05:09 | ERROR | x",
    "2026-11-22,13:05:09,ERROR,x",
    "2026-11-22 T 13:05:09 x",
    "2026-11-22-13:05:09 x",
    "2026-11-22_13-05-09 x",
    "2026-11-22T13-05-09 x",
    "2026-11-22-13.05.09.000000+000 I123",
    "2026-11-22 13:05:09 x",
    "2026:11:22 13:05:09 x",
    "2026.11.22 13:05:09.000 x",
    "[2026.11.22-13.05.09:000][12]Log: x",
    "20261122T130509Z x",
    "20261122T130509.000Z x",
    "20261122 13:05:09.000 x",
    "20261122-13:05:09.000 x",
    "20261122130509 x",
    "E20261122 13:05:09.000000 12345 up.cc:77] x",
    "261122 13:05:09 [ERROR] x",
    "[E 261122 13:05:09 web:1670] x",
    "date=2026-11-22 time=13:05:09 level=error",
    "Sun Nov 22 13:05:09 2026 x",
    "Sun Nov 22 13:05:09 UTC 2026: x",
    "Sun Nov 22 14:05:09 CET 2026 x",
    "[Sun Nov 22 13:05:09.000000 2026] [proxy:error] x",
    "Sun Nov 22 13:05:09:000 2026",
    "Sun Nov 22 2026 18:35:09 GMT+0530 (India Standard Time) x",
    "Sunday, 22-Nov-26 13:05:09 GMT x",
    "Sun, 22 Nov 2026 05:05:09 -0800 x",
    "=ERROR REPORT==== 22-Nov-2026::13:05:09.000000 ===",
    "[22Nov2026 13:05:09.000] [main/ERROR] x",
    "<189>Nov 22 2026 13:05:09 host : x",
    "November 22, 2026 13:05:09 x",
    "November 22, 2026 at 1:05:09 PM x",
    "11/22/2026, 1:05:09 PM x",
    "Time: 13:05:09 UTC 11/22/2026",
    "22.11.2026 13:05:09 x",
    "2026年11月22日 13:05:09 x",
    "2026年11月22日 13时05分09秒 x",
    "2026年11月22日 13時05分09秒 x",
    "2026年11月22日 下午1:05:09 x",
    "2026/11/22 下午1:05:09 x",
    "2026. 11. 22. 오후 1:05:09 x",
    "2026년 11월 22일 13:05:09 x",
    "[1795352709] SERVICE ALERT: x",
    "[ERROR] [1795352709.000000000]: x",
    "type=X msg=audit(1795352709.000:123): x",
    "ts=1795352709.000 level=error",
    "timestamp=1795352709000 level=error",
    "192.0.2.7 1795352709.000 PUT",
]


@pytest.mark.parametrize("line", WAYS)
def test_a_time_is_found_however_it_is_written(line):
    assert find_time(line.encode()) == NOON


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2026-11-22 13:05", "2026-11-22T13:05:00Z"),
        ("2026-11-22T13:05Z x", "2026-11-22T13:05:00Z"),
        ("2026/1/2 上午12:05:09 x", "2026-01-02T00:05:09Z"),
        ("1/2/2026, 12:05:09 AM x", "2026-01-02T00:05:09Z"),
        ("Jan  2 03:04:05 2026 x", "2026-01-02T03:04:05Z"),
    ],
)
def test_what_is_left_out_of_a_time_is_nothing(line, said):
    assert find_time(line.encode()) == milliseconds(said)


NO_TIMES = [
    "11/12/2026 10:00:00 ERROR x",  # of November or of December
    "12-11-2026 10:00:00 ERROR x",
    "26/11/22 10:00:00 x",
    "Nov 22 10:00:00 host up[1]: x",
    "E1122 10:00:00.000000 1 up.go:7] x",
    "10:00:00 ERROR x",
    "3 Nov 22 10:00:00 x",
    "1795352709 ERROR x",
    "2026-13-22 10:00 x",
    "20269922T100000Z x",
    "part 20261122130509123 went up",
    "00:1a:2b:10:20:30 x",
]


@pytest.mark.parametrize("line", NO_TIMES)
def test_what_could_be_two_times_or_none_is_none(line):
    assert find_time(line.encode()) == 0


@pytest.mark.parametrize(
    "value",
    [
        "1795352709",
        "1795352709000",
        "1795352709000000",
        "1795352709000000000",
        "/Date(1795352709000)/",
        r"\/Date(1795352709000+0000)\/",
        "20261122T130509Z",
        "Sun Nov 22 2026 13:05:09 GMT+0000 (Coordinated Universal Time)",
        "Sun, 22 Nov 2026 13:05:09 GMT",
        "2026-11-22 13:05:09 UTC",
    ],
)
def test_a_value_that_is_a_time_is_read(value):
    assert read_time(value.encode()) == NOON


@pytest.mark.parametrize(
    "fields",
    [
        {"start_time": "2026-11-22T13:05:09Z"},
        {"started_at": 1795352709000},
        {"receiveTimestamp": "2026-11-22T13:05:09Z"},
        {"timeMillis": 1795352709000},
        {"instant": {"epochSecond": 1795352709, "nanoOfSecond": 5000}},
        {"timestamp": {"seconds": 1795352709, "nanos": 5000}},
        {"ts": {"$date": {"$numberLong": "1795352709000"}}},
        {"hrTime": [1795352709, 5000]},
        {"date": "2026-11-22", "time": "13:05:09"},
        {"created": 1795352709.0},
        {"时间": "2026-11-22T13:05:09Z"},
        {"@t": "2026-11-22T13:05:09Z"},
        {"duration": 1795352709, "start_time": "2026-11-21T10:00:00Z", "timestamp": "2026-11-22T13:05:09Z"},
    ],
    ids=str,
)
def test_a_field_that_says_when_is_known_by_its_name(fields, tmp_path):
    log = tmp_path / "app.ndjson"
    log.write_text(json.dumps({**fields, "message": "NoSuchUpload: gone"}, ensure_ascii=False) + "\n")
    assert analyze([str(log)]).first == "2026-11-22T13:05:09Z"


def test_lines_of_json_with_an_object_named_log_are_no_har(tmp_path):
    log = tmp_path / "app.ndjson"
    log.write_text('{"log": {"time": "2026-11-22T13:05:09Z", "message": "NoSuchUpload: gone"}}\n')
    assert analyze([str(log)]).by_code == {"SESSION_EXPIRED": 1}


AS_OF = milliseconds("2027-01-10T00:00:00Z")
YEARLESS = {
    "syslog": ("Dec 31 23:59:58 host up[7]: {}", "Jan  1 00:00:03 host up[7]: {}"),
    "klog": ("E1231 23:59:58.000000    1 up.go:77] {}", "E0101 00:00:03.000000    1 up.go:77] {}"),
    "logcat": ("12-31 23:59:58.000  1234  1240 E Up: {}", "01-01 00:00:03.000  1234  1240 E Up: {}"),
    "redis": ("1:M 31 Dec 23:59:58.000 # {}", "1:M 01 Jan 00:00:03.000 # {}"),
    "chromium": ("[12:34:1231/235958.000:ERROR:up.cc(7)] {}", "[12:34:0101/000003.000:ERROR:up.cc(7)] {}"),
}
FAILURE = "NoSuchUpload: The specified upload does not exist. uploadId=AAAA1111aaaa"


def text_of(name):
    return "".join(line.format(FAILURE) + "\n" for line in YEARLESS[name])


@pytest.mark.parametrize("name", YEARLESS)
def test_a_time_without_a_year_is_the_last_before_the_log_was_taken_and_the_report_says_so(name, tmp_path):
    log = tmp_path / f"{name}.log"
    log.write_text(text_of(name))
    report = analyze([str(log)], as_of=AS_OF)
    assert (report.first, report.last) == ("2026-12-31T23:59:58Z", "2027-01-01T00:00:03Z")
    assert report.notes == (
        (
            f"{log} does not say of which year its times are; the last such days were assumed. "
            "--as-of says when the log was taken."
        ),
    )
    assert restore(report.to_json()).to_json() == report.to_json()


@pytest.mark.parametrize("above", ["Log file created at: 2024/12/31 23:00:00", "== dumpstate: 2025-01-01 00:10:00"])
def test_a_line_above_all_others_tells_the_year(above, tmp_path):
    log = tmp_path / "up.log"
    log.write_text(f"{above}\n{text_of('klog')}")
    report = analyze([str(log)], as_of=AS_OF)
    assert (report.first, report.last, report.notes) == ("2024-12-31T23:59:58Z", "2025-01-01T00:00:03Z", ())


def test_a_line_that_says_its_time_once_more_in_full_tells_the_year_and_no_other_time_does(tmp_path):
    log = tmp_path / "up.log"
    log.write_text(
        "Nov 22 10:00:00 host kernel: Linux version 6.1 built 2023-05-03 10:00:00\n"
        f"Nov 22 10:00:01 host up[7]: {FAILURE} expires 2031-01-01T00:00:00Z\n"
        "Nov 22 10:00:02 host up[7]: 2025-11-22T09:00:02Z part 1 went up\n"
        f"Nov 22 10:00:03 host up[7]: 2025-11-22T09:00:03Z {FAILURE}\n"
    )
    report = analyze([str(log)], as_of=AS_OF, input_format="text")
    assert (report.first, report.last) == ("2025-11-22T09:00:03Z", "2025-11-22T10:00:01Z")


def test_the_29th_of_february_is_of_a_year_that_has_one():
    calendar = Calendar(yearless=True, last=AS_OF)
    assert find_time(b"Feb 29 10:00:00 host up[1]: x", calendar) == milliseconds("2024-02-29T10:00:00Z")


@pytest.mark.parametrize("name", YEARLESS)
def test_records_without_a_year_can_be_left_out_by_time(name, tmp_path):
    (tmp_path / "up.log").write_text(text_of(name))
    options = ["--as-of", "2027-01-10", "-f", "json", str(tmp_path)]
    shown = CliRunner().invoke(command, ["--since", "2027-01-01", *options]).stdout
    assert json.loads(shown)["totals"]["findings"] == 1


@pytest.mark.parametrize("name", YEARLESS)
def test_a_log_without_years_gives_the_same_report_however_it_is_packed_or_added(name, tmp_path):
    plain, packed = tmp_path / "a.log", tmp_path / "b.log.gz"
    plain.write_text(text_of(name))
    packed.write_bytes(gzip.compress(text_of(name).encode()))
    one, other = (analyze([str(path)], as_of=AS_OF) for path in (plain, packed))
    assert (one.first, one.last, one.timeline) == (other.first, other.last, other.timeline)
    assert one.merge(other).to_json() == analyze([str(plain), str(packed)], as_of=AS_OF).to_json()


@given(st.lists(st.integers(1, 20 * len(text_of("klog")) - 1), max_size=9, unique=True))
def test_a_log_without_years_gives_the_same_report_wherever_it_is_cut(tmp_path_factory, cuts):
    text = 20 * text_of("klog")
    path = tmp_path_factory.mktemp("cut") / "up.log"
    path.write_text(text)
    how, layout, tally = How(as_of=AS_OF), detect(text.encode()), Tally()
    for lo, hi in pairwise([0, *sorted(cuts), len(text)]):
        tally.merge(count_piece(Piece(str(path), hi - lo, lo, hi, layout), how))
    assert build(tally, judge_for(how).ruleset.version).to_json() == analyze([str(path)], as_of=AS_OF).to_json()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("22/11/2026 10:00:00 x", "03/12/2026 10:00:00 x"), "2026-12-03T10:00:00Z"),
        (("11/22/2026 10:00:00 x", "12/03/2026 10:00:00 x"), "2026-12-03T10:00:00Z"),
        (("22-11-2026 10:00:00 x", "03-12-2026 10:00:00 x"), "2026-12-03T10:00:00Z"),
        (("[11/22/26 10:00:00:000 UTC] x", "[12/3/26 10:00:00:000 UTC] x"), "2026-12-03T10:00:00Z"),
    ],
)
def test_whether_the_day_or_the_month_stands_first_is_told_by_a_day_that_is_no_month(lines, said):
    calendar = calendar_of([line.encode() for line in lines])
    assert find_time(lines[-1].encode(), calendar) == milliseconds(said)


def test_lines_that_disagree_on_what_stands_first_tell_nothing():
    assert calendar_of([b"22/11/2026 10:00:00 x", b"11/22/2026 10:00:00 x"]) is None


def test_a_time_of_today_without_a_year_is_of_this_year_in_any_zone():
    now = datetime(2026, 11, 22, 20, tzinfo=UTC)
    layout = detect(b"Nov 23 09:00:00 host up[1]: x\n").taken(int(now.timestamp() * 1000))  # in Sydney
    assert find_time(b"Nov 23 09:00:00 host up[1]: x", layout.calendar) == milliseconds("2026-11-23T09:00:00Z")


def test_an_entry_of_minio_says_when_in_its_second_line(tmp_path):
    (tmp_path / "minio.log").write_text(
        "API: PutObjectPart(bucket=b, object=k)\nTime: 13:05:09 UTC 11/22/2026\nDeploymentID: x\n"
        "Error: NoSuchUpload: The specified multipart upload does not exist.\n"
    )
    assert analyze([str(tmp_path)]).first == "2026-11-22T13:05:09Z"
