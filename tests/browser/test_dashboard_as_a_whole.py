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


def test_names_of_every_kind_stay_text_and_in_their_place(open_page, begin):
    page = open_page(viewport={"width": 380, "height": 900})
    keys = ["javascript:alert(1)", "zero\u200bwidth\u2067.mp4", "a&lt;b/{{7*7}}", "__proto__", "k" * 1000, "</script>x"]
    ids = [begin(key) for key in keys]
    for upload_id, key in zip(ids, keys, strict=True):
        expect(page.locator(f'tr[data-id="{upload_id}"]').get_by_role("rowheader")).to_contain_text(f"bkt/{key}")
    assert page.locator("#rows a, #entries a, main script").count() == 0
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 380


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


@pytest.fixture
def crowd(server):
    """Add so many sessions of forty parts, with an entry of the journal each; their ids."""
    from upload_diag.faults.uploads import Part

    def add(count):
        app, ids = server.app, []
        with app.lock:
            for number in range(count):
                upload = app.ledger.create("bkt", f"in/{number:04}", app.now())
                upload.parts = {part: Part(part, 5, "0" * 32, app.now(), {}, None) for part in range(1, 41)}
                ids.append(upload.id)
        for number in range(count):
            app.note("request", operation="UploadPart", bucket="bkt", key=f"in/{number:04}", status=200)
        return ids

    return add


def test_more_sessions_and_events_make_the_page_no_larger(page, crowd):
    expect(page.locator("#empty")).to_be_visible()
    sizes = []
    for sessions in (2000, 4000):
        last = crowd(2000)[-1]
        expect(page.locator("#caption")).to_contain_text(f"The 50 newest of {sessions:,} sessions")
        expect(page.locator(f'tr[data-id="{last}"]')).to_contain_text("40 parts: 1–40")
        expect(page.locator("#journal-summary")).to_contain_text(f"{sessions + 1:,} events, the newest 2,000 kept here")
        expect(page.locator("#entries li")).to_have_count(100)
        sizes.append(page.locator("*").count())
    assert sizes[0] == sizes[1] < 4500
    page.get_by_role("button", name="Show more sessions").click()
    expect(page.locator("#rows tr[data-id]")).to_have_count(200)


LOOK = """away => {
  Object.defineProperty(document, "hidden", { configurable: true, value: away });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_tab_asks_nothing_while_nobody_sees_it_and_is_up_to_date_once_it_is_looked_at(open_page, begin):
    page = open_page()
    page.clock.install()
    page.reload()
    expect(page.locator("#status")).to_have_attribute("data-state", "live")
    page.evaluate(LOOK, True)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    upload_id = begin(parts=1)
    page.clock.run_for(60_000)
    assert (asked, page.locator("#rows tr").count()) == ([], 0)
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)  # from now on no timer runs
    page.evaluate(LOOK, False)
    expect(page.locator(f'tr[data-id="{upload_id}"]')).to_contain_text("1 part: 1")
    expect(page.locator("#entries li")).to_have_count(3)
    expect(page.locator("#status")).to_have_attribute("data-state", "live")


def test_each_of_thousands_of_sessions_is_found_and_all_are_expired(page, crowd):
    ids = crowd(2000)
    expect(page.locator("#counts .live b")).to_have_text("2,000")
    page.get_by_label("Find sessions").fill("in/0007")
    expect(page.locator(f'tr[data-id="{ids[7]}"]')).to_be_visible()
    page.get_by_label("Find sessions").fill("")
    page.get_by_role("button", name="Expire all").click()
    expect(page.locator("#message")).to_have_text("Expired 2,000 sessions.")
    expect(page.locator("#counts .live b")).to_have_text("0")


def test_on_paper_nothing_is_out_of_sight(page, begin):
    for number in range(60):
        begin(f"k{number}")
    expect(page.locator("#entries li").nth(59)).to_be_attached()
    page.emulate_media(media="print")
    cut = "boxes => boxes.filter(box => box.scrollHeight > box.clientHeight + 1).length"
    assert page.locator(".box, .scroll, pre").evaluate_all(cut) == 0
    assert page.locator("body > header").evaluate("header => getComputedStyle(header).position") == "static"
