"""The sample upload page in a real browser: what its user sees of a failure under each way of handling errors."""

import hashlib
import re

import pytest

from upload_diag.faults.kinds import AdvanceClock, ExpireSession, LoseResponse, Respond

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = api.expect

BUCKET = "gateway-videos"
CONTENT = bytes(range(256)) * 4 * 5200  # two parts
OFTEN, RIGHT = "As often written", "Put right"


@pytest.fixture
def home(server):
    return f"{server.url}/"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    file = tmp_path_factory.mktemp("videos") / "cat é <b>.mp4"
    file.write_bytes(CONTENT)
    return file


@pytest.fixture
def page(open_page, file):
    page = open_page("_gateway/app/")
    expect(page.locator("#dashboard")).to_be_visible()
    page.get_by_label("File", exact=True).set_input_files(file)
    return page


def upload(page, handling, *, shape="seed", presigned=False):
    """Send the file as a person does; the last words of the page about it."""
    page.locator("label").filter(has_text=handling).click()
    page.get_by_label("Shape of errors").select_option(shape)
    page.get_by_label("Parts go").select_option("presigned" if presigned else "backend")
    page.get_by_role("button", name="Upload").click()
    outcome = page.locator("#outcome")
    expect(outcome).to_have_attribute("data-state", re.compile("done|failed"), timeout=60_000)
    return outcome


def stored(server):
    """SHA-256 of each stored object."""
    s3 = server.client()
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    return [hashlib.sha256(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()).hexdigest() for key in keys]


SAME = "The stored object is the file, byte by byte."
RIGHT_ONE = hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("presigned", [False, True], ids=["backend", "presigned"])
@pytest.mark.parametrize("handling", [OFTEN, RIGHT])
def test_without_a_fault_both_ways_upload_the_file(page, server, handling, presigned):
    outcome = upload(page, handling, presigned=presigned)
    expect(outcome).to_contain_text(SAME)
    expect(page.locator("#facts")).to_contain_text(RIGHT_ONE)
    assert stored(server) == [RIGHT_ONE]
    assert page.locator('#parts [data-state="sent"]').count() == 2


def test_parts_of_a_dead_session_spoil_complete_where_they_are_kept(page, server):
    server.inject(ExpireSession(), operation="UploadPart", part_number=2, times=2)
    expect(upload(page, OFTEN)).to_contain_text("InvalidPart")
    assert stored(server) == []
    server.app.plan.clear()
    server.inject(ExpireSession(), operation="UploadPart", part_number=2, times=2)
    expect(upload(page, RIGHT)).to_contain_text(SAME)
    expect(page.locator("#runs tbody tr")).to_have_count(2)
    expect(page.locator("#facts")).to_contain_text("Sessions3")
    assert stored(server) == [RIGHT_ONE]


def test_the_rules_see_a_dead_session_in_envelopes_of_all_kinds(page, server):
    shapes = ("object", "text", "escaped", "graphql", "xml")
    for shape in shapes:
        server.inject(ExpireSession(), operation="UploadPart", part_number=2, times=1)
        expect(upload(page, RIGHT, shape=shape)).to_contain_text(SAME)
        expect(page.locator("#facts")).to_contain_text("Sessions2")
    assert stored(server) == [RIGHT_ONE] * len(shapes)


def test_an_object_where_a_sentence_was_expected_crashes_what_is_often_written(page, server):
    server.inject(Respond("SlowDown"), operation="UploadPart", times=1)
    expect(upload(page, OFTEN, shape="object")).to_contain_text("toLowerCase is not a function")
    server.inject(Respond("SlowDown"), operation="UploadPart", times=1)
    expect(upload(page, RIGHT, shape="object")).to_contain_text(SAME)


def test_a_missing_bucket_is_no_dead_session(page, server):
    server.inject(Respond("NoSuchBucket"), operation="UploadPart")
    expect(upload(page, OFTEN)).to_contain_text("Please restart the upload")
    assert len(server.journal.of("CreateMultipartUpload")) == 3
    outcome = upload(page, RIGHT)
    expect(outcome).to_contain_text("BUCKET_NOT_FOUND")
    expect(outcome).not_to_contain_text("restart")
    assert len(server.journal.of("CreateMultipartUpload")) == 4


def test_after_a_lost_answer_nothing_is_sent_twice(page, server):
    server.inject(LoseResponse(), operation="CompleteMultipartUpload", times=1)
    upload(page, RIGHT)
    assert len(server.journal.of("UploadPart")) == 2
    assert len(server.journal.of("CompleteMultipartUpload")) == 1


def test_a_url_that_ran_out_is_signed_anew_and_the_session_goes_on(page, server):
    def grow_old():
        server.inject(AdvanceClock(seconds=1000), operation="UploadPart", part_number=1, times=1)

    grow_old()
    expect(upload(page, OFTEN, presigned=True)).to_have_attribute("data-state", "failed")
    server.reset()
    grow_old()
    expect(upload(page, RIGHT, presigned=True)).to_contain_text(SAME)
    assert len(server.journal.of("CreateMultipartUpload")) == 1


def test_the_end_is_told_honestly(page, server):
    server.inject(ExpireSession(), operation="UploadPart", part_number=1)
    outcome = upload(page, RIGHT)
    expect(outcome).to_contain_text("ended 3 times")
    expect(outcome).to_contain_text("Nothing was stored. Start the upload again")
    assert stored(server) == []


def test_parts_that_were_refused_at_complete_are_sent_again(page, server):
    server.inject(Respond("InvalidPart"), operation="CompleteMultipartUpload", times=1)
    expect(upload(page, RIGHT)).to_contain_text(SAME)
    assert len(server.journal.of("CreateMultipartUpload")) == 1


def test_an_upload_is_cancelled(page, server):
    from upload_diag.faults.kinds import Stall

    server.inject(Stall(seconds=30), operation="UploadPart", times=1)
    page.locator("label").filter(has_text=RIGHT).click()
    page.get_by_role("button", name="Upload").click()
    expect(page.locator('#parts [data-state="sending"]')).to_have_count(1)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#outcome")).to_have_attribute("data-state", "cancelled")


def test_a_video_is_made_up_when_no_file_is_chosen(page, server):
    page.get_by_label("File", exact=True).set_input_files([])
    expect(upload(page, RIGHT)).to_contain_text("Uploaded")
    [found] = server.client().list_objects_v2(Bucket=BUCKET)["Contents"]
    assert found["Size"] == 16 * 1024 * 1024


@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about(page, server, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    upload(page, RIGHT)
    server.inject(Respond("AccessDenied"), operation="UploadPart", part_number=2)
    upload(page, OFTEN)
    result = axe.Axe().run(page)
    assert [(each["id"], each["nodes"][0]["html"]) for each in result.response["violations"]] == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_the_keyboard_is_enough(page, server):
    page.locator('input[value="often-written"]').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator('input[value="put-right"]')).to_be_checked()
    page.get_by_label("Size of a part").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Upload")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_have_attribute("data-state", "done")
