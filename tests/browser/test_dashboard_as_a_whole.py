"""What holds for the dashboard as a whole: accessibility, hostile input, small screens, many tabs, many sessions."""

import re
from pathlib import Path

import pytest

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = api.expect

FILES = Path(__file__).parents[2] / "upload_diag" / "faults" / "dashboard"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def busy(page, server, begin):
    """A page with everything open that can be open."""
    from upload_diag.faults.kinds import Respond

    server.app.lifetimes.ttl = 5 * 86400
    ids = [begin("videos/lecture-2031-final-cut.mov", parts=3), begin("in/b", parts=1), begin("in/c")]
    server.expire(ids[1])
    server.inject(Respond("SlowDown"), operation="UploadPart", times=2)
    expect(page.locator("#rows tr[data-id]")).to_have_count(3)
    page.locator(f'tr[data-id="{ids[0]}"]').get_by_role("button", name="Details").click()
    expect(page.get_by_label("Expire when part")).to_be_visible()
    page.locator("summary", has_text="Add a fault").click()
    page.locator("summary", has_text="Start over").click()
    page.locator("#entries summary").first.click()
    expect(page.locator("#entries dl")).to_be_visible()
    expect(page.locator("#faults li")).to_have_count(1)
    return page


@pytest.mark.parametrize("width", [1280, 380])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about(busy, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    busy.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    busy.set_viewport_size({"width": width, "height": 900})
    result = axe.Axe().run(busy)
    assert [(each["id"], each["nodes"][0]["html"]) for each in result.response["violations"]] == []


@pytest.mark.parametrize("width", [380, 768, 1280])
def test_no_screen_is_too_narrow(busy, width):
    busy.set_viewport_size({"width": width, "height": 900})
    assert busy.evaluate("() => document.documentElement.scrollWidth") <= width


def test_hostile_names_are_shown_as_text(page, server, begin):
    key = f'{HOSTILE}"><script>alert(2)</script>\u202egpj.exe'
    upload_id = begin(key)
    server.expire(upload_id, why=f"because {HOSTILE}")
    server.app.note("scenario", why=HOSTILE)
    row = page.locator(f'tr[data-id="{upload_id}"]')
    expect(row.get_by_role("rowheader")).to_contain_text(key)
    expect(row.locator(".why").first).to_have_text(f"because {HOSTILE}")
    expect(page.locator("#entries li").first).to_contain_text(HOSTILE)
    row.get_by_role("button", name="Details").click()
    expect(row.locator("xpath=following-sibling::tr[1]")).to_contain_text(f"because {HOSTILE}")
    assert page.locator("img, main script").count() == 0


def test_the_policy_allows_nothing_unsafe_and_the_files_need_nothing_of_it(page, home):
    policy = page.request.get(home).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for file in FILES.glob("*.*"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|\sstyle=", text), (
            file.name
        )
        assert not re.search(r"https?://(?!www\.w3\.org/)", text), file.name


def test_keyboard_alone_reaches_every_control(busy):
    wanted = busy.locator(
        "button:visible:enabled, input:visible:enabled:not([type=radio]), select:visible, summary:visible"
    ).count()
    busy.get_by_text("Skip to the sessions").focus()
    seen = set()
    for _ in range(wanted * 2):
        busy.keyboard.press("Tab")
        path = busy.evaluate(
            "() => { const at = document.activeElement; return at === document.body ? '' : "
            "at.tagName + [...document.querySelectorAll('*')].indexOf(at); }"
        )
        if not path:
            break
        seen.add(path)
    controls = {each for each in seen if each.startswith(("BUTTON", "INPUT", "SELECT", "SUMMARY"))}
    assert len(controls) >= wanted


def test_eight_tabs_are_all_live(browser, home, begin):
    context = browser.new_context()
    try:
        pages = [context.new_page() for _ in range(8)]
        for page in pages:
            page.goto(home)
            expect(page.locator("#status")).to_have_text(re.compile("^live"))
        upload_id = begin(parts=1)
        for page in pages:
            expect(page.locator(f'tr[data-id="{upload_id}"]')).to_contain_text("1 part: 1")
        states = [page.locator("#status").get_attribute("data-state") for page in pages]
        assert "polling" in states
    finally:
        context.close()


def test_thousands_of_sessions_leave_the_page_small(page, server):
    expect(page.locator("#empty")).to_be_visible()
    app = server.app
    with app.lock:
        ids = [app.ledger.create("bkt", f"in/{number:04}", app.now()).id for number in range(2000)]
    for number in range(5000):
        server.app.note("request", operation="UploadPart", bucket="bkt", key=f"in/{number:04}", status=200)
    expect(page.locator("#counts .live b")).to_have_text("2,000")
    expect(page.locator("#caption")).to_contain_text("The 200 newest of 2,000 sessions")
    expect(page.locator("#journal-summary")).to_contain_text("200 shown")
    assert page.locator("#rows tr[data-id]").count() == 200
    assert page.locator("*").count() < 12_000
    page.get_by_label("Find sessions").fill("in/0007")
    expect(page.locator(f'tr[data-id="{ids[7]}"]')).to_be_visible()
    page.get_by_label("Find sessions").fill("")
    page.get_by_role("button", name="Expire all").click()
    expect(page.locator("#message")).to_have_text("Expired 2,000 sessions.")
    expect(page.locator("#counts .live b")).to_have_text("0")
