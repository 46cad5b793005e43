"""Migrating, better than Tortoise in two things: it adds a column that must hold something and gives the rows there
nothing to hold; and it makes all models anew, twice, for each step, which took longer than all the steps themselves."""

from __future__ import annotations

from collections.abc import Iterable

from tortoise.fields.base import DB_DEFAULT_NOT_SET
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import DIRECT_RELATION_FIELDS
from tortoise.migrations.schema_editor.psycopg import PsycopgSchemaEditor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps
from tortoise.models import Model

ModelKey = tuple[str, str]


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


class Apps(StateApps):
    """The models at one step. One is made when it is asked for, and with it those that its keys lead to, no others."""

    def __init__(self, states: dict[ModelKey, ModelState], default_connections: dict[str, str]) -> None:
        super().__init__(default_connections)
        self._states = states

    def get_model(self, app_label: str, model_name: str | None = None) -> type[Model]:
        key = self.split_reference(app_label) if model_name is None else (app_label, model_name)
        wanted = self._reached_from(key)
        for (app, name), state in self._states.items():
            if (app, name) in wanted and name not in self.apps.get(app, {}):
                self.register_model(app, state.render(self))
        self._init_relations()
        self._build_initial_querysets()
        return super().get_model(*key)

    def _reached_from(self, key: ModelKey) -> set[ModelKey]:
        reached, ahead = set[ModelKey](), [key]
        while ahead:
            if (one := ahead.pop()) in reached or one not in self._states:
                continue
            reached.add(one)
            fields = self._states[one].fields.values()
            ahead += [
                self.split_reference(field.model_name)
                for field in fields
                if isinstance(field, DIRECT_RELATION_FIELDS)
            ]
        return reached

    def clone(self, model_states: dict[ModelKey, ModelState] | None = None) -> Apps:
        return Apps(self._states if model_states is None else model_states, self._default_connections)


class Schema(State):
    """The tables at one step. After a change no model is made anew before somebody asks for it."""

    def reload_model(self, app_label: str, model_name: str) -> None:
        self.apps = self.apps.clone(self.models)

    def reload_models(self, model_tuples: Iterable[ModelKey]) -> None:
        self.apps = self.apps.clone(self.models)


class Executor(MigrationExecutor):
    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        connections = {app: config["default_connection"] for app, config in self.loader.apps_config.items()}
        state = Schema({}, Apps({}, connections))
        for key in self._full_plan():
            if key == upto:
                break
            migration = self.loader.graph.nodes[key]
            if key in applied and isinstance(migration, Migration):
                await migration.apply(state, dry_run=True)
        return state

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> Editor:
        return Editor(self.connection, atomic=atomic, collect_sql=collect_sql)
