"""What calendars answer is read out of mails; and out of nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar.timezone import tzp

from providers.mail.invitation import Answer
from providers.mail.replies import MOST_EVENTS, CalendarReply, read_replies
from tests.providers.mail.replies import STAMPED, a_mail, an_answer

EXCHANGE = b"""From: Ivan <ivan@guests.example>\r
To: frontdesk@localhost\r
Subject: Declined\r
Content-Type: text/calendar; charset="utf-8"; method=REPLY\r
Content-Transfer-Encoding: base64\r
\r
QkVHSU46VkNBTEVOREFSDQpNRVRIT0Q6UkVQTFkNClBST0RJRDpNaWNyb3NvZnQgRXhjaGFuZ2UgU2VydmVyIDIwMTANClZFUlNJT046
Mi4wDQpCRUdJTjpWRVZFTlQNCkFUVEVOREVFO1BBUlRTVEFUPURFQ0xJTkVEO0NOPUl2YW46TUFJTFRPOkl2YW5AR3Vlc3RzLmV4YW1w
bGUNClVJRDpvbmUNCkRUU1RBTVA6MjAyNzAzMDFUMDcwMDAwWg0KU0VRVUVOQ0U6Mg0KRU5EOlZFVkVOVA0KRU5EOlZDQUxFTkRBUg0K
"""


def test_an_answer_is_read_with_whose_it_is_and_to_what() -> None:
    assert read_replies(a_mail(an_answer("one", sequence=3))) == [
        CalendarReply("one", "ivan@guests.example", Answer.ACCEPTED, 3, STAMPED)
    ]


def test_one_as_exchange_writes_it_is_read() -> None:
    assert read_replies(EXCHANGE) == [CalendarReply("one", "ivan@guests.example", Answer.DECLINED, 2, STAMPED)]


@pytest.mark.parametrize(("said", "answer"), [(one.value, one) for one in Answer])
def test_every_answer_is_known(said: str, answer: Answer) -> None:
    [reply] = read_replies(a_mail(an_answer("one", said=said)))
    assert reply.answer is answer


def test_who_answers_for_another_is_heard_only_where_the_answer_says_so() -> None:
    assert read_replies(a_mail(an_answer("one"), sender="eve@guests.example")) == []
    by_eve = an_answer("one", sent_by="eve@guests.example")
    assert len(read_replies(a_mail(by_eve, sender="eve@guests.example"))) == 1


@pytest.mark.parametrize(
    "calendar",
    [
        an_answer("one", method="REQUEST"),
        an_answer("one", said="DELEGATED"),
        an_answer("one", said=""),
        an_answer("one", sequence=-1),
        an_answer("one", sequence=2**40),
        an_answer(""),
        an_answer("x" * 256),
        an_answer("one").replace("ATTENDEE;", "X-NOBODY;"),
        an_answer("one").replace("DTSTAMP:", "X-STAMP:"),
        an_answer("one").replace("DTSTAMP:2027", "DTSTAMP:soon"),
        an_answer("one").replace("SEQUENCE:0", "SEQUENCE:none"),
        an_answer("one").replace("VEVENT", "VTODO"),
        "BEGIN:VCALENDAR",
        "",
    ],
)
def test_what_is_no_whole_answer_is_none(calendar: str) -> None:
    assert read_replies(a_mail(calendar)) == []


def test_of_very_many_the_first_are_read() -> None:
    one = an_answer("one")
    event = one[one.index("BEGIN:VEVENT") : one.index("END:VCALENDAR")]
    assert len(read_replies(a_mail(one.replace(event, event * 100)))) == MOST_EVENTS


HEADER = b"From: %s\r\nContent-Type: %s\r\n\r\n"
OURS = b"ivan@guests.example"


@pytest.mark.parametrize(
    "mail",
    [
        HEADER % (b'"' * 900_000, b"text/calendar"),
        HEADER % (b"," * 900_000, b"text/calendar"),
        HEADER % (b"(" * 1_900, b"text/calendar"),
        HEADER % (OURS, b"text/calendar" + b";" * 900_000),
        HEADER % (OURS, b"text/calendar" + b"(" * 20_000),
        b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (i, i) for i in range(15_000)),
        b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
    ],
    ids=[
        "quotes",
        "commas",
        "comments",
        "parameters",
        "comments of a type",
        "multiparts",
        "mails within mails",
    ],
)
def test_a_mail_that_is_made_to_be_slow_is_put_aside_at_once(mail: bytes) -> None:
    assert read_replies(mail) == []


def test_a_mail_from_several_is_from_nobody() -> None:
    by_eve = a_mail(an_answer("one"), sender="eve@guests.example")
    assert read_replies(b"From: Ivan <ivan@guests.example>\r\n" + by_eve) == []


def test_of_the_zones_that_a_mail_defines_nothing_stays() -> None:
    zone = (
        "BEGIN:VTIMEZONE\r\nTZID:Eve\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\n"
        "TZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    answer = an_answer("one").replace("BEGIN:VEVENT", zone + "BEGIN:VEVENT")
    assert len(read_replies(a_mail(answer))) == 1
    assert tzp.timezone("Eve") is None


@given(st.binary(max_size=300))
def test_whatever_comes_nothing_falls(mail: bytes) -> None:
    assert read_replies(mail) == []


@given(st.data())
def test_whatever_is_broken_in_an_answer_nothing_falls(data: st.DataObject) -> None:
    mail = bytearray(a_mail(an_answer("one")))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(mail) - 1))
        mail[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    read_replies(bytes(mail))
