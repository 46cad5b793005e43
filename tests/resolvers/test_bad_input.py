"""Names, tokens and operations that there are not: nothing is found, or the request is refused."""

from __future__ import annotations

from tests.resolvers.house import House, changed, told
from tests.resolvers.nonsense import LONG
from tests.resolvers.tables import contents

NO_LINKS = [
    "",
    "acme",
    "acme/",
    "/anna",
    "acme/nobody",
    "nobody/anna",
    "rival/anna",
    "\0/\0",
    "acme/\ud800",
    LONG,
    f"acme/{LONG}",
    "acme/anna#x",
    "acme//anna",
]
NO_OPERATIONS = [
    "",
    "{",
    "{ nothing }",
    "query { viewer }",
    "query { viewer { agent { id } } } query { viewer { agent { id } } }",
    "mutation { dropEverything }",
    "mutation { bookMeeting { errors { code } } }",
    "subscription { inboxEvents { __typename } conversationEvents(conversationId: 1) { __typename } }",
    "fragment F on Query { viewer { agent { id } } }",
    "{ conversation(id: 1.5) { id } }",
    '{ slots(input: "all") { total } }',
    "\0",
    "\ud800",
    LONG,
    "{ " + "viewer { agent { id } } " * 200 + "}",
    "{ a" + "{ a" * 500,
]


async def test_a_link_that_there_is_not_is_not_found(house: House) -> None:
    client, shown = house.client("link"), house.base("link")
    for link in NO_LINKS:
        assert (await client.run(shown.document, link=link)).data == {"scheduleLink": None}, link[:30]
        for name, path in (("slots", "input.link"), ("book", "input.slots.link")):
            base = house.base(name)
            answer = await client.run(base.document, **changed(base.variables, path, link))
            assert told(answer) == ("NOT_FOUND", ["link"]), link[:30]


async def test_a_links_dates_must_be_dates(house: House) -> None:
    base, client = house.base("slots"), house.client("slots")
    for query in ("from=tomorrow", "to=2027-13-01", "to=\0", "from=2027-03-01T00:00:00Z", f"to={LONG}"):
        link = f"acme/anna?{query}"
        slots = await client.run(base.document, **changed(base.variables, "input.link", link))
        shown = await client.run(house.base("link").document, link=link)
        assert told(slots) == told(shown) == ("INVALID", ["link"]), query[:30]


async def test_a_links_dates_may_lie_anywhere(house: House) -> None:
    base, client = house.base("slots"), house.client("slots")
    for query, total in (
        ("from=0001-01-01", 79),
        ("to=9999-12-31", 79),
        ("from=9999-12-31&to=0001-01-01", 0),
        ("x" * 1_000, 79),
    ):
        link = f"acme/anna?{query}"
        answer = await client.run(base.document, **changed(base.variables, "input.link", link))
        assert answer.errors == []
        assert answer.data["slots"]["total"] == total, query[:30]


async def test_an_organization_that_there_is_not_is_null(house: House) -> None:
    document, client = house.base("organization").document, house.client("organization")
    for slug in ("", "nobody", "\0", "\ud800", LONG, "acme ", "ACME"):
        answer = await client.run(document, slug=slug)
        assert (answer.errors, answer.data) == ([], {"organization": None}), slug[:30]


async def test_a_search_for_what_nobody_is_called_finds_nobody(house: House) -> None:
    document, client = house.base("organization").document, house.client("organization")
    for search, found in (
        ("", 3),
        ("ann", 1),
        *((one, 0) for one in ("\0", "\ud800", "%", "_", "\\", "';--", LONG)),
    ):
        answer = await client.run(document, slug="acme", search=search)
        assert answer.errors == []
        assert len(answer.data["organization"]["agents"]["edges"]) == found, search[:30]


async def test_more_nodes_than_a_hundred_are_a_bad_request(house: House) -> None:
    answer = await house.client("nodes").run(house.base("nodes").document, ids=[house.talk.meeting] * 101)
    assert answer.codes == ["BAD_REQUEST"]


async def test_a_meeting_is_named_by_one_of_its_two_names(house: House) -> None:
    document, client = house.base("meeting").document, house.client("meeting")
    assert (await client.run(document)).codes == ["BAD_REQUEST"]
    assert (await client.run(document, id=house.talk.meeting, token=house.talk.token)).codes == ["BAD_REQUEST"]


async def test_a_manage_token_that_is_none_shows_nothing(house: House) -> None:
    document, client = house.base("meeting").document, house.client("meeting")
    for token in ("", "guest_", "x", "\0", "\ud800", "ÄÖÜ", "guest_" + "A" * 48, LONG):
        answer = await client.run(document, token=token)
        assert (answer.errors, answer.data) == ([], {"meeting": None}), token[:30]


async def test_an_operation_that_there_is_not_is_refused(house: House) -> None:
    before = await contents()
    for operation in NO_OPERATIONS:
        answer = await house.clients["anna"].run(operation)
        assert answer.codes, operation[:30]
        assert set(answer.codes) <= {"BAD_REQUEST", "TOO_COMPLEX"}, operation[:30]
    assert await contents() == before
