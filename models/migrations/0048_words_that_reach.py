"""By an address or a number within a title or a name nobody finds conversations whom such are masked from."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Where the ten digits begin of each script that has its own.
_ZEROS = (
    "0030 0660 06f0 07c0 0966 09e6 0a66 0ae6 0b66 0be6 0c66 0ce6 0d66 0de6 0e50 0ed0 0f20 1040 1090 17e0 1810 1946 19d0 1a80"
    " 1a90 1b50 1bb0 1c40 1c50 a620 a8d0 a900 a9d0 a9f0 aa50 abf0 ff10"
)
_DIGITS = "".join(f"\\u{zero}-\\u{int(zero, 16) + 9:04x}" for zero in _ZEROS.split())
# Also what is only written in another way, as 𝟒, ④ or ＠. A piece between spaces is given up whole.
CALLED = rf"""
CREATE FUNCTION search_called(said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN normalize(said, NFKD) !~ '[@{_DIGITS}]' THEN said ELSE (
        SELECT coalesce(string_agg(piece, ' '), '') FROM regexp_split_to_table(said, '\s+') piece
        WHERE normalize(piece, NFKD) !~ '[@{_DIGITS}]') END
$$
"""
# ADDRESS has all words of a title and a name that hold such a piece, so that whoever may know it finds them by it and by
# another word together. The number is the conversation's own.
_HEADER = """
    INSERT INTO conversation_words (organization_id, conversation_id, seq, kind, words)
    SELECT c.organization_id, c.id, 0, one.kind, one.words FROM conversation c LEFT JOIN contact ON contact.id = c.contact_id,
        LATERAL (SELECT concat_ws(' ', c.title, contact.name) AS said) given,
        LATERAL (SELECT search_called(given.said) AS called) shown,
        LATERAL (VALUES
            ('TITLE', search_words(c.organization_id, 'simple', c.number || ' ' || shown.called)),
            ('ADDRESS', search_address_words(c.organization_id, coalesce(contact.email, ''), coalesce(contact.phone, ''))
                || CASE WHEN shown.called = given.said THEN ''
                    ELSE search_words(c.organization_id, 'simple', c.number || ' ' || given.said) END)
        ) one (kind, words)
    WHERE {which} AND one.words <> ''
    ON CONFLICT (conversation_id, seq, kind) DO UPDATE SET words = excluded.words
"""
OF_CONVERSATION = f"""
CREATE OR REPLACE FUNCTION words_of_conversation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM conversation_words WHERE conversation_id = NEW.id AND seq = 0;
    END IF;
    {_HEADER.format(which="c.id = NEW.id")};
    RETURN NULL;
END $$
"""
OF_CONTACT = f"""
CREATE OR REPLACE FUNCTION words_of_contact() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    DELETE FROM conversation_words w USING conversation c
        WHERE c.contact_id = NEW.id AND w.conversation_id = c.id AND w.seq = 0;
    {_HEADER.format(which="c.contact_id = NEW.id")};
    RETURN NULL;
END $$
"""
FILL = _HEADER.format(which="shown.called <> given.said")


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0047_words_of_contacts")]

    operations = [ops.RunSQL([CALLED, OF_CONVERSATION, OF_CONTACT, FILL])]
