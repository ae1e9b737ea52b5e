"""Exports of other makers: arrays of records, tables, wrapped values; each is read record by record."""

import base64
import gzip
import io
import json

import pytest

from upload_diag.analysis import analyze
from upload_diag.analysis.count import How, judge_for
from upload_diag.logs import table
from upload_diag.logs.layout import detect
from upload_diag.logs.skeleton import JsonLines

AT = "2026-11-22T10:00:0"
ROWS = [
    {"timestamp": f"{AT}1Z", "level": "info", "message": "multipart upload created", "uploadId": "AAAA1111aaaa"},
    {"timestamp": f"{AT}2Z", "level": "error", "message": "NoSuchUpload: gone", "uploadId": "AAAA1111aaaa"},
    {"timestamp": f"{AT}3Z", "level": "error", "message": 'SlowDown: "slow"\nat send', "uploadId": "BBBB2222bbbb"},
]
FOUND = {"SESSION_EXPIRED": 1, "THROTTLED": 1}


def table_of(rows, delimiter=","):
    names = list(rows[0])
    cells = [names, *([str(row[name]) for name in names] for row in rows)]
    quoted = [['"' + cell.replace('"', '""') + '"' if not cell.isalnum() else cell for cell in row] for row in cells]
    return "".join(delimiter.join(row) + "\r\n" for row in quoted)


def otlp(rows):
    records = [
        {
            "timeUnixNano": f"17953416{row['timestamp'][17:19]}000000000",
            "body": {"stringValue": row["message"]},
            "attributes": [{"key": "aws.s3.upload_id", "value": {"stringValue": row["uploadId"]}}],
        }
        for row in rows
    ]
    return {"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [{"scope": {}, "logRecords": records}]}]}


def text(row):
    return f"{row['message']} uploadId={row['uploadId']}"


def subscription(rows):
    """What CloudWatch Logs sends to whoever subscribes to a log."""
    events = [{"id": "1", "timestamp": row["timestamp"], "message": text(row)} for row in rows]
    return {
        "messageType": "DATA_MESSAGE",
        "owner": "1",
        "logGroup": "a",
        "subscriptionFilters": ["f"],
        "logEvents": events,
    }


def packed(value):
    return base64.b64encode(gzip.compress(json.dumps(value).encode(), mtime=0)).decode()


SECONDS = [1795341601.0, 1795341602.0, 1795341603.0]
PAIRS = [[f"{int(second)}000000000", text(row)] for second, row in zip(SECONDS, ROWS, strict=True)]
TEXTS = {
    "an array": (json.dumps(ROWS), "json-records"),
    "a pretty array": (json.dumps(ROWS, indent=2), "json-records"),
    "CloudWatch's events": (json.dumps({"events": ROWS, "searchedLogStreams": []}, indent=4), "json-records"),
    "a search engine's hits": (json.dumps([{"_index": "a", "_source": row} for row in ROWS]), "json-records"),
    "two arrays, joined": (json.dumps(ROWS[:2]) + "\n" + json.dumps(ROWS[2:], indent=1), "json-records"),
    "records after one another": ("".join(json.dumps(row | {"more": {"a": "}{"}}) for row in ROWS), "json-stream"),
    "the same with blanks between": (" ".join(json.dumps(row) for row in ROWS), "json-stream"),
    "records over lines": ("".join(json.dumps(row, indent=2) + "\n" for row in ROWS), "json-stream"),
    "records over lines with nothing between": ("".join(json.dumps(row, indent="\t") for row in ROWS), "json-stream"),
    "RFC 7464": ("".join("\x1e" + json.dumps(row) + "\n" for row in ROWS), "json-stream"),
    "RFC 7464 over lines": ("".join("\x1e" + json.dumps(row, indent=1) + "\n" for row in ROWS), "json-stream"),
    "GELF over TCP": ("".join(json.dumps(row) + "\0" for row in ROWS), "json-stream"),
    "Fluent Bit": (
        "".join(json.dumps([SECONDS[at], {"log": text(row)}]) + "\n" for at, row in enumerate(ROWS)),
        "json-stream",
    ),
    "Fluent Bit's messages": (
        json.dumps([[SECONDS[at], {"log": text(row)}] for at, row in enumerate(ROWS)]),
        "json-records",
    ),
    "a search engine's answer": (
        json.dumps(
            {
                "took": 5,
                "_shards": {"total": 1},
                "hits": {"total": {"value": 3}, "hits": [{"_source": row} for row in ROWS]},
            }
        ),
        "json-records",
    ),
    "Loki's streams": (
        json.dumps(
            {
                "status": "success",
                "data": {"resultType": "streams", "result": [{"stream": {"app": "a"}, "values": PAIRS}]},
            }
        ),
        "json-records",
    ),
    "what Loki is sent": (
        json.dumps({"streams": [{"stream": {}, "values": [pair]} for pair in PAIRS]}),
        "json-records",
    ),
    "Loki's lines": (
        "".join(json.dumps({"labels": {}, "line": text(row), "timestamp": row["timestamp"]}) + "\n" for row in ROWS),
        "ndjson",
    ),
    "pairs": (json.dumps(PAIRS, indent=1), "json-records"),
    "Datadog's answer": (
        json.dumps({"data": [{"id": "A", "type": "log", "attributes": row} for row in ROWS], "meta": {"elapsed": 132}}),
        "json-records",
    ),
    "CloudWatch Logs Insights": (
        json.dumps(
            {
                "results": [
                    [
                        {"field": f"@{name}", "value": text(row) if name == "message" else row[name]}
                        for name in ("timestamp", "message")
                    ]
                    for row in ROWS
                ]
            },
            indent=4,
        ),
        "json-records",
    ),
    "CloudWatch's events behind a token": (json.dumps({"nextForwardToken": "f/1", "events": ROWS}), "json-records"),
    "CloudWatch for a subscriber, a line a batch": (
        "".join(json.dumps(subscription([row])) + "\n" for row in ROWS),
        "json-records",
    ),
    "CloudWatch for a function": (json.dumps({"awslogs": {"data": packed(subscription(ROWS))}}), "json-stream"),
    "CloudWatch by Kinesis": (
        json.dumps({"Records": [{"kinesis": {"data": packed(subscription(ROWS))}}]}),
        "json-records",
    ),
    "CloudWatch by Firehose": (
        json.dumps({"invocationId": "a", "records": [{"recordId": "1", "data": packed(subscription(ROWS))}]}),
        "json-records",
    ),
    "Splunk's results": (
        json.dumps({"preview": False, "messages": [], "fields": [{"name": "_time"}], "results": ROWS}),
        "json-records",
    ),
    "Splunk's rows": (
        json.dumps(
            {"preview": False, "fields": ["_time", "_raw"], "rows": [[row["timestamp"], text(row)] for row in ROWS]}
        ),
        "json-records",
    ),
    "Azure's tables": (
        json.dumps(
            {
                "tables": [
                    {
                        "name": "PrimaryResult",
                        "columns": [{"name": "TimeGenerated", "type": "datetime"}, {"name": "Message"}],
                        "rows": [[row["timestamp"], text(row)] for row in ROWS],
                    }
                ]
            }
        ),
        "json-records",
    ),
    "Azure's table": (
        table_of([{"TimeGenerated [UTC]": row["timestamp"], "ResultDescription": text(row)} for row in ROWS]),
        "csv",
    ),
    "New Relic": (json.dumps([{"common": {}, "logs": ROWS}]), "json-records"),
    "a list of Kubernetes": (json.dumps({"apiVersion": "v1", "items": ROWS, "kind": "List"}, indent=4), "json-records"),
    "OpenTelemetry": (json.dumps(otlp(ROWS)), "otlp"),
    "OpenTelemetry, a line a batch": ("".join(json.dumps(otlp([row])) + "\n" for row in ROWS), "otlp"),
    "a table": (table_of(ROWS), "csv"),
    "a table with semicolons": (table_of(ROWS, ";"), "csv"),
    "a table with tabs": (table_of(ROWS, "\t"), "csv"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_record_of_an_export_is_read(name, tmp_path):
    text, form = TEXTS[name]
    log = tmp_path / "export.dat"
    log.write_bytes(text.encode())
    report = analyze([str(log)])
    assert report.inputs[0].format == form
    assert {str(code): count for code, count in report.by_code.items()} == FOUND
    assert {session.upload_ids for session in report.sessions} == {("AAAA1111aaaa",), ("BBBB2222bbbb",)}
    assert report.inputs[0].bytes == log.stat().st_size
    assert not report.inputs[0].unreadable
    assert report.first.endswith(":01Z")
    assert report.last.endswith(":03Z")


@pytest.mark.parametrize(
    "text",
    [
        "part 3 failed, giving up\nlast, words\n",
        "[\n  {\n    videoId: 'x',\n  }\n]\n",
        "time,level\n1,2\n",
        '{"a":[{"b":1}]}\n{"a":[{"b":1}]}\n',
        "[" * 1000 + "]" * 1000 + "\n",
        "Error, message: x\n",
    ],
)
def test_other_texts_are_no_exports(text):
    assert detect(text.encode()).format in ("text", "ndjson")


def test_a_table_whose_quote_is_never_closed_is_read_to_its_end(tmp_path):
    log = tmp_path / "export.csv"
    log.write_text(
        "time,message\n" + '2026-11-22T10:00:00Z,"part 3 failed\n' * 2000 + "2026-11-22T10:00:01Z,SlowDown: x\n"
    )
    report = analyze([str(log)])
    assert (report.inputs[0].lines, report.inputs[0].bytes) == (2002, log.stat().st_size)


class Counting(io.RawIOBase):
    """A raw stream that counts how often it is asked."""

    def __init__(self, data):
        self.data = io.BytesIO(data)
        self.asked = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        self.asked += 1
        return self.data.readinto(buffer)


def test_a_table_is_not_read_byte_by_byte():
    stream = Counting(table_of(ROWS * 1000).encode())
    reader = table.TableReader(stream, judge_for(How()).scanner, JsonLines({}))
    assert len(list(reader.records())) == 3000
    assert stream.asked < 100


def test_an_array_that_is_cut_short_is_read_as_far_as_it_goes(tmp_path):
    log = tmp_path / "export.json"
    log.write_text(json.dumps(ROWS, indent=2)[:-60])
    (one,) = (report := analyze([str(log)])).inputs
    assert dict(report.by_code) == {"SESSION_EXPIRED": 1}
    assert one.unreadable == {"the document is cut short or broken": 1}


def test_the_samples_of_tables_are_tables_and_nothing_else():
    for sample in table.SAMPLES:
        assert detect(sample).format == table.NAME


def test_what_a_page_did_before_a_sentry_event_is_not_its_failure(tmp_path):
    log = tmp_path / "event.json"
    value = {"type": "NoSuchUpload", "value": "The specified upload does not exist."}
    crumbs = [{"category": "fetch", "data": {"status_code": 503, "message": "SlowDown"}}]
    log.write_text(
        json.dumps({"event_id": "e1", "breadcrumbs": {"values": crumbs}, "exception": {"values": [value]}}, indent=1)
    )
    assert dict(analyze([str(log)]).by_code) == {"SESSION_EXPIRED": 1}


def test_the_spelled_times_of_a_web_servers_error_log_are_read(tmp_path):
    log = tmp_path / "error.log"
    log.write_text(
        "[Sun Nov 22 10:00:00.123456 2026] [proxy:error] [pid 1:tid 2] (111)Connection refused: AH00957: HTTP: "
        "attempt to connect to 10.0.0.1:9000 (s3) failed\n"
    )
    report = analyze([str(log)])
    assert dict(report.by_code) == {"NETWORK": 1}
    assert report.first == "2026-11-22T10:00:00.123Z"


@pytest.mark.parametrize(
    "odd",
    [r'"half a pair \ud800"', "18446744073709551616", "-9223372036854775809", "1e999", "[" * 400 + "]" * 400],
    ids=["half a surrogate pair", "more than 64 bits", "less than 64 bits", "more than a float", "400 levels"],
)
def test_a_record_of_an_array_is_read_whatever_stands_beside_the_error(odd, tmp_path):
    log = tmp_path / "export.json"
    log.write_text(f'[{{"message": "NoSuchUpload", "uploadId": "AAAA1111aaaa", "odd": {odd}}}]')
    assert analyze([str(log)]).by_code == {"SESSION_EXPIRED": 1}


def test_a_table_with_two_columns_of_one_name_is_read_in_both(tmp_path):
    log = tmp_path / "export.csv"
    log.write_text(f"time,message,message\n{AT}0Z,NoSuchUpload,part 3\n{AT}1Z,part 4,SlowDown\n")
    assert analyze([str(log)]).by_code == FOUND


@pytest.mark.parametrize("deep", ["[" * 5000 + "]" * 5000, '{"a\\"}":' * 5000 + '"]"' + "}" * 5000])
@pytest.mark.parametrize("format_", ["har", "json-records"])
def test_an_element_that_goes_too_deep_is_lost_alone(format_, deep, tmp_path):
    failed = {
        "startedDateTime": f"{AT}1Z",
        "request": {"method": "PUT", "url": "https://films.s3.test/a?partNumber=1&uploadId=AAAA1111aaaa"},
        "response": {"status": 404, "content": {"text": "<Error><Code>NoSuchUpload</Code></Error>"}},
    }
    one = json.dumps(failed if format_ == "har" else ROWS[1])
    elements = f'[{one},\n{one[:-1]}, "more": {deep}}},\n{one}]'
    log = tmp_path / "log"
    log.write_text(f'{{"log": {{"entries": {elements}}}}}' if format_ == "har" else elements)
    report = analyze([str(log)])
    (read,) = report.inputs
    assert (read.format, report.by_code) == (format_, {"SESSION_EXPIRED": 2})
    assert read.unreadable == {"an entry that cannot be read": 1}
