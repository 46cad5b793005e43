"""Letters of no meeting's change: ordered with what needs them, sent once, and then forgotten."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from errors import Invalid
from jobs.ordered_mail import send_ordered
from models.keyring import Keyring
from models.letter.ordered import Order, OrderedLetter, order_letter
from models.organization.organization import Organization
from models.transactions import transaction
from models.words import Audience, Occasion
from providers.mail.fake import FakeMailer
from tests.builders import MONDAY, Clock
from tests.jobs.conftest import Jobs

GRACE = "grace@guests.example"
CODE = Order(
    key="code:1",
    occasion=Occasion.SIGN_IN_CODE,
    audience=Audience.GUEST,
    name="Grace",
    address=GRACE,
    time_zone="Europe/Rome",
    code="418290",
    until=MONDAY + timedelta(minutes=10),
)
INVITATION = Order(
    key="link:1:invited",
    occasion=Occasion.INVITATION,
    audience=Audience.GUEST,
    name="Grace",
    address=GRACE,
    time_zone="Europe/Rome",
    languages=("de-AT", "it"),
    url="https://desk.example/acme/anna",
    message="Bis bald!\nAnna",
    agent_names=("Anna",),
)
Orders = Callable[[Order], Awaitable[None]]


@pytest.fixture
def orders(organization: Organization, jobs: Jobs, keys: Keyring, clock: Clock) -> Orders:
    async def order(one: Order) -> None:
        async with transaction() as tx:
            await order_letter(tx, one, organization_id=organization.id, keys=keys, now=clock())

    return order


async def test_a_letter_is_sent_in_the_readers_language_and_then_forgotten(
    orders: Orders, jobs: Jobs, mailer: FakeMailer
) -> None:
    await orders(INVITATION)
    await jobs.run()
    [letter] = mailer.sent_to(GRACE)
    assert "Anna lädt Sie zu einem Gespräch ein." in letter.text
    assert "Bis bald!\nAnna" in letter.text
    assert "https://desk.example/acme/anna" in letter.text
    assert 'href="https://desk.example/acme/anna"' in letter.html
    assert await OrderedLetter.all().count() == 0


async def test_where_no_language_is_known_it_is_in_the_organizations(
    orders: Orders, organization: Organization, jobs: Jobs, mailer: FakeMailer
) -> None:
    organization.locale = "it-CH"
    await organization.save()
    await orders(replace(INVITATION, languages=("pl",)))
    await jobs.run()
    assert "La invita a un appuntamento" in mailer.sent_to(GRACE)[0].text


async def test_what_is_ordered_twice_is_sent_once_whenever_the_second_order_comes(
    orders: Orders, jobs: Jobs, mailer: FakeMailer
) -> None:
    await orders(INVITATION)
    await orders(INVITATION)
    await jobs.run()
    await orders(INVITATION)
    await jobs.run()
    assert len(mailer.outbox) == 1
    await orders(replace(INVITATION, key="link:2:invited"))
    await jobs.run()
    assert len(mailer.outbox) == 2


async def test_of_orders_that_come_at_once_one_letter_is_sent(
    orders: Orders, jobs: Jobs, mailer: FakeMailer
) -> None:
    await asyncio.gather(*(orders(INVITATION) for _ in range(8)))
    await jobs.run()
    assert len(mailer.outbox) == 1


async def test_a_job_that_runs_twice_sends_once(orders: Orders, jobs: Jobs, mailer: FakeMailer) -> None:
    await orders(INVITATION)
    row = await OrderedLetter.get()
    await send_ordered.defer_async(letter_id=row.id)
    await jobs.run()
    assert (len(mailer.outbox), await jobs.failed()) == (1, [])


async def test_nothing_is_sent_of_what_is_undone(
    organization: Organization, jobs: Jobs, mailer: FakeMailer, keys: Keyring, clock: Clock
) -> None:
    with pytest.raises(Invalid):
        async with transaction() as tx:
            await order_letter(tx, INVITATION, organization_id=organization.id, keys=keys, now=clock())
            raise Invalid("not so")
    await jobs.run()
    assert mailer.outbox == []


async def test_codes_and_addresses_lie_sealed(orders: Orders, jobs: Jobs) -> None:
    await orders(CODE)
    row = await OrderedLetter.get()
    waiting = repr([bytes(row.sealed), row.key, *await jobs.waiting("mail.send_ordered")])
    assert "418290" not in waiting
    assert GRACE not in waiting


async def test_a_code_that_is_no_longer_good_is_not_sent(
    orders: Orders, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    mailer.is_down = True
    await orders(CODE)
    await jobs.run()
    mailer.is_down = False
    clock.advance(minutes=10)
    await jobs.hurry()
    assert (mailer.outbox, await OrderedLetter.all().count()) == ([], 0)


async def test_while_the_mail_server_is_down_a_letter_waits_for_two_days(
    orders: Orders, jobs: Jobs, mailer: FakeMailer, clock: Clock
) -> None:
    mailer.is_down = True
    await orders(INVITATION)
    await jobs.run()
    assert len(await jobs.waiting("mail.send_ordered")) == 1
    clock.advance(hours=48)
    await jobs.hurry()
    assert await jobs.waiting("mail.send_ordered") == []
    assert await OrderedLetter.all().count() == 0


@pytest.mark.parametrize("address", ["grace@guests.example", "grace @ nowhere"])
async def test_an_address_that_nothing_can_be_sent_to_is_logged_without_it(
    orders: Orders, jobs: Jobs, mailer: FakeMailer, address: str
) -> None:
    mailer.rejected_addresses.add(GRACE)
    await orders(replace(INVITATION, address=address))
    with capture_logs() as log:
        await jobs.run()
    assert [line["event"] for line in log] == ["letter.rejected"]
    assert address not in repr(log)
    assert await jobs.failed() == []


async def test_each_organization_has_its_own_keys(
    orders: Orders, organization: Organization, jobs: Jobs, mailer: FakeMailer, keys: Keyring, clock: Clock
) -> None:
    other = await Organization.create(slug="other", name="Other", time_zone="UTC")
    await orders(INVITATION)
    async with transaction() as tx:
        await order_letter(tx, INVITATION, organization_id=other.id, keys=keys, now=clock())
    await jobs.run()
    assert len(mailer.outbox) == 2
