"""Numbers in one form, however they are given."""

from __future__ import annotations

import pytest

from models.contact.number import beginnings, standard


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("+39 06 555 0199", "+39065550199"),
        ("+1 (202) 555-0143", "+12025550143"),
        ("+55 11 98765-4321", "+5511987654321"),
        ("+55 11 8765-4321", "+5511987654321"),  # of before 2016
        ("+55 11 3333-4444", "+551133334444"),  # no mobile phone: eight digits still
        ("+55 11 7012-3456", "+551170123456"),  # nor this one, which is one
        ("+52 55 1234 5678", "+525512345678"),
        ("+52 1 55 1234 5678", "+525512345678"),
        ("+52 1 800 555 1234", "+528005551234"),
        ("+54 9 11 2345-6789", "+5491123456789"),
        ("+44 7911 123456", "+447911123456"),
    ],
)
def test_a_number_is_kept_as_it_is_dialled_today(given: str, kept: str) -> None:
    assert standard(given) == standard(kept) == kept


@pytest.mark.parametrize(
    "given", ["", "06 1234", "+", "+39", "tel", "\0", "+999999999999999", "+55", "+521", "1" * 300]
)
def test_what_is_no_number_is_none(given: str) -> None:
    assert standard(given) is None


@pytest.mark.parametrize(
    ("typed", "some"),
    [
        ("+39 06", {"3906"}),
        ("0039 06", {"3906"}),
        ("06 555", {"06555", "6555"}),
        ("+52 1 55", {"5255"}),
        ("+55 11 8765", {"55118765", "551198765"}),
        ("12", set()),
        ("grace", set()),
        ("+39 grace", set()),
    ],
)
def test_of_what_is_typed_numbers_begin_with_these(typed: str, some: set[str]) -> None:
    found = beginnings(typed)
    assert found >= some
    assert bool(found) == bool(some)
