"""The environment, read once into one frozen Settings. Whatever is wrong there is named before anything starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from composition import variables
from composition.secret import kept_secret
from providers.fetching.addresses import Network
from providers.mail.smtp_server import SmtpServer
from providers.storage.bucket import Bucket
from realtime.transport.limits import CallerLimits

T = TypeVar("T")

DATA = Path(".data")


class BadSetting(Exception):
    """A variable that is missing, or that cannot be meant so. The message names it, in one line."""


class Environment(StrEnum):
    """DEVELOPMENT has the explorer, and logs for people."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The variables of the same names, and what they are where they are not set.

    `database_url` is None for the embedded PostgreSQL, `redis_url` for one process without Redis, `smtp` for mails
    laid into `mail_folder`, `bucket` for attachments kept in `attachment_folder`. `public_url` has no slash at its end.
    `fetch_also` are networks that calendars may be fetched from, and events sent to, beside the public internet.
    Without a `mail_replies_secret` no mails are taken. `caller_limits` are CALLER_CONNECTIONS, CALLER_SUBSCRIPTIONS and
    PUBLIC_CONNECTIONS.
    """

    environment: Environment
    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)
    host: str
    port: int
    public_url: str
    secret_key: bytes = field(repr=False)
    smtp: SmtpServer | None
    mail_folder: Path
    bucket: Bucket | None
    attachment_folder: Path
    worker: bool
    fetch_also: tuple[Network, ...]
    mail_replies_secret: bytes | None = field(repr=False)
    caller_limits: CallerLimits
    log_level: str
    data: Path = DATA

    @property
    def in_development(self) -> bool:
        return self.environment is Environment.DEVELOPMENT

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Read the environment; an empty variable counts as not set. Raises BadSetting."""
        given = _Given(environ)
        database_url = given.read("DATABASE_URL", variables.database_url, None)
        default = Environment.PRODUCTION if database_url else Environment.DEVELOPMENT
        environment = given.read("ENVIRONMENT", variables.one_of(Environment), default)
        # Whoever tries things out at home does not mean to offer the demo's sign-ins to the whole network.
        host = "127.0.0.1" if environment is Environment.DEVELOPMENT else "0.0.0.0"
        port = given.read("PORT", variables.port, 8000)
        return cls(
            environment=environment,
            database_url=database_url,
            redis_url=given.read("REDIS_URL", variables.redis_url, None),
            host=given.read("HOST", str, host),
            port=port,
            public_url=given.read("PUBLIC_URL", variables.public_url, f"http://localhost:{port}"),
            secret_key=_secret_key(given, embedded=database_url is None),
            smtp=given.read("SMTP_URL", variables.smtp_url, None),
            mail_folder=given.read("MAIL_FOLDER", Path, DATA / "mail"),
            bucket=given.read("S3_URL", variables.s3_url, None),
            attachment_folder=given.read("ATTACHMENT_FOLDER", Path, DATA / "attachments"),
            worker=given.read("WORKER", variables.yes_or_no, database_url is None),
            fetch_also=given.read("FETCH_ALSO", variables.networks, ()),
            mail_replies_secret=given.read("MAIL_REPLIES_SECRET", variables.secret_key, None),
            caller_limits=_caller_limits(given),
            log_level=given.read("LOG_LEVEL", variables.log_level, "INFO"),
        )


class _Given:
    """The variables that are set to something."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._values = {name: value.strip() for name, value in environ.items() if value.strip()}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def read(self, name: str, reader: Callable[[str], T], default: T) -> T:
        if name not in self._values:
            return default
        try:
            return reader(self._values[name])
        except ValueError as error:
            raise BadSetting(f"{name} is not usable: {error}.") from None


def _secret_key(given: _Given, *, embedded: bool) -> bytes:
    if "SECRET_KEY" in given:
        return given.read("SECRET_KEY", variables.secret_key, b"")
    if not embedded:
        raise BadSetting("SECRET_KEY is required with DATABASE_URL: at least 32 random characters.")
    path = DATA / "secret"
    try:
        return kept_secret(path)
    except (OSError, ValueError) as error:
        raise BadSetting(f"SECRET_KEY is not set, and {path} cannot be used: {error}.") from None


def _caller_limits(given: _Given) -> CallerLimits:
    default = CallerLimits()
    return CallerLimits(
        connections=given.read("CALLER_CONNECTIONS", variables.count, default.connections),
        subscriptions=given.read("CALLER_SUBSCRIPTIONS", variables.count, default.subscriptions),
        public=given.read("PUBLIC_CONNECTIONS", variables.count, default.public),
    )
