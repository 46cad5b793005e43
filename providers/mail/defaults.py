"""The wordings that come along: texts/<language>/<OCCASION>.txt, with a part for each audience.

A part begins with `=== AUDIENCE`, then comes the subject, then the body.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from providers.mail.occasions import Audience, Occasion
from providers.mail.wordings import Wording

FOLDER = Path(__file__).parent / "texts"
_PART = "=== "


def default_wording(occasion: Occasion, audience: Audience, *, language: str) -> Wording:
    """What is said where an organization says nothing of its own; `language` is one of languages/."""
    return _parts(occasion, language)[audience]


@cache
def _parts(occasion: Occasion, language: str) -> Mapping[Audience, Wording]:
    written = (FOLDER / language / f"{occasion}.txt").read_text(encoding="utf-8")
    _, *parts = f"\n{written}".split(f"\n{_PART}")
    return {
        Audience(name.strip()): _wording(text) for name, _, text in (part.partition("\n") for part in parts)
    }


def _wording(text: str) -> Wording:
    subject, _, body = text.strip().partition("\n")
    return Wording(subject=subject.strip(), body=body.strip())
