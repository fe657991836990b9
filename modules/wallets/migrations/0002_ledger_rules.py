from django.db import migrations

# Every function runs as the schema's owner with that schema alone in its path: the application's
# role may not write these tables itself. FROM CURRENT names no schema, so that the same text
# makes every tenant's functions (the script that is replayed keeps it so).

OPEN_ACCOUNT = """
CREATE FUNCTION wallets_open_account(
    p_id uuid, p_code text, p_client uuid, p_currency text, p_exponent int, p_now timestamptz
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_id uuid;
BEGIN
    INSERT INTO wallets_account
        (id, code, client_id, currency, exponent, keeps_balance, opened_at)
    VALUES (p_id, p_code, p_client, p_currency, p_exponent, p_client IS NOT NULL, p_now)
    ON CONFLICT (code, currency) DO NOTHING;
    SELECT id INTO STRICT v_id FROM wallets_account
    WHERE code = p_code AND currency = p_currency;
    IF p_client IS NOT NULL THEN
        INSERT INTO wallets_balance (account_id, posted_minor, held_minor, seq, moved_at)
        VALUES (v_id, 0, 0, 0, p_now) ON CONFLICT (account_id) DO NOTHING;
    END IF;
    RETURN v_id;
END
$$
"""

# Wallets are locked in the order of their ids, so two entries cannot wait for each other. What is
# asked for is refused by an outcome, not by an error: the caller's transaction goes on.
POST = """
CREATE FUNCTION wallets_post(
    p_id uuid, p_kind text, p_key text, p_hash text, p_reverses uuid, p_hold uuid, p_actor_kind text,
    p_actor_id uuid, p_actor_name text,
    p_cause text, p_note text, p_occurred timestamptz, p_now timestamptz,
    p_accounts uuid[], p_currencies text[], p_amounts bigint[],
    OUT outcome text, OUT out_id uuid
) LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_at timestamptz;
    v_short boolean;
    v_over boolean;
    v_known boolean;
    v_rows bigint := 0;
    v_hash text;
    v_held_on uuid;
    v_held bigint;
BEGIN
    PERFORM 1 FROM wallets_balance WHERE account_id = ANY (p_accounts)
    ORDER BY account_id FOR UPDATE;

    IF p_hold IS NOT NULL THEN
        SELECT account_id, amount_minor INTO v_held_on, v_held FROM wallets_hold
        WHERE id = p_hold AND state = 'open' AND account_id = ANY (p_accounts);
    END IF;

    SELECT greatest(p_now, max(b.moved_at), max(s.until_at) + interval '1 microsecond'),
           coalesce(bool_or(
               CASE WHEN d.account_id = v_held_on THEN v_held
                    ELSE b.posted_minor - b.held_minor END + d.delta < 0), false),
           coalesce(bool_and(d.known), false)
    INTO v_at, v_short, v_known
    FROM (SELECT l.account_id, sum(l.amount) AS delta, bool_and(a.id IS NOT NULL) AS known
          FROM unnest(p_accounts, p_currencies, p_amounts) AS l (account_id, currency, amount)
          LEFT JOIN wallets_account a ON a.id = l.account_id AND a.currency = l.currency
          GROUP BY l.account_id) d
    LEFT JOIN wallets_balance b ON b.account_id = d.account_id
    LEFT JOIN LATERAL (SELECT max(until_at) AS until_at FROM wallets_snapshot
                       WHERE account_id = d.account_id) s ON true;

    IF NOT v_known THEN
        outcome := 'unknown';
        RETURN;
    END IF;

    -- Captured by an earlier delivery of the same order, or ended otherwise.
    v_over := p_hold IS NOT NULL AND v_held_on IS NULL;

    IF NOT v_short AND NOT v_over THEN
        -- One statement, so that the entry's trigger finds the legs even when it is not deferred.
        WITH fresh AS (
            INSERT INTO wallets_entry
                (id, kind, key, request_hash, reverses_id, legs, actor_kind, actor_id,
                 actor_name, cause, note, occurred_at, posted_at)
            VALUES (p_id, p_kind, p_key, p_hash, p_reverses, cardinality(p_accounts),
                    p_actor_kind, p_actor_id, p_actor_name, p_cause, p_note, p_occurred, v_at)
            ON CONFLICT DO NOTHING RETURNING id
        )
        INSERT INTO wallets_posting
            (entry_id, leg, legs, account_id, currency, amount_minor, seq, balance_after_minor,
             posted_at)
        SELECT f.id, l.leg, cardinality(p_accounts), l.account_id, l.currency, l.amount,
               b.seq + row_number() OVER w, b.posted_minor + sum(l.amount) OVER w, v_at
        FROM fresh f
        CROSS JOIN unnest(p_accounts, p_currencies, p_amounts)
            WITH ORDINALITY AS l (account_id, currency, amount, leg)
        LEFT JOIN wallets_balance b ON b.account_id = l.account_id
        WINDOW w AS (PARTITION BY l.account_id ORDER BY l.amount DESC, l.leg
                     ROWS UNBOUNDED PRECEDING);
        GET DIAGNOSTICS v_rows = ROW_COUNT;
    END IF;

    IF v_rows > 0 THEN
        UPDATE wallets_balance b
        SET posted_minor = b.posted_minor + d.delta, seq = b.seq + d.postings, moved_at = v_at,
            held_minor = b.held_minor - CASE WHEN b.account_id = v_held_on THEN v_held ELSE 0 END
        FROM (SELECT l.account_id, sum(l.amount)::bigint AS delta, count(*) AS postings
              FROM unnest(p_accounts, p_amounts) AS l (account_id, amount)
              GROUP BY l.account_id) d
        WHERE b.account_id = d.account_id;
        UPDATE wallets_hold SET state = 'captured', ended_at = v_at, ended_by = p_actor_name
        WHERE id = p_hold;
        outcome := 'new';
        out_id := p_id;
        RETURN;
    END IF;

    SELECT id, request_hash INTO out_id, v_hash FROM wallets_entry
    WHERE kind = p_kind AND key = p_key;
    IF out_id IS NOT NULL THEN
        outcome := CASE WHEN v_hash = p_hash THEN 'again' ELSE 'reused' END;
    ELSE
        PERFORM 1 FROM wallets_entry WHERE reverses_id = p_reverses;
        outcome := CASE WHEN FOUND THEN 'reversed' WHEN v_over THEN 'over' ELSE 'short' END;
    END IF;
END
$$
"""

HOLD = """
CREATE FUNCTION wallets_hold_funds(
    p_id uuid, p_account uuid, p_currency text, p_amount bigint, p_key text, p_cause text, p_actor_kind text,
    p_actor_id uuid, p_actor_name text,
    p_now timestamptz, OUT outcome text, OUT out_id uuid
) LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_free bigint;
    v_same boolean;
    v_rows bigint := 0;
BEGIN
    SELECT b.posted_minor - b.held_minor INTO v_free
    FROM wallets_balance b JOIN wallets_account a ON a.id = b.account_id
    WHERE b.account_id = p_account AND a.currency = p_currency FOR UPDATE OF b;
    IF v_free IS NULL THEN
        outcome := 'unknown';
        RETURN;
    END IF;
    IF v_free >= p_amount THEN
        INSERT INTO wallets_hold
            (id, account_id, amount_minor, key, state, cause, actor_kind, actor_id, actor_name,
             made_at, ended_by)
        VALUES (p_id, p_account, p_amount, p_key, 'open', p_cause, p_actor_kind, p_actor_id,
                p_actor_name, p_now, '')
        ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
    END IF;
    IF v_rows > 0 THEN
        UPDATE wallets_balance SET held_minor = held_minor + p_amount
        WHERE account_id = p_account;
        outcome := 'new';
        out_id := p_id;
        RETURN;
    END IF;
    SELECT id, account_id = p_account AND amount_minor = p_amount INTO out_id, v_same
    FROM wallets_hold WHERE key = p_key;
    outcome := CASE WHEN v_same THEN 'again' WHEN NOT v_same THEN 'reused' ELSE 'short' END;
END
$$
"""

RELEASE = """
CREATE FUNCTION wallets_release_hold(
    p_id uuid, p_by text, p_now timestamptz, OUT outcome text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_account uuid;
    v_amount bigint;
BEGIN
    SELECT account_id, amount_minor INTO v_account, v_amount FROM wallets_hold WHERE id = p_id;
    IF v_account IS NULL THEN
        outcome := 'unknown';
        RETURN;
    END IF;
    PERFORM 1 FROM wallets_balance WHERE account_id = v_account FOR UPDATE;
    UPDATE wallets_hold SET state = 'released', ended_at = p_now, ended_by = p_by
    WHERE id = p_id AND state = 'open';
    IF NOT FOUND THEN
        outcome := 'over';
        RETURN;
    END IF;
    UPDATE wallets_balance SET held_minor = held_minor - v_amount WHERE account_id = v_account;
    outcome := 'done';
END
$$
"""

SNAPSHOT = """
CREATE FUNCTION wallets_take_snapshots(p_until timestamptz, p_least bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_rows bigint;
BEGIN
    INSERT INTO wallets_snapshot (account_id, until_at, balance_minor, postings)
    SELECT a.id, p_until, coalesce(s.balance_minor, 0) + sum(p.amount_minor),
           coalesce(s.postings, 0) + count(*)
    FROM wallets_account a
    LEFT JOIN LATERAL (SELECT * FROM wallets_snapshot WHERE account_id = a.id
                       ORDER BY until_at DESC LIMIT 1) s ON true
    JOIN wallets_posting p ON p.account_id = a.id AND p.posted_at <= p_until
        AND p.posted_at > coalesce(s.until_at, '-infinity')
    WHERE NOT a.keeps_balance
    GROUP BY a.id, s.balance_minor, s.postings
    HAVING count(*) >= p_least
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END
$$
"""

BALANCED = """
CREATE FUNCTION wallets_entry_holds() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    v_flaw text;
BEGIN
    SELECT CASE WHEN coalesce(sum(t.postings), 0) <> NEW.legs THEN 'lacks legs'
                WHEN bool_or(t.total <> 0) THEN 'does not sum to zero'
                WHEN NOT bool_and(t.fits) THEN 'has a leg that does not fit its account' END
    INTO v_flaw
    FROM (SELECT count(*) AS postings, sum(p.amount_minor) AS total,
                 bool_and(a.id IS NOT NULL AND a.keeps_balance = (p.seq IS NOT NULL)
                          AND p.posted_at = NEW.posted_at) AS fits
          FROM wallets_posting p
          LEFT JOIN wallets_account a ON a.id = p.account_id AND a.currency = p.currency
          WHERE p.entry_id = NEW.id GROUP BY p.currency) t;
    IF v_flaw IS NOT NULL THEN
        RAISE EXCEPTION 'entry % %', NEW.id, v_flaw
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$
"""

BALANCED_TRIGGER = """
CREATE CONSTRAINT TRIGGER wallets_entry_balanced AFTER INSERT ON wallets_entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wallets_entry_holds()
"""

SEALED = """
ALTER TABLE wallets_posting ADD CONSTRAINT wallets_leg_sealed
FOREIGN KEY (entry_id, legs) REFERENCES wallets_entry (id, legs) DEFERRABLE INITIALLY DEFERRED
"""

WHOSE = """
ALTER TABLE wallets_account ADD CONSTRAINT wallets_account_whose
CHECK (CASE WHEN client_id IS NULL THEN code NOT LIKE 'client_wallet%'
       ELSE code = 'client_wallet:' || client_id::text END)
"""

FROZEN = ("account", "entry", "posting", "snapshot", "proof")
KEPT = ("balance", "hold")


def _refusals() -> list[str]:
    found = []
    for table in (*FROZEN, *KEPT):
        deeds = "UPDATE OR DELETE" if table in FROZEN else "DELETE"
        found += [
            f"""CREATE TRIGGER wallets_{table}_kept BEFORE {deeds} ON wallets_{table}
                FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change()""",
            f"""CREATE TRIGGER wallets_{table}_no_truncate BEFORE TRUNCATE ON wallets_{table}
                FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change()""",
        ]
    return found


def _reverse() -> list[str]:
    triggers = [
        f"DROP TRIGGER wallets_{table}_{kind} ON wallets_{table}"
        for table in (*FROZEN, *KEPT)
        for kind in ("kept", "no_truncate")
    ]
    functions = (
        "open_account",
        "post",
        "hold_funds",
        "release_hold",
        "take_snapshots",
        "entry_holds",
    )
    return [
        *triggers,
        "DROP TRIGGER wallets_entry_balanced ON wallets_entry",
        "ALTER TABLE wallets_posting DROP CONSTRAINT wallets_leg_sealed",
        "ALTER TABLE wallets_account DROP CONSTRAINT wallets_account_whose",
        *(f"DROP FUNCTION wallets_{name}" for name in functions),
    ]


class Migration(migrations.Migration):
    dependencies = [("wallets", "0001_first_tables"), ("kernel", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            [
                SEALED,
                WHOSE,
                OPEN_ACCOUNT,
                POST,
                HOLD,
                RELEASE,
                SNAPSHOT,
                BALANCED,
                BALANCED_TRIGGER,
                *_refusals(),
            ],
            _reverse(),
        )
    ]
