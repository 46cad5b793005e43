"""The operations about contacts, and what they show of them."""

from __future__ import annotations

ERRORS = "errors { code message field }"
CONTACT = """id version name email phone locale timeZone isMasked customFields list { name } tags { name }
  externalIds { channel identity } managedBy { name } mergedInto { id name }"""


def _mutation(field: str) -> str:
    name = field[0].upper() + field[1:]
    return f"mutation($input: {name}Input!) {{ {field}(input: $input) {{ contact {{ {CONTACT} }} {ERRORS} }} }}"


CREATE = _mutation("createContact")
UPDATE = _mutation("updateContact")
MERGE = _mutation("mergeContacts")
UNMERGE = _mutation("unmergeContact")
DUPLICATE = _mutation("duplicateContact")
READ = f"query($id: ID!) {{ node(id: $id) {{ ... on Contact {{ {CONTACT} }} }} }}"
SEARCH = """query($filter: ContactFilter, $first: Int, $after: String) {
  contacts(filter: $filter, first: $first, after: $after) {
    totalCount edges { cursor node { id name } } pageInfo { hasNextPage endCursor } } }"""
JOURNEY = """query($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Contact {
  journey(first: $first, after: $after) {
    edges { at cursor node { __typename ... on Conversation { title } ... on Meeting { start } } }
    pageInfo { hasNextPage hasPreviousPage endCursor } } } } }"""
