"""The facts of a meeting as every letter lists them: a line each in text, a row each in HTML."""

from dataclasses import dataclass

from providers.mail.languages import Language
from providers.mail.marks import Block
from providers.mail.occasions import Audience, Occasion
from providers.mail.pages import piece
from providers.mail.variables import is_ending


@dataclass(frozen=True, slots=True)
class Row:
    """A fact; what is `over` is struck through."""

    label: str
    text: str
    aside: str = ""
    over: bool = False
    is_link: bool = False


def table(words: dict[str, object], *, occasion: Occasion, audience: Audience, language: Language) -> str:
    """When, what, with whom, how and where, as far as there is something to say."""
    rows = _rows(words, occasion=occasion, audience=audience, language=language)
    width = max(map(len, language.labels.values())) + len(language.colon) + 2
    lines = [f"{row.label + language.colon:{width}}{_indented(row, width, language)}" for row in rows]
    return Block.of("\n".join(lines), piece("facts", rows))


def _rows(words: dict[str, object], *, occasion: Occasion, audience: Audience, language: Language) -> list[Row]:
    labels, over = language.labels, is_ending(occasion, audience)
    said = {name: str(value) for name, value in words.items()}
    former = said["former_when"] if occasion is Occasion.RESCHEDULED else ""
    time = f"{said['date']}, {said['hours']}"
    rows = [
        Row(labels["when"], said["when"], over=True) if over else Row(labels["when"], time, said["zone"]),
        Row(labels["before"], former, over=True),
        Row(labels["what"], said["title"]),
        Row(labels["with"], _with_whom(said, audience)),
        Row(labels["how"], said["meeting_type"]),
        Row(labels["where"], said["location"]),
        Row(labels["join"], "" if over else said["join_url"], is_link=True),
        Row(labels["join"], "" if over or said["join_url"] else said["join_from"]),
        Row(labels["reason"], said["reason"]),
        Row(labels["notes"], "" if over else said["notes"]),
    ]
    return [row for row in rows if row.text]


def _with_whom(said: dict[str, str], audience: Audience) -> str:
    if audience is not Audience.AGENT:
        return said["agent_names"] or said["organization"]
    address = said["guest_address"]
    return f"{said['guest_name']} ({address})" if address else said["guest_name"]


def _indented(row: Row, width: int, language: Language) -> str:
    """The fact as text, with its further lines under its first one. What no longer holds is said to: text has no
    strokes; the time of what is over as a whole is not, as the letter says so."""
    text = row.text.replace("\n", "\n" + " " * width)
    if row.aside:
        return f"{text} ({row.aside})"
    return f"{text} ({language.no_longer})" if row.over and row.label == language.labels["before"] else text
