"""Documents, parsed and validated once and kept: most clients send the same few again and again."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    specified_rules,
)
from strawberry.schema.schema import validate_document

from errors import TooComplex
from realtime.transport.complexity import Scale
from realtime.transport.limits import QueryLimits
from realtime.transport.selections import Selections
from realtime.transport.survey import terms_of
from realtime.transport.terms import Terms

KEPT_DOCUMENTS = 512
KEPT_CHARACTERS = 20_000


class Document:
    """A parsed document with what validation says of it (`errors`, empty when it may run).

    `selections` are what executions learn of it; None where directives may select other fields each time.
    """

    __slots__ = ("_fragments", "_passed", "_schema", "_terms", "ast", "errors", "selections")

    def __init__(
        self, ast: DocumentNode, *, schema: GraphQLSchema, errors: list[GraphQLError], has_directives: bool
    ) -> None:
        self.ast = ast
        self.errors = errors
        self.selections = None if has_directives else Selections()
        self._schema = schema
        self._passed: set[str] = set()
        self._terms: dict[str, Terms | None] = {}
        self._fragments = {
            node.name.value: node for node in ast.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def weigh(
        self, node: OperationDefinitionNode, *, variables: Mapping[str, Any], limits: QueryLimits
    ) -> None:
        """Refuses an operation beyond the limits with TooComplex; done once where variables do not matter."""
        name = name_of(node)
        if name in self._passed:
            return
        scale = Scale(self._schema, fragments=self._fragments, variables=variables, guarded=limits.guarded)
        scale.operation(node).check(limits)
        if not scale.read_variables:
            self._passed.add(name)

    def terms(self, node: OperationDefinitionNode) -> Terms | None:
        """On which terms an operation's events are shared; None where they are not."""
        name = name_of(node)
        if name not in self._terms:
            self._terms[name] = terms_of(node, self._schema, self._fragments)
        return self._terms[name]


class Documents:
    """The documents of one schema, within its limits; the last KEPT_DOCUMENTS short ones are kept."""

    def __init__(self, schema: strawberry.Schema, limits: QueryLimits) -> None:
        self._schema = schema
        self._limits = limits
        self._kept: Callable[[str], Document] = lru_cache(maxsize=KEPT_DOCUMENTS)(self._read)

    def read(self, text: str) -> Document:
        """The document of a text; raises GraphQLSyntaxError, or TooComplex before validation would be slow."""
        return self._kept(text) if len(text) <= KEPT_CHARACTERS else self._read(text)

    def _read(self, text: str) -> Document:
        limits = self._limits
        ast = parse(
            text,
            max_lexical_tokens=limits.tokens,
            max_comments=limits.tokens,
            max_source_length=limits.characters,
        )
        check_size(ast, limits)
        schema = self._schema._schema
        errors = validate_document(schema, ast, tuple(specified_rules))
        # An address in a string has it too; then this is only slower.
        return Document(ast, schema=schema, errors=errors, has_directives="@" in text)


def name_of(node: OperationDefinitionNode) -> str:
    """An operation's name in its document, "" where it has none."""
    return node.name.value if node.name else ""


def check_size(ast: DocumentNode, limits: QueryLimits) -> None:
    """Refuses with TooComplex what validation would take long over: it compares fields pairwise."""
    fields = 0
    pending = [node.selection_set for node in ast.definitions if hasattr(node, "selection_set")]
    while pending:
        names = response_names(pending, pending.pop())
        fields += names.total()
        if fields > limits.fields:
            raise TooComplex(f"The document is too complex: more than {limits.fields} fields.")
        if names and names.most_common(1)[0][1] > limits.repeats:
            raise TooComplex(f"The document is too complex: one name more than {limits.repeats} times.")


def response_names(pending: list[SelectionSetNode], selected: SelectionSetNode) -> Counter[str]:
    """Count the response names of one selection set, and put what is selected below it on `pending`."""
    names: Counter[str] = Counter()
    for node in selected.selections:
        if isinstance(node, FieldNode):
            names[(node.alias or node.name).value] += 1
        below = getattr(node, "selection_set", None)
        if below is not None:
            pending.append(below)
    return names
