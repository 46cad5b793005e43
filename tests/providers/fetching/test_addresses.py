"""Which addresses and URLs are fetched, and which never."""

import pytest

from errors import ProviderRejected
from providers.fetching import LOOPBACK_TOO, PUBLIC_ONLY, safe_url

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]
FORBIDDEN = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:a9fe:a9fe",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:c0a8:101::1",
    "2a00::5efe:10.0.0.1",
    "2a00::200:5efe:192.168.0.1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456:789a::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2606:4700:4700::1111%eth0",
    "not an address",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_permitted(address: str) -> None:
    assert PUBLIC_ONLY.permits(address)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_that_are_not_public_are_forbidden(address: str) -> None:
    assert not PUBLIC_ONLY.permits(address)


def test_a_policy_adds_what_it_names_and_nothing_else() -> None:
    assert LOOPBACK_TOO.permits("127.0.0.1")
    assert LOOPBACK_TOO.permits("::1")
    assert LOOPBACK_TOO.permits("::ffff:127.0.0.1")
    assert not LOOPBACK_TOO.permits("10.0.0.1")
    assert not LOOPBACK_TOO.permits("169.254.169.254")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/a.ics",
        "gopher://example.com/",
        "data:text/calendar,BEGIN:VCALENDAR",
        "javascript:alert(1)",
        "/only/a/path",
        "example.com/a.ics",
        "",
        "http://",
        "http:///path",
        "http://exa mple.com/",
        "http://example.com/\r\nHost: inner",
        "http://example.com:99999/",
        "http://[::1",
        "http://[fe80::1%25eth0]:bad/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://127.0.0.01/",
        "http://127.0.0.1./",
        "http://256.256.256.256/",
        "http://1.2.3.4.5/",
        "http://example.com@2130706433/",
        "http://" + "a" * 5000 + ".example/",
    ],
)
def test_what_is_no_plain_web_address_is_refused_before_any_lookup(url: str) -> None:
    with pytest.raises(ProviderRejected):
        safe_url(url)


@pytest.mark.parametrize(
    ("url", "fetched"),
    [
        ("webcal://example.com/a.ics", "https://example.com/a.ics"),
        ("WEBCAL://Example.com/a.ics", "https://example.com/a.ics"),
        ("webcals://example.com:8443/a.ics", "https://example.com:8443/a.ics"),
        ("  https://example.com/a.ics#top ", "https://example.com/a.ics"),
        ("http://example.com/a.ics?key=%2Fb", "http://example.com/a.ics?key=%2Fb"),
        ("https://kalender.münchen.example/", "https://kalender.xn--mnchen-3ya.example/"),
    ],
)
def test_web_addresses_are_read_as_browsers_read_them(url: str, fetched: str) -> None:
    assert str(safe_url(url)) == str(safe_url(fetched))
    assert safe_url(url).raw_host == safe_url(fetched).raw_host
    assert safe_url(url).scheme == fetched.partition(":")[0]


def test_a_refusal_does_not_repeat_the_address() -> None:
    with pytest.raises(ProviderRejected) as refusal:
        safe_url("ftp://anna:secret@example.com/private-token.ics")
    assert "secret" not in str(refusal.value)
    assert "token" not in str(refusal.value)
