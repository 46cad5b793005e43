"""Letters that are of no meeting: an invitation to choose a time, or to talk, a code, a password, a lost calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from providers.mail.facts import Person
from providers.mail.languages import Language
from providers.mail.marks import Link, Typed
from providers.mail.occasions import Occasion
from providers.mail.text import inert, one_line, paragraphs, typed, web_address
from providers.mail.times import at

# What the link of each occasion is called, as a variable and on its button.
URLS: Mapping[Occasion, str] = {
    Occasion.INVITATION: "schedule_url",
    Occasion.CONVERSATION_INVITATION: "conversation_url",
    Occasion.AGENT_INVITATION: "password_url",
    Occasion.PASSWORD_RESET: "password_url",
    Occasion.CALENDAR_DISCONNECTED: "connect_url",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What such a letter speaks of; most occasions know little of it. `until` is aware UTC."""

    organization: str
    url: str | None = None
    code: str | None = None
    message: str | None = None
    title: str | None = None
    agent_names: tuple[str, ...] = ()
    actor: str | None = None
    account: str | None = None
    until: datetime | None = None


def notice_words(
    notice: Notice, *, occasion: Occasion, reader: Person, language: Language
) -> dict[str, object]:
    """The variables that such a letter has, each safe to stand in a mail; empty where there is nothing to say."""
    words: dict[str, object] = {
        "organization": one_line(notice.organization),
        "reader_name": typed(reader.name),
        "until": at(notice.until, zone=reader.zone, language=language) if notice.until else "",
        "code": one_line(notice.code or ""),
        "message": Typed(inert(paragraphs(notice.message or ""))),
        "title": typed(notice.title or ""),
        "agent_names": Typed(", ".join(map(typed, notice.agent_names))),
        "actor": typed(notice.actor or ""),
        "account": typed(notice.account or ""),
    }
    if occasion in URLS:
        name = URLS[occasion]
        words[name] = Link.to(web_address(notice.url), language.buttons[name])
    return words
