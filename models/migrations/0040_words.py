"""What conversations are found by: the words of each message, and of the contact. Triggers keep them, so that no way to
write a message can forget to. See docs/decisions/0031-words-are-kept-by-message.md."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

# `seq` and `kind` are the message's. With the seq 0, TITLE is the conversation's own title and number and the contact's
# name, ADDRESS how the contact is reached.
TABLE = """
CREATE TABLE conversation_words (
    organization_id bigint NOT NULL,
    conversation_id bigint NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    seq bigint NOT NULL,
    kind text NOT NULL,
    words tsvector NOT NULL,
    PRIMARY KEY (conversation_id, seq, kind)
)
"""
# The finer the statistics, the better the planner knows whether to go through the newest or to ask the index.
STATISTICS = "ALTER TABLE conversation_words ALTER words SET STATISTICS 1000"
INDEX = "CREATE INDEX conversation_words_words ON conversation_words USING gin (words) WITH (gin_pending_list_limit = 256)"

# The stemmers that every PostgreSQL has.
LANGUAGES = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_CASES = " ".join(f"WHEN '{tag}' THEN 'pg_catalog.{name}'::regconfig" for tag, name in LANGUAGES.items())
CONFIG = f"""
CREATE FUNCTION search_config(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE lower(split_part(language, '-', 1)) {_CASES} ELSE 'pg_catalog.simple'::regconfig END
$$
"""
# Without accents; and each sign of the scripts that put no spaces between words is a word.
FOLD = r"""
CREATE FUNCTION search_fold(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(regexp_replace(
        regexp_replace(normalize(said, NFKD), '[\u0300-\u036f]', '', 'g'),
        '([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])', ' \1 ', 'g'))
$$
"""
# Each word begins with whose it is, so that what one organization looks for is nothing that all others have to be asked
# for. 7:running is the word itself, 7=run its stem, where that is another.
WORDS = """
CREATE FUNCTION search_words(organization bigint, language text, said text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH plain AS (SELECT lexeme FROM unnest(to_tsvector('pg_catalog.simple', search_fold(said))))
    SELECT array_to_tsvector(ARRAY(
        SELECT organization || ':' || lexeme FROM plain
        UNION ALL (
            SELECT organization || '=' || lexeme FROM unnest(to_tsvector(search_config(language), said))
            WHERE search_config(language) <> 'pg_catalog.simple'::regconfig
            EXCEPT SELECT organization || '=' || lexeme FROM plain)))
$$
"""
# By any digits that follow each other, four at least: whoever looks for a number rarely types all of it.
ADDRESS_WORDS = r"""
CREATE FUNCTION search_address_words(organization bigint, email text, phone text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY(
        SELECT organization || ':' || lexeme
        FROM unnest(to_tsvector('pg_catalog.simple', lower(email || ' ' || regexp_replace(email, '[@.]', ' ', 'g'))))
        UNION
        SELECT organization || '#' || substr(digits, start)
        FROM (SELECT regexp_replace(phone, '\D', '', 'g') AS digits) of_phone, generate_series(1, length(digits) - 3) start))
$$
"""
_STEMS = ", ".join(f"'pg_catalog.{name}'" for name in sorted(set(LANGUAGES.values())))
# Every word must be there: as the beginning of one, or as a form of the same word in some language.
QUERY = rf"""
CREATE FUNCTION search_query(organization bigint, asked text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    piece text;
    plain text;
    stems text;
    query tsquery;
    digits text := regexp_replace(asked, '\D', '', 'g');
BEGIN
    FOREACH piece IN ARRAY regexp_split_to_array(btrim(asked), '\s+') LOOP
        SELECT string_agg(search_lexeme(organization || ':' || lexeme)
                || CASE WHEN length(lexeme) > 1 THEN ':*' ELSE '' END, ' & ')
            INTO plain FROM unnest(to_tsvector('pg_catalog.simple', search_fold(piece)));
        CONTINUE WHEN plain IS NULL;
        SELECT string_agg(DISTINCT '(' || alike || ')', ' | ') INTO stems FROM (
            SELECT string_agg('(' || search_lexeme(organization || '=' || lexeme) || ' | '
                || search_lexeme(organization || ':' || lexeme) || ')', ' & ') AS alike
            FROM unnest(ARRAY[{_STEMS}]::regconfig[]) config, unnest(to_tsvector(config, piece)) GROUP BY config) forms;
        query := coalesce(query && ('(' || plain || ')' || coalesce(' | ' || stems, ''))::tsquery,
            ('(' || plain || ')' || coalesce(' | ' || stems, ''))::tsquery);
    END LOOP;
    IF length(digits) >= 4 AND asked ~ '^[-+0-9 ()./]+$' THEN
        query := coalesce(query || (search_lexeme(organization || '#' || digits) || ':*')::tsquery,
            (search_lexeme(organization || '#' || digits) || ':*')::tsquery);
    END IF;
    RETURN coalesce(query, search_lexeme('nothing')::tsquery);
END
$$
"""
LEXEME = r"""
CREATE FUNCTION search_lexeme(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT '''' || replace(replace(word, '\', '\\'), '''', '''''') || ''''
$$
"""
# What a tsvector can hold is a megabyte: of a message as long as that, the beginning is found.
OF_MESSAGE = """
CREATE FUNCTION words_of_message() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM conversation_words WHERE conversation_id = OLD.conversation_id AND seq = OLD.seq;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.text IS NOT NULL AND NEW.kind <> 'SYSTEM' THEN
        INSERT INTO conversation_words (organization_id, conversation_id, seq, kind, words)
        SELECT NEW.organization_id, NEW.conversation_id, NEW.seq,
            NEW.kind, search_words(NEW.organization_id, conversation.language, left(NEW.text, 100000))
        FROM conversation WHERE id = NEW.conversation_id;
    END IF;
    RETURN NULL;
END $$
"""
_HEADER = """
    INSERT INTO conversation_words (organization_id, conversation_id, seq, kind, words)
    SELECT c.organization_id, c.id, 0, one.kind, one.words FROM conversation c LEFT JOIN contact ON contact.id = c.contact_id,
        LATERAL (VALUES
            ('TITLE', search_words(c.organization_id, 'simple', concat_ws(' ', c.number, c.title, contact.name))),
            ('ADDRESS', search_address_words(c.organization_id, coalesce(contact.email, ''), coalesce(contact.phone, '')))
        ) one (kind, words)
    WHERE {which} AND one.words <> ''
    ON CONFLICT (conversation_id, seq, kind) DO UPDATE SET words = excluded.words
"""
OF_CONVERSATION = f"""
CREATE FUNCTION words_of_conversation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM conversation_words WHERE conversation_id = NEW.id AND seq = 0;
    END IF;
    {_HEADER.format(which="c.id = NEW.id")};
    RETURN NULL;
END $$
"""
OF_CONTACT = f"""
CREATE FUNCTION words_of_contact() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM conversation_words w USING conversation c
        WHERE c.contact_id = NEW.id AND w.conversation_id = c.id AND w.seq = 0;
    {_HEADER.format(which="c.contact_id = NEW.id")};
    RETURN NULL;
END $$
"""
TRIGGERS = [
    "CREATE TRIGGER words_added AFTER INSERT ON message FOR EACH ROW"
    " WHEN (NEW.text IS NOT NULL AND NEW.kind <> 'SYSTEM') EXECUTE FUNCTION words_of_message()",
    "CREATE TRIGGER words_changed AFTER UPDATE OF text, kind OR DELETE ON message FOR EACH ROW EXECUTE FUNCTION words_of_message()",
    "CREATE TRIGGER words_added AFTER INSERT ON conversation FOR EACH ROW EXECUTE FUNCTION words_of_conversation()",
    "CREATE TRIGGER words_changed AFTER UPDATE OF title, contact_id ON conversation FOR EACH ROW"
    " WHEN ((OLD.title, OLD.contact_id) IS DISTINCT FROM (NEW.title, NEW.contact_id)) EXECUTE FUNCTION words_of_conversation()",
    "CREATE TRIGGER words_changed AFTER UPDATE OF name, email, phone ON contact FOR EACH ROW"
    " WHEN ((OLD.name, OLD.email, OLD.phone) IS DISTINCT FROM (NEW.name, NEW.email, NEW.phone))"
    " EXECUTE FUNCTION words_of_contact()",
]
FILL = [
    """
    INSERT INTO conversation_words (organization_id, conversation_id, seq, kind, words)
    SELECT m.organization_id, m.conversation_id, m.seq, m.kind,
        search_words(m.organization_id, c.language, left(m.text, 100000))
    FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.text IS NOT NULL AND m.kind <> 'SYSTEM'
    """,
    _HEADER.format(which="true"),
]


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0039_campaigns")]

    operations = [
        ops.AddField(
            model_name="Conversation",
            name="channel_account",
            field=fields.ForeignKeyField(
                "frontdesk.ChannelAccount",
                source_field="channel_account_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.SET_NULL,
            ),
        ),
        ops.AddField(
            model_name="Conversation",
            name="tags",
            field=fields.ManyToManyField(
                "frontdesk.Tag",
                unique=True,
                db_constraint=True,
                through="conversation_tag",
                forward_key="tag_id",
                backward_key="conversation_id",
                related_name="conversations",
                on_delete=OnDelete.CASCADE,
            ),
        ),
        ops.RunSQL(
            [TABLE, STATISTICS, LEXEME, CONFIG, FOLD, WORDS, ADDRESS_WORDS, QUERY]
            + [OF_MESSAGE, OF_CONVERSATION, OF_CONTACT, *TRIGGERS, *FILL, INDEX]
            + ["CREATE INDEX conversation_tag_tag ON conversation_tag (tag_id)"]
        ),
    ]
