"""Links that are good for some minutes."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest

from models.keyring import Keyring
from models.passing_link import BadLink, PastLink, content_of, token_for

KEYS = Keyring(b"k" * 32)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=10)


def minted(
    content: str = "attachment 5 of agent 3", *, purpose: str = "attachment", keys: Keyring = KEYS
) -> str:
    return token_for(content, purpose=purpose, until=UNTIL, keys=keys)


def read(token: str, *, purpose: str = "attachment", now: datetime = NOW) -> str:
    return content_of(token, purpose=purpose, keys=KEYS, now=now)


@pytest.mark.parametrize("content", ["attachment 5 of agent 3", "", "ü 漢 🙂", "a" * 300])
def test_a_token_says_what_it_is_for(content: str) -> None:
    assert read(minted(content)) == content


def test_a_token_can_stand_in_an_address_as_it_is() -> None:
    assert minted("?&#/+ ").replace("-", "a").replace("_", "a").isalnum()


def test_it_is_good_until_its_time_and_not_then() -> None:
    assert read(minted(), now=UNTIL - timedelta(seconds=1))
    with pytest.raises(PastLink):
        read(minted(), now=UNTIL)


def test_one_for_another_purpose_is_useless() -> None:
    with pytest.raises(BadLink):
        read(minted(purpose="transcript"))


def test_one_of_another_key_is_useless_and_not_called_past() -> None:
    with pytest.raises(BadLink) as refused:
        read(minted(keys=Keyring(b"o" * 32)), now=UNTIL + timedelta(days=1))
    assert not isinstance(refused.value, PastLink)


def test_no_byte_of_it_can_be_changed() -> None:
    fixed = urlsafe_b64decode(minted() + "=" * (-len(minted()) % 4))
    for place in range(len(fixed)):
        forged = bytearray(fixed)
        forged[place] ^= 1
        with pytest.raises(BadLink):
            read(urlsafe_b64encode(forged).decode().rstrip("="))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "=",
        "....",
        "ü",
        "a" * 100_000,
        "A" * 400,
        "_" * 60,
        minted() + "=",
        minted()[:-1],
        minted() + "A",
    ],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(BadLink):
        read(token)
