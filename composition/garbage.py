"""The garbage collector of a process that serves."""

import gc

_CONTAINERS = 10_000
_SELDOM = 20


def look_seldom() -> None:
    """Look for cycles among new objects only, and not with every other answer: those of a month of slots are hundreds
    of objects, which go by themselves. What is there at the start stays, and is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_CONTAINERS, _SELDOM, _SELDOM)
