"""Each cell of the table in docs/browser-clients.md is what a run in a browser gives."""

import browser_clients as table
import pytest

CELLS = [(client, scenario) for client in table.CLIENTS for scenario in table.SCENARIOS]


@pytest.fixture(scope="module")
def pages_url():
    if reason := table.missing():
        yield None, reason
    else:
        with table.pages() as url:
            yield url, ""


@pytest.fixture(scope="module")
def one_page(browser):
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.network_client
@pytest.mark.parametrize(("client", "scenario"), CELLS, ids=[f"{client}-{scenario}" for client, scenario in CELLS])
def test_the_table_tells_what_the_client_does(one_page, server, pages_url, client, scenario):
    url, reason = pages_url
    if table.CLIENTS[client].page != "app" and reason:
        pytest.skip(reason)
    cell = table.play(one_page, server, url, table.CLIENTS[client], table.SCENARIOS[scenario])
    assert cell == table.recorded()[client, scenario]


def test_what_is_often_written_fails_where_what_was_put_right_uploads():
    told = table.recorded()
    often, right = (
        [each for each in table.SCENARIOS if told[name, each].startswith("uploaded")] for name in ("often", "right")
    )
    assert often == ["never", "part 1, twice"]
    assert right == [each for each in table.SCENARIOS if each != "no bucket"]


def test_the_versions_in_the_table_are_those_that_are_installed():
    import json

    wanted = json.loads((table.PAGES / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for client in table.CLIENTS.values():
        name, _, version = client.name.rpartition(" ")
        if name in wanted:
            assert wanted[name] == version
    assert {"@uppy/aws-s3", "@aws-sdk/lib-storage"} <= {each.name.rpartition(" ")[0] for each in table.CLIENTS.values()}
