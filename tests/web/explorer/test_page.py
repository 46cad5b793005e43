"""The explorer's page and its files, as a browser gets them."""

from html.parser import HTMLParser

import pytest
from aiohttp import ClientSession
from yarl import URL

FILES = {
    "/explorer": "text/html",
    "/explorer/static/explorer.js": "text/javascript",
    "/explorer/static/explorer.css": "text/css",
    "/explorer/static/icon.svg": "image/svg+xml",
    "/explorer/static/LICENSES.txt": "text/plain",
}


class References(HTMLParser):
    """Collects what a page loads or links to, and what it would run or style by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.addresses += [given[name] or "" for name in ("src", "href", "srcset", "action") if name in given]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]


async def references(browser: ClientSession) -> References:
    async with browser.get("/explorer") as answer:
        found = References()
        found.feed(await answer.text())
        return found


@pytest.mark.parametrize(("path", "content_type"), FILES.items())
async def test_the_page_and_its_files_come_with_their_content_types(
    browser: ClientSession, path: str, content_type: str
) -> None:
    async with browser.get(path) as answer:
        assert answer.status == 200
        assert answer.content_type == content_type
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert await answer.read()


@pytest.mark.parametrize("path", FILES)
async def test_a_file_that_has_not_changed_is_not_sent_again(browser: ClientSession, path: str) -> None:
    async with browser.get(path) as first:
        etag = first.headers["ETag"]
        assert first.headers["Cache-Control"] == "no-cache"
    async with browser.get(path, headers={"If-None-Match": etag}) as second:
        assert second.status == 304
        assert await second.read() == b""
    async with browser.get(path, headers={"If-None-Match": '"another"'}) as third:
        assert third.status == 200


async def test_the_policy_lets_the_page_speak_to_its_own_host_only(
    browser: ClientSession,
) -> None:
    async with browser.get("/explorer") as answer:
        policy = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert policy.pop("img-src") == "'self' data:"
    assert policy.pop("default-src") == "'none'"
    assert {"script-src", "style-src", "connect-src", "frame-ancestors"} <= policy.keys()
    assert set(policy.values()) == {"'self'", "'none'"}


async def test_everything_that_the_page_names_is_served_beside_it(browser: ClientSession) -> None:
    addresses = (await references(browser)).addresses
    assert {"/explorer/static/explorer.js", "/explorer/static/explorer.css"} <= set(addresses)
    for address in addresses:
        assert address.startswith("/explorer/static/")
        async with browser.get(address) as answer:
            assert answer.status == 200


async def test_the_page_carries_no_script_or_style_of_its_own(browser: ClientSession) -> None:
    assert (await references(browser)).inline == []


async def test_the_style_sheet_fetches_nothing(browser: ClientSession) -> None:
    async with browser.get("/explorer/static/explorer.css") as answer:
        styles = await answer.text()
    assert "@import" not in styles
    assert "@font-face" not in styles
    assert styles.count("url(") == styles.count("url(data:") + styles.count('url("data:')


@pytest.mark.parametrize(
    "path",
    [
        "/explorer/static/",
        "/explorer/static/nothing.js",
        "/explorer/static/%2e%2e/page.py",
        "/explorer/static/..%2fpage.py",
    ],
)
async def test_nothing_but_the_files_is_served(browser: ClientSession, path: str) -> None:
    async with browser.get(URL(f"/explorer/static/{path}", encoded=True)) as answer:
        assert answer.status == 404


async def test_the_page_is_read_only(browser: ClientSession) -> None:
    async with browser.post("/explorer") as answer:
        assert answer.status == 405
