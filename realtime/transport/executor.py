"""graphql-core's executor, with short cuts: through fields, and through long lists, which take most of its time.

What does not depend on the object is worked out once for a selected field (`fields`). Objects in lists of which only
plain attributes are selected are written at once (`rows`), and lists that come as columns by one zip (`tables`).
Whatever else there is takes the stock executor's way, and what comes out is the same.
"""

from collections.abc import Awaitable
from typing import Any, Final

from graphql import GraphQLObjectType, GraphQLOutputType, Undefined
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from graphql.execution.executor import CollectedErrors
from graphql.execution.values import get_argument_values
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from realtime.columns import Columns
from realtime.transport.fields import Field, selected
from realtime.transport.leaves import Writers
from realtime.transport.rows import Replay, Row, row_of
from realtime.transport.selections import Selections
from realtime.transport.tables import Table, plain_object, table_of

_NOTHING: Final = object()


class FieldExecutor(StrawberryGraphQLCoreExecutionContext):
    """To be built with the `selections` that the operation shares with others, or without; not with middleware."""

    def __init__(self, *args: Any, selections: Selections | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.selections = selections or Selections()
        self._relevant_sub_fields = self.selections.below

    def build_per_event_executor(self, payload: Any) -> "FieldExecutor":
        executor = object.__new__(type(self))  # as `copy` would make it, several times faster
        executor.__dict__.update(self.__dict__)
        executor.root_value = payload
        executor.collected_errors = CollectedErrors()
        return executor

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Any,
        position_context: Any,
    ) -> Any:
        field = self._field(parent_type, field_details_list)
        if type(field) is str:
            return field
        if type(field) is Field:
            if field.attribute is None:
                return self._execute(field, parent_type, source, field_details_list, path, position_context)
            value: Any = _NOTHING
            try:
                value = getattr(source, field.attribute)
                return field.writers[type(value)](value)
            except Exception as error:
                read, raised = ([], error) if value is _NOTHING else ([value], None)
            source = Replay(source, read, raised=raised)
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def _execute(
        self,
        field: Field,
        parent: GraphQLObjectType,
        source: Any,
        details: FieldDetailsList,
        path: Any,
        position: Any,
    ) -> Any:
        """As the stock executor does it, step by step."""
        definition, resolve, nodes, has_arguments, writers, _ = field
        info = self.build_resolve_info(definition, nodes, parent, path)
        kind = definition.type
        try:
            given = self._arguments(field, details) if has_arguments else {}
            result = resolve(source, info, **given)
            written = _write(writers, result) if writers else _NOTHING
            if written is not _NOTHING:
                return written
            if self.is_awaitable(result):
                return self.complete_awaitable_value(kind, details, info, path, result, position)
            completed = self.complete_value(kind, details, info, path, result, position)
            return self._wait(completed, kind, details, path) if self.is_awaitable(completed) else completed
        except Exception as error:
            self.handle_field_error(error, kind, details, path)
            return None

    async def _wait(
        self, completed: Awaitable[Any], kind: GraphQLOutputType, details: FieldDetailsList, path: Any
    ) -> Any:
        try:
            return await completed
        except Exception as error:
            self.handle_field_error(error, kind, details, path)
            return None

    def _arguments(self, field: Field, details: FieldDetailsList) -> dict[str, Any]:
        return get_argument_values(
            field.definition,
            field.nodes[0],
            self.variable_values,
            details[0].fragment_variable_values,
            self.hide_suggestions,
        )

    def _field(self, parent: GraphQLObjectType, details: FieldDetailsList) -> Field | str | None:
        known = self.selections.fields.get(id(details))
        if known is None:
            field = selected(self.schema, parent, details)
            known = self.selections.fields[id(details)] = field, details
        return known[0]


def _write(writers: Writers, value: Any) -> Any:
    """_NOTHING where the stock executor is to look at it."""
    try:
        return writers[type(value)](value)
    except Exception:
        return _NOTHING


class ListExecutor(FieldExecutor):
    def execute_collected_root_fields(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,
        grouped_field_set: GroupedFieldSet,
        serially: bool,
        new_defer_usages: Any,
    ) -> Any:
        # They are collected anew for each execution; what is known of those below goes by the first ones.
        known = self.selections.roots.setdefault(id(self.operation), grouped_field_set)
        return super().execute_collected_root_fields(root_type, root_value, known, serially, new_defer_usages)

    def complete_iterable_value(
        self,
        item_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Any,
        items: Any,
        position_context: Any,
    ) -> Any:
        if type(items) is Columns:
            table = self._table(item_type, field_details_list)
            rows = None if table is None else table.rows(items.by_name)
            if rows is not None:
                return rows
        return super().complete_iterable_value(
            item_type, field_details_list, info, path, items, position_context
        )

    def complete_list_item_value(
        self,
        item: Any,
        complete_results: list[Any],
        item_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: Any,
        item_path: Any,
        position_context: Any,
    ) -> Any:
        row = self._row(item_type, field_details_list)
        if row is not None and not (item is None or item is Undefined or isinstance(item, Exception)):
            item = row.of(item)
            if type(item) is dict:
                complete_results.append(item)
                return False
        return super().complete_list_item_value(
            item, complete_results, item_type, field_details_list, info, item_path, position_context
        )

    def _row(self, item_type: GraphQLOutputType, details: FieldDetailsList) -> Row | None:
        known = self.selections.rows.get((item_type, id(details)))
        if known is None:
            of = plain_object(item_type)
            row = None if of is None else row_of(of, self._below(of, details))
            known = self.selections.rows[item_type, id(details)] = row, details
        return known[0]

    def _table(self, item_type: GraphQLOutputType, details: FieldDetailsList) -> Table | None:
        known = self.selections.tables.get((item_type, id(details)))
        if known is None:
            of = plain_object(item_type)
            table = None if of is None else table_of(of, self._below(of, details), self._below)
            known = self.selections.tables[item_type, id(details)] = table, details
        return known[0]

    def _below(self, of: GraphQLObjectType, details: FieldDetailsList) -> GroupedFieldSet:
        return self.collect_subfields(of, details).grouped_field_set
