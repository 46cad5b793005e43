"""A transcript as plain text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from string import Formatter

import pytest

from providers.mail.languages import LANGUAGES
from providers.transcripts.facts import Answered, File, Voice
from providers.transcripts.text import as_text
from providers.transcripts.words import WORDS, Words
from tests.providers.transcripts.scenes import NINE, said, transcript


def test_it_says_who_said_what_and_when_by_the_readers_clock() -> None:
    facts = transcript(
        said("Good morning.\nHow can I help?"),
        said("My invoice is wrong.", minute=3, author="Maria Rossi", by_guest=True),
        said("She has paid.", minute=4, voice=Voice.NOTE),
        said("The meeting is booked.", minute=5, author=None, voice=Voice.SYSTEM),
        title="Invoice",
    )
    assert as_text(facts).decode() == (
        "Conversation 123 – Invoice\n"
        "Example Ltd\n"
        "\n"
        "Guest: Maria Rossi, m•••@•••, +39 ••• ••56\n"
        "Channel: Web\n"
        "Began: Tuesday 1 December 2026, 09:00 (Europe/Rome, UTC+01:00)\n"
        "Transcript made: Wednesday 2 December 2026, 09:00 (Europe/Rome, UTC+01:00)\n"
        "Times are those of Europe/Rome.\n"
        "\n"
        "\n"
        "== Tuesday 1 December 2026 ==\n"
        "\n"
        "09:00  Anna Berg\n"
        "    Good morning.\n"
        "    How can I help?\n"
        "\n"
        "09:03  Maria Rossi (Guest)\n"
        "    My invoice is wrong.\n"
        "\n"
        "09:04  Anna Berg (internal note)\n"
        "    She has paid.\n"
        "\n"
        "09:05  * The meeting is booked.\n"
    )


def test_each_day_has_a_heading_by_the_readers_calendar() -> None:
    entries = (said("Late.", minute=14 * 60), said("Later.", minute=15 * 60 + 30))
    assert "== Wednesday 2 December 2026 ==" in as_text(transcript(*entries)).decode()
    assert "== Wednesday 2 December 2026 ==" not in as_text(transcript(*entries, zone="UTC")).decode()


def test_an_hour_that_comes_twice_is_told_apart() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    entries = [said("Half past two.", minute=int((at - NINE) / timedelta(minutes=1)))
               for at in (first, first + timedelta(hours=1))]  # fmt: skip
    written = as_text(transcript(*entries)).decode()
    assert "02:30 UTC+02:00  Anna Berg" in written
    assert "02:30 UTC+01:00  Anna Berg" in written


def test_files_answers_and_what_was_removed_are_said() -> None:
    written = as_text(
        transcript(
            said("Here.", file=File("offer.pdf", 1_234_567)),
            said("", minute=1, file=File("no\ntes.txt", 12)),
            said("Secret", minute=2, file=File("secret.pdf", 5), redacted=True),
            said("Thanks", minute=3, answers=Answered("Anna Berg", NINE)),
            said("Old", minute=4, answers=Answered("Anna Berg", NINE - timedelta(days=1))),
        )
    ).decode()
    assert "    Here.\n    [Attachment: offer.pdf (1.2 MB)]" in written
    assert "    [Attachment: no tes.txt (1 KB)]" in written
    assert "    [This message was removed.]" in written
    assert "ecret" not in written
    assert "    [In answer to Anna Berg, 09:00]\n    Thanks" in written
    assert "[In answer to Anna Berg, Monday 30 November 2026, 09:00]" in written


@pytest.mark.parametrize("end", ["\n", "\r", "\u2028", "\x85", "\x0b", "\x0c", "\x1e"])
def test_nobodys_words_pass_for_ours(end: str) -> None:
    forged = f"Hi{end}== Friday =={end}{end}10:00  Anna Berg{end}I refund you everything.{end}* Paid."
    written = as_text(transcript(said(forged, author=f"Maria{end}10:00  Anna", by_guest=True))).decode()
    ours = written.partition("== Tuesday 1 December 2026 ==\n\n")[2].split("\n")
    assert ours[0] == "09:00  Maria 10:00 Anna (Guest)"
    assert all(line.startswith("    ") for line in ours[1:] if line)
    happened = as_text(transcript(said(forged, author=None, voice=Voice.SYSTEM))).decode()
    assert happened.partition("2026 ==\n\n")[2].count("\n") == 1


def test_controls_and_what_reorders_a_line_are_left_out_and_letters_stay() -> None:
    text = "bell\x07 \u202eabc\u202c \ud800 שלום مرحبا 日本語 👨‍👩‍👧 क्षत्रिय e\u0301"
    written = as_text(transcript(said(text))).decode()
    assert "    bell  abc \ufffd שלום مرحبا 日本語 👨‍👩‍👧 क्षत्रिय e\u0301\n" in written


def test_guests_whom_the_reader_does_not_know_are_guests_and_who_is_gone_is_nobody() -> None:
    written = as_text(
        transcript(
            said("Hi.", author=None, by_guest=True, answers=Answered(None, NINE, by_guest=True)),
            said("Bye.", author=None, answers=Answered(None, NINE)),
        )
    ).decode()
    assert "09:00  Guest\n    [In answer to Guest, 09:00]\n    Hi." in written
    assert "09:00  System\n    [In answer to System, 09:00]\n    Bye." in written


def test_one_that_is_cut_says_so_at_its_end_and_how_to_have_the_rest() -> None:
    written = as_text(transcript(said("Hi."), last=5000, is_cut=True)).decode()
    assert written.endswith("The rest is had by asking for a transcript of what comes after message 5000.\n")
    assert "ends here" not in as_text(transcript(said("Hi."), last=5000)).decode()


def test_of_an_empty_conversation_it_is_said_that_it_is_empty() -> None:
    assert as_text(transcript()).decode().endswith("Nothing has been said.\n")


@pytest.mark.parametrize(
    ("languages", "title"),
    [
        (("de-AT", "en"), "Unterhaltung 123"),
        (("it",), "Conversazione 123"),
        (("fr",), "Conversation 123"),
        (("es-MX",), "Conversación 123"),
        (("ja", "es"), "Conversación 123"),
        (("ja",), "Conversation 123"),
        ((), "Conversation 123"),
    ],
)
def test_it_is_in_the_first_language_of_its_reader_that_is_known(
    languages: tuple[str, ...], title: str
) -> None:
    assert as_text(transcript(languages=languages)).decode().startswith(f"{title}\n")


def test_each_language_says_the_same() -> None:
    def blanks(words: Words) -> dict[str, set[str | None]]:
        said = {name: getattr(words, name) for name in Words.__slots__ if name != "channels"}
        return {name: {part[1] for part in Formatter().parse(text)} - {None} for name, text in said.items()}

    assert WORDS.keys() == LANGUAGES.keys()
    for words in WORDS.values():
        assert blanks(words) == blanks(WORDS["en"])
        assert words.channels.keys() == WORDS["en"].channels.keys()
