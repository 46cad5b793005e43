"""The URLs that are fetched at all, before any name is asked for."""

import re
from ipaddress import ip_address

from yarl import URL

from errors import ProviderRejected

MAX_URL_LENGTH = 4096

_READ_AS = {"http": "http", "https": "https", "webcal": "https", "webcals": "https"}
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
# What a browser takes for an IPv4 address (WHATWG URL, "ends in a number"): 2130706433, 0x7f.1, 0177.0.0.1.
_ENDS_IN_A_NUMBER = re.compile(r"(^|\.)([0-9]+|0[xX][0-9a-fA-F]*)\.?$")


def safe_url(text: str) -> URL:
    """The URL as it will be fetched (webcal:// as https://, no fragment); refuses other schemes and odd hosts.

    No message repeats the URL: a feed's address is a secret.
    """
    text = text.strip()
    if len(text) > MAX_URL_LENGTH or _CONTROL.search(text):
        raise ProviderRejected("The address is not a URL.")
    try:
        url = URL(text)
        host, scheme = url.raw_host, _READ_AS.get(url.scheme.lower())
        _ = url.port
    except ValueError as error:
        raise ProviderRejected("The address is not a URL.") from error
    if scheme is None:
        raise ProviderRejected("Only http and https addresses are fetched.")
    if not host or not url.absolute:
        raise ProviderRejected("The address names no server.")
    _check_host(host)
    return url.with_fragment(None) if url.scheme == scheme else url.with_scheme(scheme).with_fragment(None)


def _check_host(host: str) -> None:
    """Refuse a host that resolvers read as a number though it is no plain IP address."""
    if ":" not in host and not _ENDS_IN_A_NUMBER.search(host):
        return
    try:
        ip_address(host)
    except ValueError as error:
        raise ProviderRejected("The address writes its server's number in an unusual form.") from error
