"""graphql-core's executor, with two short cuts through long lists, which take most of its time.

Objects of which only plain attributes are selected are written at once (`rows`), and lists that come as columns by
one zip (`tables`). Whatever else there is takes the stock executor's way, and what comes out is the same.
"""

from typing import Any, TypeAlias

from graphql import GraphQLObjectType, GraphQLOutputType, Undefined
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from realtime.columns import Columns
from realtime.transport.rows import Row, row_of
from realtime.transport.tables import Table, plain_object, table_of

Of: TypeAlias = tuple[GraphQLOutputType, int]
"""A list's kind of objects, and the id of what selects it."""


class Selections:
    """What was worked out of the selections of an operation, so that it is worked out once.

    It holds for an operation with its variables, and for all operations of a document of which no directive could
    leave out a field. It keeps every list of selected fields whose id it goes by.
    """

    __slots__ = ("below", "roots", "rows", "tables")

    def __init__(self) -> None:
        self.roots: dict[int, GroupedFieldSet] = {}
        self.below: dict[Any, Any] = {}
        self.rows: dict[Of, tuple[Row | None, FieldDetailsList]] = {}
        self.tables: dict[Of, tuple[Table | None, FieldDetailsList]] = {}


class ListExecutor(StrawberryGraphQLCoreExecutionContext):
    """To be built with the `selections` that the operation shares with others, or without."""

    def __init__(self, *args: Any, selections: Selections | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.selections = selections or Selections()
        self._relevant_sub_fields = self.selections.below

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
