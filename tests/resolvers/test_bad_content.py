"""Texts that no letter could be made of are refused by their field when they are saved, and nothing is changed."""

from __future__ import annotations

from typing import Any

import pytest

from models.letter.template import ContentTemplate
from models.organization.organization import Organization
from models.words import Role
from tests.builders import an_agent
from tests.resolvers import content_documents as content
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.test_content_templates import BOOKED

BAD_TEXTS = {
    "an unknown variable": "{{ shoe_size }}",
    "one of another occasion": "{{ former_when }}",
    "one of another audience": "{{ guest_address }}",
    "an unknown variable in a branch that is not taken": "{% if false %}{{ shoe_size }}{% endif %}",
    "a variable that is not closed": "{{ title",
    "a tag that is not closed": "{% if title %}",
    "an unknown tag": "{% shoe %}",
    "a loop": "{% for x in title %}x{% endfor %}",
    "a loop over a range": "{% for x in range(100000000) %}x{% endfor %}",
    "a call": "{{ title.upper() }}",
    "an attribute": "{{ title.__class__ }}",
    "an item": "{{ title[0] }}",
    "a power": "{{ 9 ** 9 ** 9 }}",
    "a product": "{{ 'x' * 1000000000 }}",
    "a sum": "{{ title + title }}",
    "a concatenation": "{{ title ~ title }}",
    "a format": "{{ '%1000000000d' % 1 }}",
    "a filter that makes much of little": "{{ title | center(1000000000) }}",
    "a filter that reaches into things": "{{ title | attr('__class__') }}",
    "a filter with an argument": "{{ title | upper(1) }}",
    "a test": "{{ title is defined }}",
    "a list": "{{ [1, 2] }}",
    "a macro": "{% macro x() %}{% endmacro %}",
    "an inclusion": "{% include 'page.html.j2' %}",
    "an extension": "{% extends 'page.html.j2' %}",
    "an import": "{% import 'blocks.html.j2' as b %}",
    "an assignment": "{% set title = 1 %}",
    "a block": "{% block a %}{% endblock %}",
    "a call block": "{% call title() %}{% endcall %}",
    "a filter block": "{% filter upper %}x{% endfilter %}",
    "the surroundings": "{{ self }}",
    "many variables": "{{ title }}" * 201,
    "a huge letter": "{{ notes }}" * 30,
    "nesting": "{% if title %}" * 30 + "{% endif %}" * 30,
    "brackets": "{{ " + "(" * 2000 + "title" + ")" * 2000 + " }}",
    "negations": "{{ " + "not " * 2000 + "title }}",
    "a number too large": "{{ " + "9" * 5000 + " }}",
    "a number too long to be written": "{{ 0x" + "f" * 5000 + " }}",
    "an order of text and number": "{% if title < 3 %}x{% endif %}y",
    "text within a number": "{% if title in 3 %}x{% endif %}y",
    "half a character": "{{ '\\ud800' }}",
    "a mark of ours": "{{ '\\ufdd0' }}",
    "a mark of ours, written out": "\ufdd0",
    "nothing in the end": "{% if false %}x{% endif %}",
}


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def refused(client: Client, **changes: Any) -> list[tuple[str, list[str]]]:
    answer = await client.do(content.CREATE, input={**BOOKED, **changes})
    assert answer["template"] is None
    assert await ContentTemplate.all().count() == 0
    return [(one["code"], one["field"]) for one in answer["errors"]]


@pytest.mark.parametrize("why", BAD_TEXTS)
async def test_such_a_body_is_refused(ada: Client, why: str) -> None:
    assert await refused(ada, body=BAD_TEXTS[why]) == [("INVALID", ["body"])]


@pytest.mark.parametrize("why", [why for why in BAD_TEXTS if len(BAD_TEXTS[why]) <= 300])
async def test_and_such_a_subject(ada: Client, why: str) -> None:
    if why != "a huge letter":
        assert await refused(ada, subject=BAD_TEXTS[why]) == [("INVALID", ["subject"])]


async def test_a_refusal_names_what_is_unknown_and_what_there_is(ada: Client) -> None:
    answer = await ada.do(content.CREATE, input={**BOOKED, "body": "{{ shoe_size }}{{ hat }}"})
    message = answer["errors"][0]["message"]
    assert message.startswith("Unknown here: shoe_size, hat. There are organization, reader_name, title")


async def test_an_update_is_refused_like_what_is_new(ada: Client) -> None:
    own = (await ada.do(content.CREATE, input=BOOKED))["template"]
    for field in ("subject", "body"):
        answer = await ada.do(content.UPDATE, input={"templateId": own["id"], field: "{{ shoe_size }}"})
        assert [(one["code"], one["field"]) for one in answer["errors"]] == [("INVALID", [field])]
    assert (await ContentTemplate.get()).version == 1


@pytest.mark.parametrize(
    ("occasion", "audience", "changes", "field"),
    [
        ("CONFIRM_REQUEST", "AGENT", {}, "audience"),
        ("PASSED_ON", "GUEST", {}, "audience"),
        ("INVITATION", "GUEST", {"meetingType": "VIDEO", "body": "{{ schedule_url }}"}, "meetingType"),
        ("SIGN_IN_CODE", "GUEST", {"body": "Hello."}, "body"),
        ("CONVERSATION_INVITATION", "GUEST", {"body": "{{ organization }}"}, "body"),
        ("PASSWORD_RESET", "AGENT", {"body": "{# {{ password_url }} #} Hello."}, "body"),
        ("CONFIRM_REQUEST", "GUEST", {"body": "{{ manage_url }}"}, "body"),
    ],
)
async def test_a_letter_that_would_be_of_no_use_is_refused(
    ada: Client, occasion: str, audience: str, changes: dict[str, Any], field: str
) -> None:
    texts = {"subject": "Hello", "body": "Hello.", **changes}
    assert await refused(ada, occasion=occasion, audience=audience, **texts) == [("INVALID", [field])]


async def test_what_is_no_template_cannot_be_previewed(ada: Client) -> None:
    for text in ("{{ title", "{{ title.x }}"):
        answer = await ada.run(content.PREVIEW, input={"body": text})
        assert [one["extensions"]["code"] for one in answer.errors] == ["BAD_REQUEST"]
