"""Migrating tables that have rows: Tortoise adds a column that must hold something, and gives them nothing to hold."""

from __future__ import annotations

from tortoise.fields.base import DB_DEFAULT_NOT_SET
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor.psycopg import PsycopgSchemaEditor
from tortoise.models import Model


class Editor(PsycopgSchemaEditor):
    async def add_field(self, model: type[Model], field_name: str) -> None:
        """Add the column. The rows there are get its default; new ones get it from the model, as ever."""
        field = model._meta.fields_map[field_name]
        if field.null or field.default is None or field.has_db_default():
            await super().add_field(model, field_name)
            return
        field.db_default = field.default() if callable(field.default) else field.default
        try:
            await super().add_field(model, field_name)
        finally:
            field.db_default = DB_DEFAULT_NOT_SET
        table, column = model._meta.db_table, field.source_field or field_name
        await self._run_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" DROP DEFAULT')


class Executor(MigrationExecutor):
    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> Editor:
        return Editor(self.connection, atomic=atomic, collect_sql=collect_sql)
