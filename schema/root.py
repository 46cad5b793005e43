"""The three roots, and the schema made of them."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.roots.booking import Booking
from schema.roots.contacts import Contacts
from schema.roots.desk import Desk
from schema.roots.places import Places
from schema.roots.providers import Providers
from schema.roots.query import Query
from schema.roots.sessions import Sessions
from schema.roots.staff import Staff
from schema.roots.subscription import Subscription
from schema.roots.talking import Talking
from schema.scalars import SCALARS


@strawberry.type
class Mutation(Sessions, Booking, Talking, Contacts, Staff, Places, Desk, Providers):
    pass


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS, relay_max_results=100),
)
