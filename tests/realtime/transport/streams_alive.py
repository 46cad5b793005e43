"""What is left of subscriptions."""

import gc
from typing import Any


def streams_alive() -> list[Any]:
    """Async generators of the test schema's subscriptions that are still suspended somewhere."""
    gc.collect()
    return [
        thing
        for thing in gc.get_objects()
        if type(thing).__name__ == "async_generator"
        and thing.__name__ in ("silence", "noise")
        and thing.ag_frame
    ]
