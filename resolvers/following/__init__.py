"""Slots that are followed: worked out once in a process for all who ask the same, and told as the days that changed."""

from resolvers.following.bounds import Bounds
from resolvers.following.days import Days, SlotsChanged
from resolvers.following.feeds import Asked, SlotFeeds
from resolvers.following.found import Found, until

__all__ = ["Asked", "Bounds", "Days", "Found", "SlotFeeds", "SlotsChanged", "until"]
