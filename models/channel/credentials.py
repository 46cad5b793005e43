"""What a provider of messages knows an account by: checked, and sealed."""

from __future__ import annotations

import re
from dataclasses import asdict, fields

import orjson

from errors import Invalid
from models.keyring import Keyring
from models.words import MessagingProvider
from providers.messaging.protocol import MetaCredentials, TwilioCredentials

Credentials = MetaCredentials | TwilioCredentials

# Shorter ones could be guessed, and would let a stranger speak in the provider's name.
SHORTEST_SECRET = 16
LONGEST_SECRET = 1_000
_KINDS: dict[MessagingProvider, type[Credentials]] = {
    MessagingProvider.META: MetaCredentials,
    MessagingProvider.TWILIO: TwilioCredentials,
}
# Secrets are sent in headers.
_SECRET = re.compile(r"[\x21-\x7e]+")
_SHAPES = {
    "phone_number_id": (re.compile(r"[0-9]{1,32}"), "This is a number, of up to 32 digits."),
    "business_account_id": (re.compile(r"[0-9]{1,32}"), "This is a number, of up to 32 digits."),
    "account_sid": (re.compile(r"AC[0-9a-fA-F]{32}"), "This is AC and 32 hexadecimal digits."),
}


def checked(credentials: Credentials, *, provider: MessagingProvider) -> Credentials:
    """Refuses Invalid, by the provider's field: for those of another provider, and what cannot be meant."""
    place = provider.value.lower()
    if not isinstance(credentials, _KINDS[provider]):
        raise Invalid("These are the credentials of another provider.", field=(place,))
    for one in fields(credentials):
        shape = _SHAPES.get(one.name)
        value = getattr(credentials, one.name)
        if shape is not None and not shape[0].fullmatch(value):
            raise Invalid(shape[1], field=(place, _camel(one.name)))
        if shape is None:
            _check_secret(value, field=(place, _camel(one.name)))
    return credentials


def sealed(credentials: Credentials, *, keys: Keyring) -> bytes:
    return keys.seal(orjson.dumps(asdict(credentials)).decode())


def opened(kept: bytes | None, *, provider: MessagingProvider, keys: Keyring) -> Credentials | None:
    """None where they were taken away, or sealed by another key."""
    text = keys.open(kept) if kept else None
    return None if text is None else _KINDS[provider](**orjson.loads(text))


def _check_secret(value: str, *, field: tuple[str, ...]) -> None:
    if not SHORTEST_SECRET <= len(value) <= LONGEST_SECRET or not _SECRET.fullmatch(value):
        raise Invalid(
            f"This has {SHORTEST_SECRET} to {LONGEST_SECRET} characters of ASCII, and no space.", field=field
        )


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
