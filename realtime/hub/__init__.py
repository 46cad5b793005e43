"""The hub: reads each topic's rows once in a process, and gives them to all its subscribers there."""

from realtime.hub.hub import Hub
from realtime.hub.limits import Limits
from realtime.hub.subscriber import Accept, Item, everything, nothing

__all__ = ["Accept", "Hub", "Item", "Limits", "everything", "nothing"]
