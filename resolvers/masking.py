"""What is told as the viewer may see it: without how guests are reached, for agents who are not to know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from models.contact.masking import Mask
from resolvers.context import Info

T = TypeVar("T")


class Titled(Protocol):
    title: str | None


def title(info: Info, root: Titled) -> str | Awaitable[str | None] | None:
    """Of a meeting or a conversation."""
    return masked(info, lambda mask: mask.text(root.title))


def masked(info: Info, show: Callable[[Mask], T]) -> T | Awaitable[T]:
    """At once where it is known how the viewer sees guests, as there are long lists of them."""
    mask = info.context.mask_at_hand()
    return _later(info, show) if mask is None else show(mask)


async def _later(info: Info, show: Callable[[Mask], T]) -> T:
    return show(await info.context.mask())
