"""What contacts are found by is told apart in a tenth of the time, which whoever books for the first time waits for."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# The words of a name without accents, in small letters, each sign of the scripts that put no spaces between words as one;
# the words of an address; the digits of a number, all of them, and without what may be its country code. Each begins with
# what it is of, n or a, and whose it is: what one organization looks for is nothing that all others have to be asked for,
# and whom addresses are masked from finds nobody by them, nor by a name that may be a number or an address.
#
# It calls nothing of ours, which an index that is made anew would not find, and as good as no regular expressions, which
# take ten times as long as all the rest.
WORDS = r"""
CREATE OR REPLACE FUNCTION contact_words(organization bigint, name text, email text, phone text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
DECLARE
    punctuation constant text := $p$.,;:!?@-_+'"()[]{}<>/\|&%$#*=~^`$p$;
    reached constant text := ' a' || organization;
    called constant text := CASE WHEN translate(name, '0123456789@', '') = name THEN ' n' || organization ELSE reached END;
    plain text := name;
BEGIN
    IF octet_length(name) > length(name) THEN
        plain := regexp_replace(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'),
            '([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])', ' \1 ', 'g');
    END IF;
    RETURN to_tsvector('pg_catalog.simple', replace(' ' || translate(plain, punctuation, repeat(' ', 31)), ' ', called)
        || coalesce(replace(' ' || translate(email, punctuation, repeat(' ', 31)), ' ', reached), '')
        || coalesce(reached || substr(phone, 2) || reached || substr(phone, 3) || reached || substr(phone, 4)
            || reached || substr(phone, 5), ''));
END $$
"""
INDEX = "CREATE INDEX contact_words ON contact USING gin (contact_words(organization_id, name, email, phone))"


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0046_scheduled_messages")]

    operations = [ops.RunSQL(["DROP INDEX contact_words", WORDS, INDEX])]
