"""Which mail server, as an SMTP_URL names it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit


class StartTls(StrEnum):
    """When a plain connection is turned into an encrypted one (RFC 3207)."""

    REQUIRE = "require"
    OFFERED = "offered"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server and how to sign in there."""

    host: str
    port: int
    tls: bool = False
    start_tls: StartTls = StartTls.OFFERED
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> Self:
        """Read `smtp://user:password@host:587?starttls=require`, `smtps://host` or `smtp://127.0.0.1:2525`.

        User and password are percent-encoded. `starttls` is require, offered or never; unsaid, it is require
        where a password would travel, else offered. Refuses anything else (ValueError, without the password in
        it).
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError("SMTP_URL is smtp://[user:password@]host[:port][?starttls=require] or smtps://…")
        tls = parts.scheme == "smtps"
        start_tls = _start_tls(parts.query, tls=tls, signs_in=parts.username is not None)
        return cls(
            host=parts.hostname,
            port=parts.port or _default_port(tls=tls, start_tls=start_tls),
            tls=tls,
            start_tls=start_tls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


def _start_tls(query: str, *, tls: bool, signs_in: bool) -> StartTls:
    options = parse_qs(query, keep_blank_values=True)
    said = options.pop("starttls", None)
    if options or (said and (tls or len(said) > 1)):
        raise ValueError(
            "SMTP_URL knows one option, ?starttls=require, offered or never, and that not with smtps"
        )
    if tls:
        return StartTls.NEVER
    if said:
        return StartTls(said[0])
    return StartTls.REQUIRE if signs_in else StartTls.OFFERED


def _default_port(*, tls: bool, start_tls: StartTls) -> int:
    if tls:
        return 465
    return 587 if start_tls is StartTls.REQUIRE else 25
