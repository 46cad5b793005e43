"""The places in a template's text that are filled for each reader: {{1}}, {{2}} or {{first_name}}."""

import re

_PLACE = re.compile(r"\{\{\s*(\w{1,64})\s*\}\}")


def placeholders(text: str) -> tuple[str, ...]:
    """Their names in their order, each once; numbers by what they count."""
    found = dict.fromkeys(_PLACE.findall(text))
    return tuple(sorted(found, key=lambda name: int(name) if name.isdecimal() else 0))
