"""What events are called to the receivers of webhooks."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5


def name_of(kind: str, key: int, at: datetime) -> str:
    """The name of what happened, the same however often it is told."""
    return f"msg_{uuid5(NAMESPACE_URL, f'frontdesk:{kind}:{key}:{at.isoformat()}').hex}"
