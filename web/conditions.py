"""Requests that ask whether what the client has is still true (RFC 9110 §13)."""

from __future__ import annotations


def is_known(if_none_match: str | None, etag: str) -> bool:
    """Whether the client has this very answer (RFC 9110 §13.1.2): compared weakly, as proxies may have made it."""
    known = [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
    return etag in known or known == ["*"]
