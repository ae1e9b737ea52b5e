"""The page holds the report, only the report, and no more than a mail can carry."""

import base64
import hashlib
import io
import json
import re
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from jsonschema import Draft202012Validator
from samples import HOSTILE, MARK, SAMPLES, example, group, hostile, report, session

from upload_diag._resources import read_resource
from upload_diag.analysis.restore import restore
from upload_diag.report import html
from upload_diag.report.html import read_back
from upload_diag.report.html._markup import Markup, tag

EMPTY_ELEMENTS = {"meta", "input"}
# Everything that a page of ours is made of: an element or an attribute beyond this was smuggled in.
ELEMENTS = (
    "a b blockquote body button code dd desc details div dl dt figcaption figure footer g h1 h2 h3 head header html i "
    "input label li main meta ol output p path pre q rect script section span strong style summary svg symbol table "
    "tbody td th thead title tr ul use wbr"
)
ATTRIBUTES = (
    "aria-describedby aria-hidden aria-label aria-labelledby autocomplete charset class content d for height hidden "
    "href http-equiv id lang name overflow preserveaspectratio role scope tabindex type viewbox width x y"
)


class Outline(HTMLParser):
    """What a browser would see."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.attributes, self.links, self.ids, self.open, self.inside = set(), set(), [], [], [], {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in EMPTY_ELEMENTS:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY_ELEMENTS:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.inside.setdefault(self.open[-1] if self.open else "", []).append(data)


def page(sample):
    out = io.StringIO()
    html.write(sample, out)
    return out.getvalue()


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_page_is_made_of_our_elements_only_whatever_strangers_write(sample):
    outline = Outline(page(SAMPLES[sample]))
    assert outline.open == []
    assert outline.elements <= set(ELEMENTS.split())
    assert outline.attributes <= set(ATTRIBUTES.split())
    assert all(link.startswith("#") for link in outline.links)
    assert {link[1:] for link in outline.links} <= set(outline.ids)
    assert len(set(outline.ids)) == len(outline.ids)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_policy_of_a_page_allows_its_own_style_and_script_and_nothing_else(sample):
    text = page(SAMPLES[sample])
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    style, script = (
        f"sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}"
        for part in re.search(r"<style>(.*?)</style>.*<script>(.*?)</script>", text, re.DOTALL).groups()
    )
    assert policy.replace("&#x27;", "'") == (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"
    )
    assert " style=" not in text


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[1:30])
def test_a_page_shows_hostile_text_as_text(text):
    inside = Outline(page(hostile(text))).inside
    for element in ("pre", "figcaption", "code", "li", "p", "span"):
        assert any(MARK in data for data in inside.get(element, [])), element
    assert not any(MARK in data for element in ("script", "style") for data in inside[element])


@pytest.mark.parametrize(
    ("sample", "limit"),
    [("empty", 15_000), ("one group", 60_000), ("20 groups", 60_000), ("2,000 groups", 1_000_000)],
)
def test_a_page_keeps_to_its_budget(sample, limit):
    assert len(page(SAMPLES[sample]).encode()) <= limit


def test_a_page_keeps_to_its_budget_when_every_text_is_long_and_needs_escapes():
    nasty = replace(example(0, 0), text="<&" * 1000, path="<" * 3000)
    groups = tuple(group(index, examples=(nasty,) * 3, service_code="&" * 900) for index in range(2000))
    stories = tuple(session(index, key="<" * 1024, upload_ids=("&" * 900,) * 50) for index in range(300))
    assert len(page(report(2000, 0, groups=groups, sessions=stories)).encode()) <= 1_000_000


def test_a_page_says_what_it_leaves_out_and_counts_everything_in_its_totals():
    text = page(SAMPLES["2,000 groups"])
    assert "1,800 more kinds not shown" in text
    assert "of 2,000 kinds" in text
    body = read_back(text)
    whole = SAMPLES["2,000 groups"]
    assert len(body["groups"]) == 200
    assert body["leftOut"] == {"groups": 1800, "sessions": len(whole.sessions) - len(body["sessions"])}
    assert body["totals"] == json.loads(json.dumps(whole.totals()))


def test_a_small_report_is_shown_whole():
    sample = report(2, 3)
    text = page(sample)
    assert "not shown" not in text
    assert text.count('<figure class="example">') == 6
    assert text.count('class="lane"') == 3


def test_a_page_begins_with_the_verdict_and_what_to_tell_the_user():
    text = page(report(3, 3))
    order = ["<h1>", "NoSuchUpload", "Tell the user", 'id="when"', 'id="failures"', 'id="uploads"', 'id="inputs"']
    places = [text.index(part, text.index("<body>")) for part in order]
    assert places == sorted(places)


def test_captions_and_heads_of_tables_stand_as_html_wants_them():
    text = page(report(20, 3))
    captions = re.findall(r"(<figure[^>]*>)?<figcaption.*?</figcaption>(</figure>)?", text, re.DOTALL)
    assert len(captions) > 3
    assert all(first or last for first, last in captions)
    assert "<th>" not in text


def test_the_numbers_behind_the_chart_are_those_of_the_report():
    sample = report(20, 0)
    table = re.search(r"<tbody>(.*?)</tbody>", page(sample), re.DOTALL)[1]
    cells = sum(int(number.replace(",", "")) for number in re.findall(r"<td>([\d,]+)</td>", table))
    assert cells == sum(sum(bar.counts.values()) for bar in sample.timeline)


def test_times_that_are_none_leave_out_the_chart_and_order_the_lanes():
    story = session(0)
    story = replace(
        story, first=None, last=None, timeline=tuple(replace(one, first=None, last=None) for one in story.timeline)
    )
    text = page(report(1, 0, timeline=(), sessions=(story,)))
    assert 'id="when"' not in text
    assert [f'x="{percent:.3g}%"' in text for percent in (0, 100 / 6, 50, 100)] == [True] * 4


# read back


@pytest.mark.parametrize("sample", ["empty", "one group", "no sessions, no times"])
def test_a_page_is_read_back_as_the_report_that_it_was_made_of(sample):
    body = read_back(page(SAMPLES[sample]))
    assert body.pop("leftOut") == {}
    body |= {"bucketSeconds": SAMPLES[sample].bucket_seconds}
    wanted = json.loads(json.dumps(SAMPLES[sample].to_json()))
    for name in ("inputs", "timeline"):
        assert len(body.pop(name)) == len(wanted.pop(name))
    assert body == wanted


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[1:30])
def test_a_page_with_hostile_text_is_read_back(text):
    assert MARK in read_back(page(hostile(text)))["groups"][0]["examples"][0]["text"]


BEGIN = '<script type="application/json" id="report">'
BOMB = base64.b64encode(
    zlib.compress(b'{"schema": "upload-diag/report/1", "x": "' + b" " * 20_000_000 + b'"}')
).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        BEGIN,
        f"{BEGIN}{{}}</script>",
        f"{BEGIN}[]</script>",
        f"{BEGIN}{'[' * 100_000}</script>",
        f'{BEGIN}{{"packed": 1}}</script>',
        f'{BEGIN}{{"packed": "%%%"}}</script>',
        f'{BEGIN}{{"packed": "AAAA"}}</script>',
        f'{BEGIN}{{"packed": "{base64.b64encode(zlib.compress(b"[]")).decode()}"}}</script>',
        f'{BEGIN}{{"packed": "{BOMB}"}}</script>',
    ],
    ids=range(11),
)
def test_what_is_no_page_of_ours_is_read_back_as_none(text):
    assert read_back(text) is None


@pytest.mark.parametrize("path", ["part-{}.log", "a/" * 150 + "part-{}.log"], ids=["many inputs", "long names"])
def test_a_page_that_does_not_hold_its_inputs_whole_is_merged_all_the_same(path):
    made = report(60, 0)
    inputs = tuple(replace(made.inputs[0], path=path.format(number)) for number in range(60))
    groups = tuple(
        replace(one, examples=tuple(replace(example, path=each.path) for example in one.examples))
        for one, each in zip(made.groups, inputs, strict=True)
    )
    merged = restore(read_back(page(replace(made, inputs=inputs, groups=groups))))
    assert len(merged.groups) == 60


# markup


def test_a_tag_escapes_its_text_and_its_attributes():
    made = tag("p", "<b>", Markup("<i></i>"), None, 1234, title='"x\x1b[31m"', hidden=True, id=None)
    assert made == '<p title="&quot;x\ufffd&quot;" hidden>&lt;b&gt;<i></i>1,234</p>'


def test_a_step_never_points_to_a_group_that_is_not_in_the_page():
    (one,) = (step for step in session(0).timeline if step.event == "refresh")
    far, near = (replace(one, group=f"v1:{index:012x}") for index in (1999, 1))
    story = session(0, timeline=(far, near))
    (shown,) = read_back(page(report(2000, 0, sessions=(story,))))["sessions"]
    assert [step["group"] for step in shown["timeline"]] == [None, "v1:000000000001"]


@pytest.mark.parametrize("sample", ["empty", "one group", "20 groups", "2,000 groups"])
def test_what_is_read_back_keeps_the_schema_of_reports(sample):
    validator = Draft202012Validator(json.loads(read_resource("schemas", "report.schema.json")))
    assert [error.message for error in validator.iter_errors(read_back(page(SAMPLES[sample])))] == []
