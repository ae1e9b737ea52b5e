"""The dashboard in a real browser, against live uploads: what it shows, and what each of its controls does."""

import json
import re

import pytest
from botocore.exceptions import ClientError

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = api.expect


def row(page, upload_id):
    return page.locator(f'tr[data-id="{upload_id}"]')


def press(locator, how):
    if how == "mouse":
        locator.click()
    else:
        locator.focus()
        locator.press("Enter")


BOTH = pytest.mark.parametrize("how", ["mouse", "keyboard"])


def test_an_empty_server_says_what_to_do_next(page, server):
    expect(page.locator("#status")).to_have_text(re.compile("^live"))
    expect(page.get_by_role("heading", name=re.compile("No upload yet"))).to_be_visible()
    expect(page.locator("#snippet")).to_contain_text(server.url)
    for link in page.get_by_role("link", name=re.compile("sample upload page", re.IGNORECASE)).all():
        expect(link).to_have_attribute("href", f"{server.url}/_gateway/app/")


def test_sessions_appear_with_their_parts_as_these_arrive(page, server, begin):
    expect(page.locator("#status")).to_have_text(re.compile("^live"))
    upload_id = begin("videos/a.mp4", parts=2)
    expect(row(page, upload_id)).to_contain_text("bkt/videos/a.mp4")
    expect(row(page, upload_id)).to_contain_text("2 parts: 1–2")
    expect(row(page, upload_id)).to_contain_text("10 B")
    server.client().upload_part(Bucket="bkt", Key="videos/a.mp4", UploadId=upload_id, PartNumber=5, Body=b"x")
    expect(row(page, upload_id)).to_contain_text("3 parts: 1–2, 5")
    assert [part.number for part in server.app.upload(upload_id).parts.values()] == [1, 2, 5]


@BOTH
def test_expire_now_kills_the_session_under_the_client(page, server, begin, how):
    upload_id = begin(parts=1)
    press(row(page, upload_id).get_by_role("button", name="Expire now"), how)
    expect(row(page, upload_id).locator(".state")).to_have_text("expired")
    expect(row(page, upload_id).locator(".why").first).to_have_text("expired on demand")
    expect(row(page, upload_id).get_by_role("button", name="Details")).to_be_focused()
    assert server.app.upload(upload_id).state == "expired"
    with pytest.raises(ClientError, match="NoSuchUpload"):
        server.client().upload_part(Bucket="bkt", Key="in/k", UploadId=upload_id, PartNumber=2, Body=b"x")
    expect(page.locator("#entries li").first).to_contain_text("404 NoSuchUpload")


@BOTH
def test_a_selection_is_expired_and_the_rest_lives_on(page, server, begin, how):
    ids = [begin(f"k{number}") for number in range(3)]
    for upload_id in ids[:2]:
        box = row(page, upload_id).get_by_role("checkbox")
        box.check() if how == "mouse" else box.press("Space")
    press(page.get_by_role("button", name="Expire selected (2)"), how)
    for upload_id in ids[:2]:
        expect(row(page, upload_id).locator(".state")).to_have_text("expired")
    expect(row(page, ids[2]).locator(".state")).to_have_text("live")
    assert [server.app.upload(each).state for each in ids] == ["expired", "expired", "live"]


def test_select_all_takes_the_live_ones(page, begin, server):
    ids = [begin(f"k{number}") for number in range(3)]
    server.expire(ids[0])
    expect(row(page, ids[0]).locator(".state")).to_have_text("expired")
    page.get_by_role("checkbox", name="Select all live sessions shown").check()
    expect(page.get_by_role("button", name="Expire selected (2)")).to_be_enabled()


@BOTH
def test_expire_all(page, server, begin, how):
    ids = [begin(f"k{number}") for number in range(3)]
    expect(row(page, ids[2])).to_be_visible()
    press(page.get_by_role("button", name="Expire all"), how)
    expect(page.locator("#message")).to_have_text("Expired 3 sessions.")
    expect(page.locator("#counts .live b")).to_have_text("0")
    assert {server.app.upload(each).state for each in ids} == {"expired"}


@BOTH
def test_a_session_dies_at_the_part_that_was_chosen(page, server, begin, how):
    upload_id = begin(parts=1)
    press(row(page, upload_id).get_by_role("button", name="Details"), how)
    part = page.get_by_label("Expire when part")
    expect(part).to_be_visible()
    part.fill("3")
    press(page.get_by_role("button", name="Arm", exact=True), how)
    expect(page.locator("#faults")).to_contain_text("part number 3")
    s3 = server.client()
    s3.upload_part(Bucket="bkt", Key="in/k", UploadId=upload_id, PartNumber=2, Body=b"x")
    with pytest.raises(ClientError, match="NoSuchUpload"):
        s3.upload_part(Bucket="bkt", Key="in/k", UploadId=upload_id, PartNumber=3, Body=b"x")
    expect(row(page, upload_id).locator(".why").first).to_have_text("expired at part 3")


@BOTH
def test_the_clock_says_whom_it_will_kill_and_kills_them(page, server, begin, how):
    server.app.lifetimes.ttl = 2 * 86400
    upload_id = begin()
    expect(row(page, upload_id)).to_contain_text("dies in 1 d 23 h")
    expect(page.get_by_role("button", name="+1 hour kills none")).to_be_visible()
    press(page.get_by_role("button", name="+7 days kills 1 session"), how)
    expect(page.locator("#message")).to_have_text("The clock moved. 1 session died of it.")
    expect(page.locator("#advanced")).to_have_text("7 d ahead of real time")
    expect(row(page, upload_id).locator(".state")).to_have_text("expired")
    assert server.app.clock.advanced == pytest.approx(7 * 86400)


@BOTH
def test_the_clock_goes_as_far_as_wanted(page, server, how):
    page.get_by_label("Advance by").fill("90")
    press(page.get_by_role("button", name="Advance", exact=True), how)
    expect(page.locator("#advanced")).to_have_text("1 h 30 min ahead of real time")
    assert server.app.clock.advanced == pytest.approx(5400)


@BOTH
def test_a_fault_is_armed_by_the_form_strikes_and_is_removed(page, server, begin, how):
    upload_id = begin()
    press(page.get_by_text("Add a fault"), how)
    page.get_by_label("Fault", exact=True).select_option("respond")
    page.locator("#fault-code").fill("AccessDenied")
    page.locator("#when-partNumber").fill("1")
    page.locator("#when-times").fill("1")
    press(page.get_by_role("button", name="Arm fault"), how)
    armed = page.locator("#faults li")
    expect(armed).to_contain_text("code AccessDenied")
    [fault] = server.app.plan.all()
    assert (fault.fault.code, fault.when.part_number, fault.when.times) == ("AccessDenied", 1, 1)
    with pytest.raises(ClientError, match="AccessDenied"):
        server.client().upload_part(Bucket="bkt", Key="in/k", UploadId=upload_id, PartNumber=1, Body=b"x")
    expect(armed).to_contain_text("struck 1 of 1 request")
    expect(page.locator("#entries li.injected").first).to_contain_text("injected f1")
    press(page.get_by_role("button", name="Remove f1"), how)
    expect(armed).to_have_count(0)
    assert server.app.plan.all() == []


def test_the_form_has_every_kind_of_fault_and_every_field(page):
    from upload_diag.faults.forms import fault_schema
    from upload_diag.faults.kinds import KINDS

    page.get_by_text("Add a fault").click()
    for kind in KINDS:
        page.get_by_label("Fault", exact=True).select_option(kind)
        wanted = set(fault_schema(kind)["properties"]) - {"kind", "when"}
        names = page.locator("#fault-fields").locator("input, select").evaluate_all("all => all.map(each => each.name)")
        assert set(names) == wanted


def test_a_fault_that_does_not_fit_is_told_in_a_sentence(page):
    page.get_by_text("Add a fault").click()
    page.get_by_label("Fault", exact=True).select_option("respond")
    page.locator("#fault-code").fill("Nope")
    page.get_by_role("button", name="Arm fault").click()
    expect(page.locator("#message")).to_contain_text("there is no service code 'Nope'")


def test_all_faults_are_removed_at_once(page, server):
    from upload_diag.faults.kinds import Reset, Respond

    server.inject(Respond("SlowDown"))
    server.inject(Reset())
    expect(page.locator("#faults li")).to_have_count(2)
    page.get_by_role("button", name="Remove all").click()
    expect(page.locator("#no-faults")).to_be_visible()
    assert server.app.plan.all() == []


@BOTH
def test_a_scenario_is_started(page, server, how):
    page.get_by_label("Scenario", exact=True).select_option("expire-mid-upload")
    expect(page.locator("#scenario-text")).to_contain_text("three parts")
    press(page.get_by_role("button", name="Start scenario"), how)
    expect(page.locator("#faults li")).to_contain_text("expire-session")
    assert [each.fault.kind for each in server.app.plan.all()] == ["expire-session"]


def test_the_journal_is_filtered_and_shows_a_request_in_full(page, server, begin):
    upload_id = begin("in/one", parts=1)
    begin("in/two", parts=1)
    expect(page.locator("#entries li")).to_have_count(5)
    page.get_by_label("Filter the journal").fill("uploadpart in/one")
    entry = page.locator("#entries li")
    expect(entry).to_have_count(1)
    entry.locator("summary").press("Enter")
    expect(entry.locator("dl")).to_contain_text(upload_id)
    server.expire(upload_id)
    page.get_by_label("Filter the journal").fill("")
    page.get_by_label("Injected only").check()
    expect(page.locator("#entries li")).to_have_count(1)
    expect(page.locator("#entries li")).to_contain_text("Session expired")


def test_a_paused_journal_stands_still_and_loses_nothing(page, begin):
    begin("k1")
    expect(page.locator("#entries li")).to_have_count(2)
    page.get_by_role("button", name="Pause").click()
    begin("k2")
    expect(page.locator("#pause")).to_have_text("Paused, 1 new")
    expect(page.locator("#entries li")).to_have_count(2)
    page.locator("#pause").click()
    expect(page.locator("#entries li")).to_have_count(3)


def test_the_journal_is_exported(page, server, begin, tmp_path):
    begin(parts=2)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export NDJSON").click()
    download.value.save_as(tmp_path / "journal.ndjson")
    lines = (tmp_path / "journal.ndjson").read_text().splitlines()
    assert [json.loads(line)["operation"] for line in lines] == [each.operation for each in server.journal]


def test_the_exported_har_is_diagnosed_by_analyze(page, server, begin, tmp_path):
    from upload_diag.analysis import analyze

    upload_id = begin(parts=1)
    server.expire(upload_id)
    with pytest.raises(ClientError, match="NoSuchUpload"):
        server.client().upload_part(Bucket="bkt", Key="in/k", UploadId=upload_id, PartNumber=2, Body=b"x")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export HAR").click()
    download.value.save_as(tmp_path / "journal.har")
    assert set(analyze([str(tmp_path / "journal.har")]).by_code) == {"SESSION_EXPIRED"}


def test_the_snippet_of_each_client_is_copied(open_page, server):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    for client in ("boto3", "aws-cli", "JS", "rclone"):
        page.get_by_text(client, exact=True).click()
        page.get_by_role("button", name="Copy snippet").click()
        expect(page.locator("#message")).to_have_text("Copied the snippet.")
        copied = page.evaluate("() => navigator.clipboard.readText()")
        assert copied == page.locator("#snippet").text_content()
        assert server.url in copied


def test_sessions_are_found_by_name_and_state(page, server, begin):
    live, dead = begin("in/live"), begin("in/dead")
    server.expire(dead)
    page.get_by_label("Find sessions").fill("LIVE")
    expect(row(page, dead)).to_have_count(0)
    expect(row(page, live)).to_be_visible()
    page.get_by_label("Find sessions").fill("")
    page.get_by_label("State", exact=True).select_option("expired")
    expect(row(page, live)).to_have_count(0)
    expect(row(page, dead)).to_be_visible()
    page.get_by_label("Find sessions").fill("nothing has this name")
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#rows tr[data-id]")).to_have_count(2)


def test_starting_over_empties_every_tab(open_page, server, begin):
    pages = [open_page(), open_page()]
    upload_id = begin(parts=1)
    for page in pages:
        expect(row(page, upload_id)).to_be_visible()
    pages[0].get_by_text("Start over", exact=True).last.click()
    pages[0].get_by_role("button", name="Reset everything").click()
    for page in pages:
        expect(page.locator("#empty")).to_be_visible()
        expect(page.locator("#entries li")).to_have_count(0)
    server.client().create_bucket(Bucket="bkt")
    for page in pages:
        expect(page.locator("#entries li")).to_have_count(1)


def test_it_goes_on_by_itself_when_the_server_comes_back(open_page, browser):
    from upload_diag.faults import FaultServer

    first = FaultServer().start()
    port = int(first.control_url.rsplit(":", 1)[1].removesuffix("/api"))
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(first.control_url.removesuffix("api"))
        first.client().create_bucket(Bucket="old")
        expect(page.locator("#entries li")).to_have_count(1)
        first.stop()
        expect(page.locator("#status")).to_have_text("reconnecting…")
        with FaultServer(control_port=port) as second:
            second.client().create_bucket(Bucket="new")
            expect(page.locator("#status")).to_have_text(re.compile("^live"))
            expect(page.locator("#entries li")).to_have_text(re.compile("CreateBucket new"))
    finally:
        context.close()


def test_a_server_with_a_token_asks_for_it(browser):
    from upload_diag.faults import FaultServer

    with FaultServer(control_token="s3cret") as own:
        context = browser.new_context()
        page = context.new_page()
        page.goto(own.control_url.removesuffix("api"))
        page.get_by_label("Control token").fill("s3cret")
        page.get_by_role("button", name="Use the token").click()
        own.client().create_bucket(Bucket="bkt")
        expect(page.locator("#entries li")).to_contain_text("CreateBucket")
        expect(page.locator("#snippet")).to_contain_text(own.url)
        context.close()
