"""What a meeting is called that nobody has given a title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

LONGEST_TITLE = 200

_MEETING_WITH: Mapping[str, str] = MappingProxyType(
    {
        "en": "Meeting with {who}",
        "it": "Appuntamento con {who}",
        "de": "Termin mit {who}",
        "fr": "Rendez-vous avec {who}",
        "es": "Cita con {who}",
    }
)


def meeting_with(who: str, *, languages: Sequence[str]) -> str:
    """In the first of the languages that is known here, whatever its region, or in English."""
    spoken = (language.partition("-")[0].lower() for language in (*languages, "en"))
    said = next(_MEETING_WITH[one] for one in spoken if one in _MEETING_WITH)
    return said.format(who=who)[:LONGEST_TITLE]
