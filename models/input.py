"""What people type, checked: each function returns the value as it is kept, or refuses Invalid naming the field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from errors import Invalid

Field = tuple[str, ...]

# Controls, halves of characters, and the separators that start a new line where none should be.
_CONTROLLING = ("Cc", "Cs", "Zl", "Zp")
# Embeddings and overrides of the writing direction, which make a text look like another (UTR 36 §2.5). What languages
# written from right to left need, the marks U+200E and U+200F, is not among them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# One @, no white space, a domain of at least two labels. What lies beyond this only sending a mail can tell.
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\.]+(\.[^\s@<>()\[\],;:\"\\.]+)+")
_LONGEST_LOCALE = 35  # RFC 5646 §4.4.1
_LOCALE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-([a-zA-Z]{2}|[0-9]{3}))?(-[a-zA-Z0-9]{5,8})*")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def line(value: str, *, field: Field, most: int = 200) -> str:
    """One line of at most `most` characters, not empty, without control characters."""
    value = value.strip()
    if not value:
        raise Invalid("This must not be empty.", field=field)
    return _plain(value, allowed="", field=field, most=most)


def line_of(value: str, *, most: int = 200) -> str:
    """What somebody else's program calls something, as one line of at most so many characters, without what may stand
    in none; it may be empty."""
    shown = "".join(" " if _is_hidden(c) else c for c in value)
    return " ".join(shown.split())[:most].strip()


def text(value: str, *, field: Field, most: int = 10_000) -> str:
    """Text of at most `most` characters, not empty; lines and tabs, but no other control characters."""
    value = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not value:
        raise Invalid("This must not be empty.", field=field)
    return _plain(value, allowed="\n\t", field=field, most=most)


def email(value: str, *, field: Field) -> str:
    value = value.strip().lower()
    _plain(value, allowed="", field=field, most=254)
    if not _EMAIL.fullmatch(value):
        raise Invalid("This is not an e-mail address.", field=field)
    return value


def phone(value: str, *, field: Field) -> str:
    """A number in E.164; it must be given with its country code (+…)."""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid("This is not a phone number with its country code (+39 …).", field=field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def zone(name: str, *, field: Field) -> ZoneInfo:
    """A time zone by its IANA name."""
    if name not in _zones():
        raise Invalid("There is no such time zone.", field=field)
    return ZoneInfo(name)


@cache
def _zones() -> frozenset[str]:
    """The names of the tz database; beside them lie the machine's own zone and a place that is nowhere."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def locale(value: str, *, field: Field) -> str:
    """A language tag (BCP 47, the common forms)."""
    if len(value) > _LONGEST_LOCALE or not _LOCALE.fullmatch(value):
        raise Invalid("This is not a language tag.", field=field)
    return value


LONGEST_URL = 2_000


def web_address(value: str, *, field: Field) -> str:
    """The address of something that browsers load, over https alone."""
    value = line(value, field=field, most=LONGEST_URL)
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme != "https" or not parts.hostname or parts.username is not None or " " in value:
        raise Invalid("This is not an address that begins with https://.", field=field)
    return value


_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def color(value: str, *, field: Field) -> str:
    """A colour as CSS writes it: # and six hexadecimal digits, kept in small letters."""
    if not _COLOR.fullmatch(value):
        raise Invalid("This is not a colour (#1a2b3c).", field=field)
    return value.lower()


MOST_LANGUAGES = 50


def languages(values: Sequence[str], *, field: Field) -> list[str]:
    """At most 50 language tags, none twice, in their order."""
    if len(values) > MOST_LANGUAGES:
        raise Invalid(f"There are at most {MOST_LANGUAGES} languages.", field=field)
    return list(dict.fromkeys(locale(one, field=field) for one in values))


MOST_CUSTOM_FIELDS = 50
_LARGEST_NUMBER = 2**53  # what every reader of JSON keeps exactly


def custom_fields(value: object, *, field: Field) -> dict[str, str | int | float | bool | None]:
    """What an organization asks beside the usual: at most 50 names, each with a text of one line, a number, a boolean
    or nothing."""
    if not isinstance(value, Mapping) or len(value) > MOST_CUSTOM_FIELDS:
        raise Invalid(f"This must be an object with at most {MOST_CUSTOM_FIELDS} fields.", field=field)
    checked: dict[str, str | int | float | bool | None] = {}
    for name, given in value.items():
        place = (*field, line(name, field=field, most=64))
        if isinstance(given, str):
            checked[name] = line(given, field=place, most=1_000) if given.strip() else ""
        elif isinstance(given, int | float) and abs(given) <= _LARGEST_NUMBER:
            checked[name] = given
        elif given is None:
            checked[name] = None
        else:
            raise Invalid("This must be a text, a number, a boolean or null.", field=place)
    return checked


def findable(value: str, *, most: int) -> bool:
    """Whether a column of at most `most` characters can hold the text, and so be asked for it: it is no longer,
    and without NUL and halves of characters."""
    return len(value) <= most and _UNSTORABLE.search(value) is None


def _plain(value: str, *, allowed: str, field: Field, most: int) -> str:
    if len(value) > most:
        raise Invalid(f"This must not be longer than {most} characters.", field=field)
    if not value.isprintable() and any(_is_hidden(c) and c not in allowed for c in value):
        raise Invalid("This must not contain control characters.", field=field)
    return value


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _CONTROLLING or character in _TURNING
