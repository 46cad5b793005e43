"""Fetching from a real server on loopback: what comes back, what is refused, and what never reaches it."""

import asyncio
import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from aiohttp import web

from errors import ProviderDown, ProviderRejected
from providers.fetching import LOOPBACK_TOO, Fetcher, FetchLimits, Validators
from tests.providers.fetching.conftest import LIMIT, NamesAre, Site


async def test_a_body_comes_with_its_validators(site: Site, fetcher: Fetcher) -> None:
    url = site.says("/a.ics", body=b"hello", ETag='"1"', Last_Modified="Sun, 01 Mar 2026 00:00:00 GMT")
    fetched = await fetcher.get(url)
    assert fetched.body == b"hello"
    assert not fetched.not_modified
    assert fetched.validators == Validators('"1"', "Sun, 01 Mar 2026 00:00:00 GMT")


async def test_an_unchanged_body_is_not_sent_again(site: Site, fetcher: Fetcher) -> None:
    def answer(request: web.BaseRequest) -> web.Response:
        return web.Response(status=304 if request.headers.get("If-None-Match") == '"1"' else 200)

    site.answers["/a.ics"] = answer
    known = Validators('"1"', "Sun, 01 Mar 2026 00:00:00 GMT")
    fetched = await fetcher.get(site.url("/a.ics"), known=known)
    assert fetched.not_modified
    assert fetched.validators == known
    assert site.requests[0].headers["If-Modified-Since"] == known.last_modified


async def test_a_304_that_nobody_asked_for_is_refused(site: Site, fetcher: Fetcher) -> None:
    with pytest.raises(ProviderRejected):
        await fetcher.get(site.says("/a.ics", status=304))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 418, 451])
async def test_what_is_forbidden_or_gone_is_not_tried_again(status: int, site: Site, fetcher: Fetcher) -> None:
    with pytest.raises(ProviderRejected):
        await fetcher.get(site.says("/a.ics", status=status))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_tried_again(status: int, site: Site, fetcher: Fetcher) -> None:
    with pytest.raises(ProviderDown) as down:
        await fetcher.get(site.says("/a.ics", status=status))
    assert down.value.retry_after_seconds is None


@pytest.mark.parametrize(
    ("said", "waits"),
    [("120", 120), ("-5", 0), ("99999999", 86_400), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0)],
)
async def test_the_wait_that_the_server_asks_for_is_kept(
    said: str, waits: float | None, site: Site, fetcher: Fetcher
) -> None:
    with pytest.raises(ProviderDown) as down:
        await fetcher.get(site.says("/a.ics", status=429, Retry_After=said))
    assert down.value.retry_after_seconds == waits


async def test_the_wait_may_be_a_date(site: Site, fetcher: Fetcher) -> None:
    in_an_hour = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    with pytest.raises(ProviderDown) as down:
        await fetcher.get(site.says("/a.ics", status=503, Retry_After=in_an_hour))
    assert down.value.retry_after_seconds is not None
    assert 1_800 < down.value.retry_after_seconds <= 3_600


async def test_a_closed_port_is_down(site: Site, fetcher: Fetcher) -> None:
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(ProviderDown):
        await fetcher.get(f"http://127.0.0.1:{port}/")


async def test_an_answer_that_breaks_off_is_down(fetcher: Fetcher) -> None:
    async def half(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nBEGIN")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(half, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ProviderDown):
            await fetcher.get(f"http://127.0.0.1:{port}/")


async def test_a_server_that_never_ends_its_answer_is_down() -> None:
    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nBEGIN")
        await _reader.read()
        writer.close()

    fetcher = Fetcher(addresses=LOOPBACK_TOO, limits=FetchLimits(seconds=0.2))
    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ProviderDown):
            await fetcher.get(f"http://127.0.0.1:{port}/")


async def test_an_answer_at_the_limit_is_read_and_a_byte_more_is_refused(site: Site, fetcher: Fetcher) -> None:
    assert len((await fetcher.get(site.says("/full", body=b"x" * LIMIT))).body) == LIMIT
    with pytest.raises(ProviderRejected):
        await fetcher.get(site.says("/more", body=b"x" * (LIMIT + 1)))


async def test_a_compressed_answer_is_read(site: Site, fetcher: Fetcher) -> None:
    url = site.says("/a.ics", body=gzip.compress(b"hello"), Content_Encoding="gzip")
    assert (await fetcher.get(url)).body == b"hello"


async def test_a_compressed_answer_counts_as_large_as_it_unfolds(site: Site, fetcher: Fetcher) -> None:
    small = gzip.compress(b"\0" * (64 * LIMIT))
    assert len(small) < LIMIT
    with pytest.raises(ProviderRejected):
        await fetcher.get(site.says("/bomb", body=small, Content_Encoding="gzip"))


async def test_five_redirects_are_followed_and_a_sixth_is_not(site: Site, fetcher: Fetcher) -> None:
    site.says("/0", body=b"here")
    for hop in range(1, 7):
        site.redirects(f"/{hop}", to=f"/{hop - 1}", status=(301, 302, 303, 307, 308)[hop % 5])
    assert (await fetcher.get(site.url("/5"))).body == b"here"
    with pytest.raises(ProviderRejected):
        await fetcher.get(site.url("/6"))


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://2130706433/", "http://[::1", "ftp://x/", ""])
async def test_a_redirect_to_what_is_never_fetched_is_refused(
    target: str, site: Site, fetcher: Fetcher
) -> None:
    with pytest.raises(ProviderRejected):
        await fetcher.get(site.redirects("/a.ics", to=target))


@pytest.mark.parametrize("target", ["http://10.0.0.1/", "http://169.254.169.254/latest", "http://[fd00::1]/"])
async def test_a_redirect_into_a_private_network_is_refused(target: str, site: Site, fetcher: Fetcher) -> None:
    with pytest.raises(ProviderRejected):
        await fetcher.get(site.redirects("/a.ics", to=target))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "my.localhost",
        "[::ffff:127.0.0.1]",
        "public.example@127.0.0.1",
    ],
)
async def test_loopback_is_not_reached_unless_a_policy_names_it(host: str, site: Site) -> None:
    site.says("/a.ics", body=b"inner")
    with pytest.raises(ProviderRejected):
        await Fetcher().get(site.url("/a.ics", host=host))
    assert site.requests == []


async def test_a_name_is_fetched_at_the_address_that_was_judged(site: Site) -> None:
    names = NamesAre(feed_example=[["127.0.0.1"]])
    site.says("/a.ics", body=b"hello")
    fetcher = Fetcher(addresses=LOOPBACK_TOO, resolver=names)
    assert (await fetcher.get(site.url("/a.ics", host="feed.example"))).body == b"hello"
    assert names.asked == ["feed.example"]
    assert site.requests[0].headers["Host"] == f"feed.example:{site.port}"


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1", "2606:4700::1"], ["fe80::1%2"], ["127.1"]]
)
async def test_a_name_with_any_forbidden_address_is_refused(addresses: list[str], site: Site) -> None:
    fetcher = Fetcher(resolver=NamesAre(feed_example=[addresses]))
    with pytest.raises(ProviderRejected):
        await fetcher.get(site.url("/a.ics", host="feed.example"))
    assert site.requests == []


async def test_a_name_that_changes_its_address_is_judged_at_every_hop(site: Site) -> None:
    names = NamesAre(feed_example=[["127.0.0.1"], ["10.0.0.1"]])
    site.redirects("/a.ics", to=site.url("/b.ics", host="feed.example"))
    fetcher = Fetcher(addresses=LOOPBACK_TOO, resolver=names)
    with pytest.raises(ProviderRejected):
        await fetcher.get(site.url("/a.ics", host="feed.example"))
    assert [request.path for request in site.requests] == ["/a.ics"]
    assert names.asked == ["feed.example", "feed.example"]


async def test_a_name_without_an_address_is_down() -> None:
    with pytest.raises(ProviderDown):
        await Fetcher(resolver=NamesAre(feed_example=[[]])).get("http://feed.example/")


async def test_a_password_stays_with_its_own_origin(site: Site) -> None:
    names = NamesAre(feed_example=[["127.0.0.1"]], other_example=[["127.0.0.1"]])
    fetcher = Fetcher(addresses=LOOPBACK_TOO, resolver=names)
    site.redirects("/1", to="/2")
    site.redirects("/2", to=site.url("/3", host="user:pass@other.example"))
    site.says("/3", body=b"end")
    await fetcher.get(site.url("/1", host="anna:secret@feed.example"))
    sent = ["Authorization" in request.headers for request in site.requests]
    assert sent == [True, True, False]
    assert all("Referer" not in request.headers for request in site.requests)


async def test_no_cookie_is_kept_between_hops_or_fetches(site: Site, fetcher: Fetcher) -> None:
    site.answers["/a"] = lambda _: web.Response(
        status=302, headers={"Location": "/b", "Set-Cookie": "a=b; Path=/"}
    )
    site.says("/b", body=b"end")
    await fetcher.get(site.url("/a"))
    await fetcher.get(site.url("/b"))
    assert all("Cookie" not in request.headers for request in site.requests)


async def test_a_proxy_named_in_the_environment_is_not_asked(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert (await fetcher.get(site.says("/a.ics", body=b"direct"))).body == b"direct"


async def test_a_failure_does_not_repeat_the_address(site: Site, fetcher: Fetcher) -> None:
    url = site.says("/private-token.ics", status=404).replace("127.0.0.1", "anna:secret@127.0.0.1")
    with pytest.raises(ProviderRejected) as refusal:
        await fetcher.get(url)
    assert "secret" not in str(refusal.value)
    assert "token" not in str(refusal.value)


async def test_a_body_is_sent_with_its_headers(site: Site, fetcher: Fetcher) -> None:
    heard: list[bytes] = []

    def answer(request: web.BaseRequest) -> web.Response:
        heard.append(request.headers["X-Id"].encode())
        return web.Response(status=503, body=b"x" * 5_000, headers={"Retry-After": "60"})

    site.answers["/events"] = answer
    answered = await fetcher.post(site.url("/events"), b"{}", headers={"X-Id": "1"})
    assert heard == [b"1"]
    assert (answered.status, answered.retry_after_seconds) == (503, 60)
    assert answered.beginning == "x" * 1_000


async def test_what_is_sent_goes_nowhere_else(site: Site, fetcher: Fetcher) -> None:
    url = site.redirects("/events", to=site.says("/elsewhere"), status=307)
    answered = await fetcher.post(url, b"{}", headers={})
    assert answered.status == 307
    assert [request.path for request in site.requests] == ["/events"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]"])
async def test_nothing_is_sent_where_only_we_can_go(host: str, site: Site) -> None:
    with pytest.raises(ProviderRejected):
        await Fetcher().post(site.url("/events", host=host), b"{}", headers={})
    assert site.requests == []


async def test_without_tls_nothing_is_sent_into_the_public_internet(site: Site) -> None:
    names = NamesAre(hooks_example=[["93.184.216.34"]])
    with pytest.raises(ProviderRejected):
        await Fetcher(addresses=LOOPBACK_TOO, resolver=names).post(
            site.url("/events", host="hooks.example"), b"{}", headers={}
        )


async def test_an_answer_that_takes_too_long_is_none(site: Site) -> None:
    fetcher = Fetcher(addresses=LOOPBACK_TOO, limits=FetchLimits(seconds=0.0))
    with pytest.raises(ProviderDown):
        await fetcher.post(site.says("/events"), b"{}", headers={})
