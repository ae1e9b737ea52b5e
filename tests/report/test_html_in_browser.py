"""The page as people meet it: opened from disk, in light and dark, on a phone, with the keyboard, on paper."""

import io
import re

import pytest
from samples import HOSTILE, MARK, SAMPLES, hostile, report

from upload_diag.report import html

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser, tmp_path):
    """A function that opens a report's page: it gives the page, and whatever should not have happened on it."""
    contexts = []

    def open_(sample, anchor="", **options):
        out = io.StringIO()
        html.write(sample, out)
        file = tmp_path / "report.html"
        file.write_text(out.getvalue(), encoding="utf-8")
        contexts.append(browser.new_context(reduced_motion="reduce", **options))
        page = contexts[-1].new_page()
        page.requests, page.troubles = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("console", lambda message: page.troubles.append(message.text))
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.on("dialog", lambda dialog: page.troubles.append(dialog.message))
        page.goto(f"{file.as_uri()}{anchor}")
        return page

    yield open_
    for context in contexts:
        context.close()


def test_a_page_opens_from_disk_with_one_request_and_without_a_complaint(opened):
    page = opened(SAMPLES["20 groups"])
    assert len(page.requests) == 1
    assert page.troubles == []
    assert page.title() == "SESSION_EXPIRED (NoSuchUpload) - upload-diag report"


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[1:30])
def test_hostile_text_neither_runs_nor_loads_anything(opened, text):
    page = opened(hostile(text))
    page.get_by_role("button", name="Open all").click()
    assert MARK in page.locator("pre").first.inner_text()
    assert page.locator("img, iframe, object, embed, base, form, a:not([href^='#'])").count() == 0
    assert page.locator("script").count() == 2
    assert len(page.requests) == 1
    assert page.troubles == []


def test_the_policy_stops_a_script_that_got_in(opened):
    page = opened(report(1, 1))
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'document.title = 1'}))")
    assert page.title() != "1"
    assert "Content Security Policy" in page.troubles[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sample", ["empty", "20 groups"])
def test_axe_finds_no_violation(opened, scheme, sample):
    from axe_playwright_python.sync_playwright import Axe

    page = opened(SAMPLES[sample], color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found] == []


@pytest.mark.parametrize("width", [380, 768, 1280])
@pytest.mark.parametrize("sample", ["20 groups", "hostile 17"])
def test_a_page_never_scrolls_sideways(opened, width, sample):
    page = opened(SAMPLES[sample], viewport={"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_filter_is_reached_narrowed_and_cleared_by_keyboard(opened):
    page = opened(report(5, 5))
    page.keyboard.press("/")
    page.keyboard.type("clock_skew code3")
    assert page.locator(".item:visible").count() == 1
    assert page.locator("#matches").inner_text() == "1 of 10 match"
    page.keyboard.press("Escape")
    assert page.locator(".item:visible").count() == 10
    assert page.locator("#matches").inner_text() == ""


def test_the_filter_finds_what_is_folded_away(opened):
    page = opened(report(5, 5))
    page.get_by_role("searchbox").fill("upl.0003-1")
    assert page.locator(".item:visible .name").all_inner_texts() == ["CLOCK_SKEW (Code3)"]


def test_everything_opens_and_closes_at_once(opened):
    page = opened(report(3, 2))
    page.get_by_role("button", name="Open all").click()
    assert page.locator(".item[open]").count() == 5
    page.get_by_role("button", name="Close all").click()
    assert page.locator(".item[open]").count() == 0


def test_an_item_opens_by_keyboard(opened):
    page = opened(report(1, 0))
    page.locator(".item > summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("pre").first.is_visible()


def test_a_deep_link_opens_its_group_also_when_the_filter_hides_it(opened):
    page = opened(report(20, 0), "#g-v1-00000000000b")
    assert page.locator(".item[open]").count() == 1
    assert page.locator("#g-v1-00000000000b pre").first.is_visible()
    assert page.locator("#g-v1-00000000000b").bounding_box()["y"] < 400
    page.get_by_role("searchbox").fill("nothing like it")
    page.evaluate("location.hash = '#g-v1-000000000003'")
    page.locator("#g-v1-000000000003 pre").first.wait_for()


def test_the_answer_for_the_user_is_copied(opened):
    page = opened(report(1, 0), permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#tell").inner_text()


def test_paper_shows_what_is_folded_away(opened):
    page = opened(report(2, 2))
    assert not page.locator("pre").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator("pre").first.is_visible()
    assert not page.get_by_role("button", name="Copy").is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_the_numbers_behind_the_chart_fit_on_paper(opened):
    page = opened(SAMPLES["20 groups"], viewport={"width": 718, "height": 1000})  # A4 within Chromium's margins
    page.emulate_media(media="print")
    box, table = page.locator(".numbers").bounding_box(), page.locator(".numbers table").bounding_box()
    assert page.locator(".numbers thead th").count() == 8
    assert table["width"] <= box["width"]


def test_a_page_can_be_read_without_its_script(opened):
    page = opened(report(2, 2), java_script_enabled=False)
    assert page.locator(".tell").is_visible()
    assert not page.get_by_role("button", name=re.compile("Copy|all")).first.is_visible()
    page.locator(".item > summary").first.click()
    assert page.locator("pre").first.is_visible()


def test_two_thousand_groups_open_and_filter_without_a_complaint(opened):
    page = opened(SAMPLES["2,000 groups"])
    page.get_by_role("searchbox").fill("code199)")
    assert page.locator(".item:visible").count() == 1
    assert page.troubles == []
