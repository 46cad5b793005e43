"""The operations of the house by which something is set up."""

from __future__ import annotations

import re

from tests.resolvers.house import DOCUMENTS

_SETS_UP = re.compile(
    "create(?!V)|cancelC|update|delete|set[WDS]|remove(?!Member$)|connect|disconnect|renew|revoke"
)


def mutation_of(document: str) -> str:
    """The name of a document's mutation; empty for a query."""
    found = re.match(r"mutation\([^)]*\) \{\s*(\w+)", document)
    return found[1] if found else ""


ADMINISTRATIVE = [name for name, (document, *_) in DOCUMENTS.items() if _SETS_UP.match(mutation_of(document))]
