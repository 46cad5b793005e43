from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from providers.mail.mailbox import Mailbox
from providers.mail.text import one_line
from tests.providers.mail.samples import (
    INVITATION,
    LETTER,
    START,
    WITH_CALENDAR,
    content,
    named,
    part,
    reopened,
)

HOSTILE = (
    "Mia\r\nBcc: x@evil.example",
    "=?utf-8?q?Mia=0D=0ABcc=3A_x=40evil.example?=",
    'Mia" <x@evil.example>, "',
    "Ж" * 90 + ", x@evil.example <x@evil.example>",
    "Mia, Ann\u2028Bcc: x@evil.example; \\ (comment) \ud800",
)


def test_a_letter_reopens_to_what_was_written() -> None:
    letter = replace(LETTER, subject="Grüße, 山田 😀", text="Zwölf\n. \nFrom me\n", html="<p>Zwölf</p>\n")
    message = reopened(letter)
    assert message["Subject"] == "Grüße, 山田 😀"
    assert message["From"] == "Acme <desk@acme.example>"
    assert message["To"] == "Mia Park <mia@guest.example>"
    assert message["Date"].datetime == START
    assert message["Message-ID"] == "<one@acme.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert content(message, "text/plain") == "Zwölf\n. \nFrom me\n"
    assert content(message, "text/html") == "<p>Zwölf</p>\n"


def test_answers_go_to_the_reply_address_where_there_is_one() -> None:
    letter = replace(LETTER, reply_to=Mailbox(name="Rossi, Anna", address="anna@acme.example"))
    assert reopened(letter)["Reply-To"].addresses[0].display_name == "Rossi, Anna"
    assert reopened(LETTER)["Reply-To"] is None


def test_the_calendar_is_an_alternative_and_an_attachment() -> None:
    message = reopened(WITH_CALENDAR)
    assert message.get_content_type() == "multipart/mixed"
    alternative, attachment = message.iter_parts()
    assert [one.get_content_type() for one in alternative.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    card = part(message, "text/calendar")
    assert card["Content-Type"].params == {"method": "REQUEST", "charset": "UTF-8"}
    assert card.get_payload(decode=True) == INVITATION.to_ics()
    assert attachment.get_filename() == "invite.ics"
    assert attachment.get_content() == INVITATION.to_ics()


def test_a_letter_without_a_calendar_has_text_and_html_only() -> None:
    assert [one.get_content_type() for one in reopened(LETTER).iter_parts()] == ["text/plain", "text/html"]


def test_the_same_letter_is_the_same_message_to_the_byte() -> None:
    assert WITH_CALENDAR.to_bytes() == replace(WITH_CALENDAR).to_bytes()
    assert WITH_CALENDAR.to_bytes() != replace(WITH_CALENDAR, message_id="two@acme.example").to_bytes()


def test_lines_are_short_ascii_and_end_in_crlf() -> None:
    wire = replace(WITH_CALENDAR, subject="ü" * 150, text="ü" * 3000, html="<b>" + "x" * 3000).to_bytes()
    assert wire.isascii()
    assert wire.count(b"\n") == wire.count(b"\r\n") == wire.count(b"\r")
    assert all(len(line) <= 78 for line in wire.split(b"\r\n"))


@given(name=st.text(st.characters(), max_size=250), subject=st.text(st.characters(), max_size=250))
@example(name=HOSTILE[0], subject=HOSTILE[0])
@example(name=HOSTILE[1], subject=HOSTILE[1])
@example(name=HOSTILE[2], subject=HOSTILE[2])
@example(name=HOSTILE[3], subject=HOSTILE[3])
@example(name=HOSTILE[4], subject=HOSTILE[4])
def test_no_name_or_subject_adds_a_header_or_a_reader(name: str, subject: str) -> None:
    letter = replace(LETTER, subject=subject, to=Mailbox(name=name, address="mia@guest.example"))
    message = reopened(letter)
    assert message.keys() == reopened(LETTER).keys()
    assert message["Subject"] == one_line(subject, limit=900)
    assert [one.addr_spec for one in message["To"].addresses] == ["mia@guest.example"]
    assert named(letter.to_bytes(), "To") == (one_line(name), "mia@guest.example")


def test_a_local_part_with_umlauts_is_written_in_utf8() -> None:
    letter = replace(LETTER, to=Mailbox(name="Jörg", address="jörg@bücher.example"))
    assert letter.needs_utf8
    assert "<jörg@xn--bcher-kva.example>".encode() in letter.to_bytes()
    assert not LETTER.needs_utf8


def test_a_letter_that_is_none_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="zone"):
        replace(LETTER, date=datetime(2026, 12, 1))  # noqa: DTZ001
    for message_id in ("", "no-domain", "a b@acme.example", "a@acme.example>\r\nBcc: x"):
        with pytest.raises(ValueError, match="message id"):
            replace(LETTER, message_id=message_id)
    with pytest.raises(ValueError, match="header"):
        replace(LETTER, headers=(("Bcc: x@evil.example\r\nX", "1"),))
