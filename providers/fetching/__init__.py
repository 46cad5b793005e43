"""Fetching what a stranger's URL names, without being sent where only we can go."""

from providers.fetching.addresses import LOOPBACK_TOO, PUBLIC_ONLY, AddressPolicy
from providers.fetching.answers import NOTHING_KNOWN, Answered, Fetched, Validators
from providers.fetching.connecting import guarded_connector
from providers.fetching.fetch import Fetcher, FetchLimits
from providers.fetching.targets import safe_url

__all__ = [
    "LOOPBACK_TOO",
    "NOTHING_KNOWN",
    "PUBLIC_ONLY",
    "AddressPolicy",
    "Answered",
    "FetchLimits",
    "Fetched",
    "Fetcher",
    "Validators",
    "guarded_connector",
    "safe_url",
]
