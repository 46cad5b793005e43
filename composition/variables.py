"""Reading one variable of the environment each: the value, or a ValueError that says what it must be.

None of them repeats the value: it may hold a password.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from ipaddress import ip_network
from typing import TypeVar
from urllib.parse import urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict
from redis.asyncio.connection import parse_url

from providers.fetching.addresses import Network
from providers.mail.smtp_server import SmtpServer
from providers.storage.bucket import Bucket

Word = TypeVar("Word", bound=StrEnum)


def secret_key(value: str) -> bytes:
    if len(value.encode()) < 32:
        raise ValueError("it must be at least 32 random characters")
    return value.encode()


def database_url(value: str) -> str:
    expected = "it must be postgresql://user:password@host:5432/name, user and password percent-encoded"
    try:
        scheme = urlsplit(value).scheme
        place = conninfo_to_dict(value)
    except (ValueError, psycopg.Error):
        raise ValueError(expected) from None
    if scheme not in ("postgres", "postgresql"):
        raise ValueError(expected)
    if "options" in place:
        raise ValueError("it must not have options: set them for the user or the database instead")
    return value


def redis_url(value: str) -> str:
    try:
        parse_url(value)
    except (ValueError, KeyError):
        raise ValueError("it must be redis://host:6379/0, rediss://… or unix://…") from None
    return value


def smtp_url(value: str) -> SmtpServer:
    try:
        return SmtpServer.of(value)
    except ValueError:
        raise ValueError(
            "it must be smtp://user:password@host:587?starttls=require or smtps://…, user and password"
            " percent-encoded; starttls is require, offered or never"
        ) from None


def s3_url(value: str) -> Bucket:
    try:
        return Bucket.of(value)
    except ValueError:
        raise ValueError(
            "it must be https://key:secret@host/bucket?region=…&style=path, key and secret percent-encoded; style is"
            " path or virtual"
        ) from None


def public_url(value: str) -> str:
    """Without a slash at its end."""
    expected = "it must be the address that browsers use, such as https://desk.example.org"
    try:
        parts = urlsplit(value)
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError(expected) from None
    whole = parts.scheme in ("http", "https") and parts.hostname and port_is_number
    if not whole or parts.username or parts.query or parts.fragment:
        raise ValueError(expected)
    return value.rstrip("/")


def port(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and 0 < int(value[:6]) < 65_536):
        raise ValueError("it must be a number from 1 to 65535")
    return int(value)


def count(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and 0 < int(value[:8]) <= 1_000_000):
        raise ValueError("it must be a number from 1 to 1000000")
    return int(value)


def yes_or_no(value: str) -> bool:
    words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if value.lower() not in words:
        raise ValueError("it must be yes or no")
    return words[value.lower()]


def one_of(words: type[Word]) -> Callable[[str], Word]:
    def read(value: str) -> Word:
        if value.lower() not in tuple(words):
            raise ValueError(f"it must be {' or '.join(words)}")
        return words(value.lower())

    return read


def networks(value: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in value.split(","))
    except ValueError:
        raise ValueError("it must be networks with commas between them, such as 127.0.0.0/8,::1/128") from None


def log_level(value: str) -> str:
    if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ValueError("it must be DEBUG, INFO, WARNING or ERROR")
    return value.upper()
