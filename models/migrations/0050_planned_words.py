"""The words of a message are told apart in a third of the time."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# As before, see 0040_words.py. But a function in SQL was parsed and planned anew for each message, which cost more than
# all the rest of writing one, with the conversation held; one in PL/pgSQL is planned once by each connection.
WORDS = """
CREATE OR REPLACE FUNCTION search_words(organization bigint, language text, said text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    config constant regconfig := search_config(language);
    plain constant text[] := tsvector_to_array(to_tsvector('pg_catalog.simple', search_fold(said)));
    stems text[];
BEGIN
    IF config = 'pg_catalog.simple'::regconfig THEN
        RETURN array_to_tsvector(ARRAY(SELECT organization || ':' || lexeme FROM unnest(plain) lexeme));
    END IF;
    stems := tsvector_to_array(to_tsvector(config, said));
    RETURN array_to_tsvector(ARRAY(
        SELECT organization || ':' || lexeme FROM unnest(plain) lexeme
        UNION ALL SELECT organization || '=' || lexeme FROM (SELECT unnest(stems) EXCEPT SELECT unnest(plain)) other (lexeme)));
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0049_heartbeats")]

    operations = [ops.RunSQL([WORDS])]
