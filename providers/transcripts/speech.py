"""In which of the languages that share Chinese characters something is written: each draws them in its own way."""

from __future__ import annotations

import re

_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff]")
_TRADITIONAL = re.compile(r"zh-(hant|tw|hk|mo)\b", re.IGNORECASE)


def speech_in(text: str) -> str | None:
    """`ja` or `ko`, where the text has letters that only they have: Chinese characters alone say nothing."""
    if _KANA.search(text):
        return "ja"
    return "ko" if _HANGUL.search(text) else None


def speech_of(tag: str) -> str | None:
    """`ja`, `ko`, `zh` or `zh-Hant`, where that is what the language tag says."""
    if _TRADITIONAL.match(tag):
        return "zh-Hant"
    base = tag.lower().partition("-")[0]
    return base if base in ("ja", "ko", "zh") else None
