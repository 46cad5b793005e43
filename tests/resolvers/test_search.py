"""Conversations are found by words: of what was said, of who the contact is; by whom who may read them."""

from __future__ import annotations

from importlib import import_module

import pytest
from tortoise import connections

from models.agent.agent import Agent
from models.contact.contact import Contact
from models.conversation.conversation import Conversation, Member
from models.conversation.message import Message
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.words import Direction, MemberRole, MessageKind, Role
from tests.builders import an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn, Talk, a_talk
from tests.resolvers.documents import CONVERSATIONS, ELEVEN, GRACE, NINE, TEN, say

HEIDI = {"name": "Heidi Müller", "email": "heidi.m@guests.example", "phone": "+390212345678"}


@pytest.fixture
async def grace(sign_in: SignIn, anna: Agent, annas_link: ScheduleLink) -> Talk:
    return await a_talk(sign_in, anna, start=NINE)


@pytest.fixture
async def heidi(sign_in: SignIn, anna: Agent, annas_link: ScheduleLink, grace: Talk) -> Talk:
    return await a_talk(sign_in, anna, start=TEN, guest={**GRACE, **HEIDI})


@pytest.fixture
async def elsewhere(db: None) -> Agent:
    """An administrator of another organization."""
    return await an_agent(await an_organization(), "Eve", role=Role.ADMINISTRATOR)


async def found(client: Client, text: str) -> list[int]:
    """The numbers of what is found: Grace's conversation is 1, Heidi's 2."""
    listed = await client.do(CONVERSATIONS, filter={"search": text})
    numbers = [edge["node"]["number"] for edge in listed["edges"]]
    assert listed["totalCount"] == len(numbers)
    return sorted(numbers)


@pytest.mark.parametrize(
    "asked",
    [
        "mortgages",
        "MORTGAGE",
        "mortg",
        "mortgage rates",
        "rate mort",
        "running",
        "runs",
        "café",
        "cafe",
        "cafe\u0301",
    ],
)
async def test_words_are_found_however_they_are_written(grace: Talk, heidi: Talk, asked: str) -> None:
    await say(grace.grace, grace.id, "The Café asks: are mortgage rates running away?")
    await say(heidi.grace, heidi.id, "Another matter.")
    assert await found(grace.anna, asked) == [1]


async def test_every_word_has_to_be_of_one_message(grace: Talk, heidi: Talk) -> None:
    await say(grace.grace, grace.id, "Yellow")
    await say(grace.grace, grace.id, "Submarine")
    await say(heidi.grace, heidi.id, "A yellow submarine")
    assert await found(grace.anna, "yellow submarine") == [2]
    assert await found(grace.anna, "yellow") == [1, 2]


@pytest.mark.parametrize(
    ("language", "said", "asked"),
    [
        ("it", "Vorrei parlare dei mutui", "mutuo"),
        ("de", "Ich habe die Häuser gesehen", "Hauses"),
        ("fr", "Les chevaux sont arrivés", "arriver"),
        ("es", "Estamos comprando casas", "casa"),
        ("ja", "来週の予定を変更したい", "予定"),
    ],
)
async def test_a_word_is_found_in_the_forms_that_it_has_in_the_conversations_language(
    grace: Talk, heidi: Talk, language: str, said: str, asked: str
) -> None:
    await Conversation.filter(number=1).update(language=language)
    await say(grace.grace, grace.id, said)
    assert await found(grace.anna, asked) == [1]


async def test_a_conversation_is_found_by_its_number_and_its_contact(grace: Talk, heidi: Talk) -> None:
    for asked in (
        "2",
        "#2",
        "heidi",
        "müll",
        "muller heidi",
        "heidi.m@guests.example",
        "heidi.m@",
        "+39 02 1234-5678",
    ):
        assert await found(heidi.anna, asked) == [2], asked
    assert await found(heidi.anna, "34567") == [2]
    assert await found(heidi.anna, "99999") == []


async def test_a_contact_who_is_renamed_is_found_by_the_new_name_alone(grace: Talk, heidi: Talk) -> None:
    await Contact.filter(name="Heidi Müller").update(name="Irene Rossi", email="irene@guests.example")
    assert await found(heidi.anna, "irene rossi") == [2]
    assert await found(heidi.anna, "irene@guests.example") == [2]
    assert await found(heidi.anna, "heidi") == []
    assert await found(heidi.anna, "guests") == [1, 2]


@pytest.mark.parametrize(
    "asked", ["", "   ", "!!!", "%", "'", "\\", "a' OR true --", "x:*", "& | !", "🙂", "{asked}", "nothing"]
)
async def test_what_is_no_word_that_was_said_finds_nothing(grace: Talk, asked: str) -> None:
    await say(grace.grace, grace.id, "Good morning")
    assert await found(grace.anna, asked) == []


async def test_what_nobody_could_have_said_is_refused(grace: Talk) -> None:
    for asked in ("x" * 201, "a\x00b"):
        answer = await grace.anna.run(CONVERSATIONS, filter={"search": asked})
        assert answer.codes == ["BAD_REQUEST"]
    assert await found(grace.anna, "x" * 200) == []


async def test_what_is_taken_back_is_not_found_any_more(grace: Talk) -> None:
    await say(grace.grace, grace.id, "My password is swordfish")
    await Message.filter(text__contains="swordfish").update(text=None)
    assert await found(grace.anna, "swordfish") == []
    await say(grace.grace, grace.id, "Trout")
    await Message.filter(text="Trout").delete()
    assert await found(grace.anna, "trout") == []


async def test_notes_are_found_by_agents_alone(grace: Talk) -> None:
    await say(grace.anna, grace.id, "Careful with this one", kind="NOTE")
    assert await found(grace.anna, "careful") == [1]
    assert await found(grace.grace, "careful") == []


async def test_whispers_are_found_by_supervisors_and_the_assignee_alone(
    grace: Talk, anna: Agent, sign_in: SignIn
) -> None:
    organization = await anna.organization
    helping = await an_agent(organization, "Ben")
    overseeing = await an_agent(organization, "Vera", role=Role.SUPERVISOR)
    conversation = await Conversation.get(number=1)
    await Member.create(
        organization=organization,
        conversation=conversation,
        agent=helping,
        role=MemberRole.AGENT,
        joined_at=conversation.created_at,
    )
    await Message.create(
        organization=organization,
        conversation=conversation,
        seq=conversation.last_seq + 1,
        kind=MessageKind.WHISPER,
        direction=Direction.OUTBOUND,
        author_agent=overseeing,
        text="Offer a discount",
        at=conversation.created_at,
    )
    assert await found(grace.anna, "discount") == [1]
    assert await found(sign_in.agent(overseeing), "discount") == [1]
    assert await found(sign_in.agent(helping), "discount") == []
    assert await found(grace.grace, "discount") == []


async def test_a_guest_finds_nothing_by_the_organizations_own_records(grace: Talk, heidi: Talk) -> None:
    await say(heidi.grace, heidi.id, "Umbrella")
    assert await found(heidi.grace, "umbrella") == [2]
    assert await found(grace.grace, "umbrella") == []
    assert await found(heidi.grace, "34567") == []


async def test_masked_addresses_are_not_to_be_guessed_by_searching(
    grace: Talk, heidi: Talk, anna: Agent
) -> None:
    await Organization.filter(id=anna.organization_id).update(stored_settings={"mask_contacts_from": ["AGENT"]})
    for asked in ("heidi.m@guests.example", "heidi.m@", "example", "34567", "+390212345678"):
        assert await found(heidi.anna, asked) == [], asked
    assert await found(heidi.anna, "heidi") == [2]


@pytest.fixture
async def titled(heidi: Talk, anna: Agent) -> Talk:
    """Heidi's, with numbers and an address where a title and a name should be."""
    title = "qtitlez call 3934072 or +49 30 901820 or eve@hidden.example, ٣٤٥٦, １２３４"
    await Conversation.filter(number=2).update(title=title)
    await Contact.filter(name="Heidi Müller").update(name="Heidi 393 5551234")
    return heidi


REACHES = ("3934072", "393", "+49 30", "901", "30", "eve", "٣٤٥٦", "1234", "5551234")


async def test_masked_addresses_are_not_to_be_guessed_within_titles_and_names(
    titled: Talk, anna: Agent
) -> None:
    for asked in (*REACHES, "call 3934072", "heidi 393"):
        assert await found(titled.anna, asked) == [2], asked
    await Organization.filter(id=anna.organization_id).update(stored_settings={"mask_contacts_from": ["AGENT"]})
    for asked in (*REACHES, "call 3934072", "heidi 393"):
        assert await found(titled.anna, asked) == [], asked
    for asked in ("qtitlez", "qtit", "call", "heidi", "qtitlez heidi", "2", "#2"):
        assert await found(titled.anna, asked) == [2], asked


async def test_what_was_there_before_is_found_as_what_comes(titled: Talk, anna: Agent) -> None:
    """As the migration that tells them apart finds the words of earlier ones."""
    connection = connections.get("default")
    words = "SELECT kind, words FROM conversation_words WHERE seq = 0 ORDER BY conversation_id, kind"
    before = await connection.execute_query_dict(words)
    await connection.execute_script(
        "UPDATE conversation_words SET words = words || search_words(organization_id, 'simple', '3934072')"
        " WHERE kind = 'TITLE' AND conversation_id = (SELECT id FROM conversation WHERE number = 2)"
    )
    assert await connection.execute_query_dict(words) != before
    await connection.execute_script(import_module("models.migrations.0048_words_that_reach").FILL)
    assert await connection.execute_query_dict(words) == before


async def test_nobody_finds_what_is_not_theirs_to_see(
    grace: Talk, sign_in: SignIn, anna: Agent, elsewhere: Agent
) -> None:
    await say(grace.grace, grace.id, "Umbrella")
    stranger = await an_agent(await anna.organization, "Ben")
    assert await found(sign_in.agent(stranger), "umbrella") == []
    assert await found(sign_in.agent(elsewhere), "umbrella") == []


async def test_three_are_found_page_by_page(grace: Talk, heidi: Talk, sign_in: SignIn, anna: Agent) -> None:
    third = await a_talk(sign_in, anna, start=ELEVEN, guest={**GRACE, "name": "Ivy"})
    for talk in (grace, heidi, third):
        await say(talk.grace, talk.id, "Hello there")
    first = await third.anna.do(CONVERSATIONS, filter={"search": "hello"}, first=2)
    rest = await third.anna.do(
        CONVERSATIONS, filter={"search": "hello"}, first=2, after=first["pageInfo"]["endCursor"]
    )
    numbers = [edge["node"]["number"] for page in (first, rest) for edge in page["edges"]]
    assert sorted(numbers) == [1, 2, 3]
