"""What a public page of the organization looks like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Branding:
    """Colours are written `#rrggbb`, addresses of images with https."""

    logo_url: str | None = None
    join_button_image_url: str | None = None
    slot_text_color: str = "#1f2937"
    available_slot_color: str = "#dbeafe"
    selected_slot_color: str = "#2563eb"

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Branding:
        """The defaults, overlaid with what the organization has set."""
        return cls(**{name: value for name, value in stored.items() if name in _NAMES})

    def stored(self) -> dict[str, Any]:
        """What differs from the defaults."""
        values = {name: getattr(self, name) for name in _NAMES}
        return {name: value for name, value in values.items() if value != getattr(_DEFAULTS, name)}


_NAMES = frozenset(field.name for field in fields(Branding))
_DEFAULTS = Branding()
