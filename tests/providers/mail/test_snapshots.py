"""All letters, as a person reads them: snapshots/<language>/<OCCASION>.txt, each reader's below the other.

Renew them with `make snapshots`, and read the difference before committing it.
"""

import os
from pathlib import Path

import pytest

from providers.mail.languages import LANGUAGES
from providers.mail.letter import Letter
from providers.mail.occasions import Audience, Occasion, readers_of
from tests.providers.mail.samples import event_of
from tests.providers.mail.scenes import OCCASIONS, letter

FOLDER = Path(__file__).parent / "snapshots"
FILES = [(occasion, language) for language in LANGUAGES for occasion in OCCASIONS]


def _page(occasion: Occasion, language: str) -> str:
    readers = readers_of(occasion)
    return "\n".join(_told(letter(occasion, audience, language), audience) for audience in readers)


def _told(one: Letter, audience: Audience) -> str:
    head = f"════ to {audience.lower()} ════\nFrom: {one.sender.name}\nTo: {one.to.name} <{one.to.address}>\n"
    text = f"{head}Subject: {one.subject}\n\n{one.text}"
    if one.calendar is None:
        return text
    event = event_of(one.calendar.content)
    marks = (
        f"{one.calendar.method}, {event.get('STATUS', 'for the reader alone')}, sequence {event['SEQUENCE']}"
    )
    entry = f"── in the calendar ({marks}) ──\n{event['SUMMARY']}\n\n{event['DESCRIPTION']}\n"
    return f"{text}\n{entry}"


@pytest.mark.parametrize(("occasion", "language"), FILES)
def test_letters_read_as_their_snapshots(occasion: Occasion, language: str) -> None:
    file, page = FOLDER / language / f"{occasion}.txt", _page(occasion, language)
    if os.environ.get("FRONTDESK_RENEW_SNAPSHOTS"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page, encoding="utf-8")
    assert page == file.read_text(encoding="utf-8")


def test_there_is_no_snapshot_of_a_letter_that_nobody_gets() -> None:
    known = {FOLDER / language / f"{occasion}.txt" for occasion, language in FILES}
    left_over = {path for path in FOLDER.rglob("*") if path.is_file()} - known
    if os.environ.get("FRONTDESK_RENEW_SNAPSHOTS"):
        for path in left_over:
            path.unlink()
        left_over = set()
    assert left_over == set()
