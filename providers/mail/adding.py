"""Links by which a reader adds a meeting to a calendar on the web, and a line of them all. They say when it is and
where, and hold no key to it: whom they lead to is nobody of ours."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from providers.mail.facts import MeetingFacts
from providers.mail.languages import Language
from providers.mail.marks import Block, Link
from providers.mail.pages import piece


def google_url(facts: MeetingFacts, words: dict[str, object]) -> str:
    asked = {
        "action": "TEMPLATE",
        "text": words["title"],
        "dates": f"{_basic(facts.start)}/{_basic(facts.end)}",
        "location": words["location"] or words["join_url"],
    }
    return Link.to(f"https://calendar.google.com/calendar/render?{_query(asked)}", "Google")


def outlook_url(facts: MeetingFacts, words: dict[str, object]) -> str:
    asked = {
        "rru": "addevent",
        "subject": words["title"],
        "startdt": _extended(facts.start),
        "enddt": _extended(facts.end),
        "location": words["location"] or words["join_url"],
    }
    return Link.to(f"https://outlook.live.com/calendar/0/action/compose?{_query(asked)}", "Outlook")


def calendar_links(words: dict[str, object], *, language: Language) -> str:
    """All there are, by their names."""
    links = [words["google_url"], words["outlook_url"], words["ics_url"]]
    pairs = [(link.label, str(link)) for link in links if isinstance(link, Link)]
    colon = language.colon
    lines = [f"{language.add}{colon}", *(f"{label}{colon} {url}" for label, url in pairs)]
    return Block.of("\n".join(lines), piece("links", f"{language.add}{colon}", pairs))


def _query(asked: dict[str, object]) -> str:
    return urlencode({name: value for name, value in asked.items() if value})


def _basic(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _extended(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
