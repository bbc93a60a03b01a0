"""What the database itself notes beside the hub, by triggers, in the transaction in which it happens.

The hub neither reads nor writes these tables (``proof.seen`` excepted, which our subscriber fills). They say which
events were recorded, what was known of each variant's stock and when, what was wanted of each listing, and which hints
of webhooks were kept.
"""

from __future__ import annotations

import psycopg

TABLES = """
CREATE SCHEMA proof;
CREATE TABLE proof.recorded (event_id uuid NOT NULL);
CREATE TABLE proof.seen (no bigserial PRIMARY KEY, event_id uuid, seq bigint, topic text, key text);
CREATE TABLE proof.known (no bigserial PRIMARY KEY, variant_id bigint, available int, at timestamptz);
CREATE TABLE proof.wanted (no bigserial PRIMARY KEY, listing_id bigint, value numeric, began timestamptz,
                           at timestamptz);
CREATE TABLE proof.hinted (no bigserial PRIMARY KEY, channel_id bigint, feed text, refs text[], at timestamptz);
"""

# Availability as the rules of stock say it, computed here and not by the hub's view: on hand less what is promised.
# Unknown on hand is NULL. A kit draws on its parts; only variants with stock of their own are noted.
TRIGGERS = """
CREATE FUNCTION proof.note_recorded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO proof.recorded SELECT event_id FROM fresh; RETURN NULL; END $$;
CREATE TRIGGER proof_recorded AFTER INSERT ON events_outbox REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION proof.note_recorded();

CREATE FUNCTION proof.note_known() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE variant bigint := coalesce(NEW.variant_id, OLD.variant_id);
BEGIN
    INSERT INTO proof.known (variant_id, available, at)
    SELECT variant, CASE WHEN bool_or(s.on_hand IS NULL) THEN NULL ELSE sum(s.on_hand) END
           - coalesce((SELECT sum(r.quantity) FROM inventory_reservation r
                        WHERE r.variant_id = variant AND r.state = 'held'), 0), clock_timestamp()
      FROM inventory_stocklevel s WHERE s.variant_id = variant;
    RETURN NULL; END $$;
CREATE TRIGGER proof_known AFTER INSERT OR DELETE OR UPDATE OF on_hand ON inventory_stocklevel
    FOR EACH ROW EXECUTE FUNCTION proof.note_known();
CREATE TRIGGER proof_known AFTER INSERT OR DELETE OR UPDATE OF state, quantity ON inventory_reservation
    FOR EACH ROW EXECUTE FUNCTION proof.note_known();

CREATE FUNCTION proof.note_wanted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO proof.wanted (listing_id, value, began, at)
    VALUES (NEW.listing_id, NEW.desired_value, transaction_timestamp(), clock_timestamp());
    RETURN NULL; END $$;
CREATE TRIGGER proof_wanted_new AFTER INSERT ON listings_listinglevel
    FOR EACH ROW WHEN (NEW.lane = 'stock' AND NEW.desired_value IS NOT NULL) EXECUTE FUNCTION proof.note_wanted();
CREATE TRIGGER proof_wanted AFTER UPDATE OF desired_value ON listings_listinglevel
    FOR EACH ROW WHEN (NEW.lane = 'stock' AND NEW.desired_value IS DISTINCT FROM OLD.desired_value)
    EXECUTE FUNCTION proof.note_wanted();

CREATE FUNCTION proof.note_hinted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO proof.hinted (channel_id, feed, refs, at)
    SELECT NEW.channel_id, NEW.name, array_agg(n.key) FILTER (WHERE n.value::text::bigint = NEW.hint_no),
           clock_timestamp()
      FROM (SELECT 1) one LEFT JOIN LATERAL jsonb_each(NEW.wanted_nos) n ON true;
    RETURN NULL; END $$;
CREATE TRIGGER proof_hinted AFTER UPDATE OF hint_no ON ingress_feed
    FOR EACH ROW WHEN (NEW.hint_no > OLD.hint_no) EXECUTE FUNCTION proof.note_hinted();
"""


def install(url: str) -> None:
    """Make tables and triggers; what is there already is noted as known and recorded."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLES)
        connection.execute(TRIGGERS)
        for kind in ("TABLES", "SEQUENCES"):  # whatever role fires them
            connection.execute(f"GRANT ALL ON ALL {kind} IN SCHEMA proof TO PUBLIC")
        connection.execute("GRANT USAGE ON SCHEMA proof TO PUBLIC")
        connection.execute("INSERT INTO proof.recorded SELECT event_id FROM events_outbox")
        connection.execute("INSERT INTO proof.recorded SELECT event_id FROM events_event")
