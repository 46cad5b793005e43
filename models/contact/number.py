"""Phone numbers of guests, each in one form: however it is given, it is found."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumber

from errors import Invalid
from models.input import Field

_NEWER = (
    # Brazil's mobile numbers have had a ninth digit since 2016.
    (re.compile(r"\+55(\d{2})(\d{8})"), r"+55\g<1>9\g<2>"),
    # Mexico's have not been dialled with a 1 since 2019.
    (re.compile(r"\+521(\d{10})"), r"+52\1"),
)
"""Forms of numbers that are gone, and what became of them. WhatsApp goes on using both."""
_NUMBER = re.compile(r"[\s+0-9().\-/]*")
_LEAST_DIGITS = 3


def phone(value: str, *, field: Field) -> str:
    """A number in E.164, as it is dialled today; it must be given with its country code (+…). Refuses Invalid."""
    number = standard(value)
    if number is None:
        raise Invalid("This is not a phone number with its country code (+39 …).", field=field)
    return number


def standard(value: str) -> str | None:
    """The form in which the number is kept; None for what is no number."""
    given = _parsed(value)
    if given is None:
        return None
    newer = _parsed(_as_today(_written(given)))
    forms = [one for one in (given, newer) if one is not None]
    for is_good in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for form in forms:
            if is_good(form):
                return _written(form)
    return None


def beginnings(search: str) -> set[str]:
    """The digits by which numbers may begin, with their country code or without, of which so much was typed; empty for
    what is no number."""
    digits = re.sub(r"\D", "", search)
    if not _NUMBER.fullmatch(search) or len(digits) < _LEAST_DIGITS:
        return set()
    trimmed = {digits, digits.removeprefix("00"), digits.removeprefix("0")}
    newer = {re.sub(r"^55(\d{2})(\d+)$", r"55\g<1>9\g<2>", one) for one in trimmed}
    return {one for one in trimmed | newer | {re.sub("^521", "52", one) for one in trimmed} if one}


def _parsed(value: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return None


def _as_today(number: str) -> str:
    for form, today in _NEWER:
        if form.fullmatch(number):
            return form.sub(today, number)
    return number


def _written(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
