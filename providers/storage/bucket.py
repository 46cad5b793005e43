"""Which bucket of which S3-compatible store, as an S3_URL names it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

_EXPECTED = "S3_URL is https://key:secret@host/bucket[/prefix][?region=…&style=path or virtual]"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_OPTIONS = {"region", "style"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """The bucket's address, `origin` (https://host:port) and `path`, and who asks. The path ends with a slash, and is
    written as it is sent."""

    origin: str
    path: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)

    @classmethod
    def of(cls, url: str) -> Self:
        """Read `https://key:secret@s3.eu-central-1.amazonaws.com/bucket?region=eu-central-1&style=virtual`.

        Key and secret are percent-encoded. Unsaid, the region is us-east-1, and the style path, which names the bucket
        in the path; virtual puts it before the host. By http only where that is said. Refuses anything else
        (ValueError, without the secret in it).
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not (parts.hostname and parts.username and parts.password):
            raise ValueError(_EXPECTED)
        region, is_virtual = _options(parts.query)
        bucket, _, prefix = parts.path.strip("/").partition("/")
        if not _BUCKET.fullmatch(bucket) or (prefix and not _is_prefix(prefix)) or parts.fragment:
            raise ValueError(_EXPECTED)
        host, usual = parts.hostname, {"http": 80, "https": 443}[parts.scheme]
        port = "" if parts.port in (None, usual) else f":{parts.port}"
        if is_virtual and _is_address(host):
            raise ValueError("S3_URL cannot put the bucket before an IP address: use style=path")
        shown = f"[{host}]" if ":" in host else host
        return cls(
            origin=f"{parts.scheme}://{f'{bucket}.' if is_virtual else ''}{shown}{port}",
            path="/" + "".join(f"{quote(part)}/" for part in ("" if is_virtual else bucket, prefix) if part),
            region=region,
            access_key=unquote(parts.username),
            secret_key=unquote(parts.password),
        )

    def url(self, key: str) -> str:
        """Where the object is, to be asked for as it stands there."""
        return f"{self.origin}{self.path}{key}"


def _options(query: str) -> tuple[str, bool]:
    options = parse_qs(query, keep_blank_values=True)
    region, style = options.get("region", ["us-east-1"]), options.get("style", ["path"])
    known = options.keys() <= _OPTIONS and len(region) == len(style) == 1
    if not known or not _REGION.fullmatch(region[0]) or style[0] not in ("path", "virtual"):
        raise ValueError(_EXPECTED)
    return region[0], style[0] == "virtual"


def _is_prefix(prefix: str) -> bool:
    return bool(_PREFIX.fullmatch(prefix)) and not {".", ".."} & set(prefix.split("/"))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
