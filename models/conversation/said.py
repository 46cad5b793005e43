"""What the system says is written in the conversation's language as it happens, like people's words, and stays so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.conversation.languages import LANGUAGES
from models.conversation.saying import Saying


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said, with its facts: names, and other things that are said."""

    saying: Saying
    facts: Mapping[str, str | Said]

    def in_language(self, tag: str | None) -> str:
        """In the language of this tag, with its region or without; in English where nothing is known in it."""
        known = LANGUAGES.get((tag or "").lower().partition("-")[0], {})
        facts = {
            name: fact if isinstance(fact, str) else fact.in_language(tag).rstrip(".")
            for name, fact in self.facts.items()
        }
        return known.get(self.saying, self.saying.value).format(**facts)


def said(saying: Saying, **facts: str | Said) -> Said:
    return Said(saying, facts)
