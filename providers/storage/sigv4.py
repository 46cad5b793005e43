"""Requests to S3 are signed (AWS Signature Version 4): whoever has the secret made them, for this moment and body."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from providers.storage.bucket import Bucket

ALGORITHM = "AWS4-HMAC-SHA256"
NOTHING = hashlib.sha256(b"").hexdigest()
"""The digest of no body at all."""


def signed(
    method: str,
    url: str,
    *,
    bucket: Bucket,
    body_sha256: str,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The headers with which the request is sent: these, all of them signed, and what signs them. The URL has no query,
    and its path is encoded already."""
    parts, at = urlsplit(url), f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    told = {**(headers or {}), "x-amz-content-sha256": body_sha256, "x-amz-date": at}
    shown = dict(sorted({"host": parts.netloc, **{name.lower(): text for name, text in told.items()}}.items()))
    names = ";".join(shown)
    lines = "".join(f"{name}:{text.strip()}\n" for name, text in shown.items())
    request = f"{method}\n{parts.path}\n\n{lines}\n{names}\n{body_sha256}"
    scope = f"{at[:8]}/{bucket.region}/s3/aws4_request"
    to_sign = f"{ALGORITHM}\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(_key(bucket, scope), to_sign.encode(), "sha256").hex()
    said = f"{ALGORITHM} Credential={bucket.access_key}/{scope},SignedHeaders={names},Signature={signature}"
    return {**told, "authorization": said}


def _key(bucket: Bucket, scope: str) -> bytes:
    key = f"AWS4{bucket.secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
