"""Whom a campaign was sent to is forgotten with the contact, also where the database takes the contact away by itself."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# A provider's id of a message may have the number in it.
FORGET = """
CREATE FUNCTION campaign_recipient_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.phone := NULL;
    NEW.message_id := NULL;
    RETURN NEW;
END $$
"""
FORGOTTEN = (
    "CREATE TRIGGER campaign_recipient_forgotten BEFORE UPDATE ON campaign_recipient"
    " FOR EACH ROW WHEN (NEW.contact_id IS NULL) EXECUTE FUNCTION campaign_recipient_forgotten()"
)


class Migration(migrations.Migration):
    dependencies = [("frontdesk", "0041_routing_records")]

    operations = [ops.RunSQL([FORGET, FORGOTTEN])]
