"""The words by which a text is found stay those that they have been, however they are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

FIRST = import_module("models.migrations.0040_words")
SAYINGS = {
    "ar": "الكتب الجديدة للطلاب",
    "de": "Die Häuser und Straßen der Städte, großes Öl",
    "el": "Οι άνθρωποι ΤΗΣ ΠΌΛΗΣ διαβάζουν",
    "en": "Running runners' ran mortgages, the mortgage is run",
    "fr": "Les élèves étudiaient à l'école, garçon",
    "ru": "Новые квартиры в городах",
    "tr": "İstanbul'daki evlerimizden ılık",
    "ja": "住宅ローンの金利 ﾛｰﾝ",
    "th": "สวัสดีครับ",
    "ko": "안녕하세요 주택담보대출",
    "xx": "a@b.com 12-34 https://a.example/x?y=1 <b>bold</b> 7:x 7=x '\\ 😀 ﬁn Ⅷ",
}
LANGUAGES = [*FIRST.LANGUAGES, "en-GB", "DE-at", "zh-Hant", "ja", "simple", "", None]
LONG = ("Die laufenden Läufer liefen, " * 4000)[:100_000]

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.lists(
    st.sampled_from(sorted(" ".join(SAYINGS.values()).split())), max_size=30
).map(" ".join)


@pytest.fixture
def connection(open_database: str, database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """One that knows the first way, too."""
    with psycopg.connect(database_url) as one:
        one.execute(FIRST.WORDS.replace("search_words", "pg_temp.first_words"))
        yield one
        one.rollback()


def both(connection: psycopg.Connection[Any], language: str | None, said: str | None) -> tuple[Any, Any]:
    [one] = connection.execute(
        "SELECT pg_temp.first_words(7, %(language)s, %(said)s), search_words(7, %(language)s, %(said)s)",
        {"language": language, "said": said},
    )
    return one[0], one[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_has_the_words_that_it_has_had(
    connection: psycopg.Connection[Any], language: str | None
) -> None:
    for said in (*SAYINGS.values(), " ".join(SAYINGS.values()), LONG, "x" * 5000, " ", "", None):
        first, now = both(connection, language, said)
        assert now == first
        assert now is not None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(language=st.sampled_from(LANGUAGES), said=texts)
@example(language="en", said="run Running RUNNING 7=run")
def test_any_text_has_the_words_that_it_has_had(
    connection: psycopg.Connection[Any], language: str | None, said: str
) -> None:
    first, now = both(connection, language, said)
    assert now == first


def test_a_word_and_its_stem_are_told_apart(connection: psycopg.Connection[Any]) -> None:
    [one] = connection.execute("SELECT search_words(7, 'en', 'running run')")
    assert one[0] == "'7:run' '7:running'"
    [one] = connection.execute("SELECT search_words(7, 'en', 'Running')")
    assert one[0] == "'7:running' '7=run'"
