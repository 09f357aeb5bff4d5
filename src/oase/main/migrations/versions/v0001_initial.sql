CREATE FUNCTION oase_workspace() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN current_setting('oase.workspace', true) ~ '^[0-9a-f-]{36}$'
               THEN current_setting('oase.workspace', true)::uuid END $$;
CREATE FUNCTION oase_everywhere() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('oase.workspace', true) = 'everywhere', false) $$;

-- Words for search. Every function is immutable and needs no extension, so that any PostgreSQL 15 or newer will do.
-- Documents and queries go through the same functions; docs/handbook/search.md draws the way.

-- Lower case, no accents, ä = ae = a (not where u and e merely meet, as in "neue" and "Quelle"), ß = ss;
-- whatever is neither letter nor digit becomes a space.
CREATE FUNCTION oase_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT btrim(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    translate(lower(normalize(value, NFKD)), 'øłđıþðħ', 'oldithdh'),
    '[\u0300-\u036f]', '', 'g'), '[ßẞ]', 'ss', 'g'), '[æœ]', 'a', 'g'), '(?<![aeiouq])([aou])e', '\1', 'g'),
    '[\u0001-/:-@\[-`{-\u00bf\u2000-\u206f\u2190-\u2bff\u3000-\u3004\ufe00-\ufe0f\U0001f000-\U0001faff]+', ' ', 'g'))
$$;

-- Words as they are, with positions, and their German and English stems, without.
CREATE FUNCTION oase_words(value text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
DECLARE
  folded text := oase_fold(value);
BEGIN
  RETURN to_tsvector('pg_catalog.simple', folded)
    || strip(to_tsvector('pg_catalog.german', folded)) || strip(to_tsvector('pg_catalog.english', folded));
END $$;

-- Folded words with a label before each: 'f:anna', 'f:muller'.
CREATE FUNCTION oase_labels(label text, value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT coalesce(array_agg(DISTINCT label || ':' || w.word), '{}')
  FROM unnest(string_to_array(oase_fold(value), ' ')) AS w (word) WHERE w.word <> ''
$$;

-- A phone number from its fourth-last digit on to the left, so that any run of digits in it is the beginning of an entry.
CREATE FUNCTION oase_digits(value text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT coalesce(array_agg('n:' || substr(d.digits, s.start)), '{}')
  FROM (SELECT regexp_replace(value, '[^0-9]', '', 'g') AS digits) AS d,
       generate_series(1, least(length(d.digits), 20) - 3) AS s (start)
$$;

-- A word of a query by its stems, which every form of it has in its entry; several words written as one (a mail address, a
-- hyphenated word) must follow each other.
CREATE FUNCTION oase_term(value text) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
DECLARE
  folded text := oase_fold(value);
  german tsquery := plainto_tsquery('pg_catalog.german', folded);
  english tsquery := plainto_tsquery('pg_catalog.english', folded);
BEGIN
  IF folded LIKE '% %' OR numnode(german) + numnode(english) = 0 THEN
    RETURN phraseto_tsquery('pg_catalog.simple', folded);
  END IF;
  RETURN CASE WHEN german = english THEN german ELSE german || english END;
END $$;

-- A word that is still being typed (or of which the beginning is enough): as above, or whatever begins so.
CREATE FUNCTION oase_prefix(value text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT CASE WHEN f.folded = '' THEN ''::tsquery
    ELSE oase_term(value) || ('''' || replace(f.folded, ' ', ''' <-> ''') || ''':*')::tsquery END
  FROM (SELECT oase_fold(value) AS folded) AS f
$$;

-- Words with a label ('f:', 't:', or the weight A: the subject), all of which must occur; the last one of 'anna mü*' as a beginning.
CREATE FUNCTION oase_labelled(label text, value text, weight text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT coalesce((string_agg('''' || label || w.word || ''':'
    || CASE WHEN value LIKE '%*' AND w.place = w.last THEN '*' ELSE '' END || weight, ' & '))::tsquery, ''::tsquery)
  FROM (SELECT word, place, count(*) OVER () AS last
        FROM unnest(string_to_array(oase_fold(value), ' ')) WITH ORDINALITY AS u (word, place) WHERE word <> '') AS w
$$;

CREATE SEQUENCE conversation_number START WITH 1001 CACHE 1;

CREATE TABLE account (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    settings JSONB DEFAULT '{}' NOT NULL,
    secrets BYTEA,
    enabled BOOLEAN DEFAULT true NOT NULL,
    state TEXT DEFAULT 'up' NOT NULL,
    state_why TEXT DEFAULT '' NOT NULL,
    state_since TIMESTAMP WITH TIME ZONE NOT NULL,
    cursor JSONB DEFAULT '{}' NOT NULL,
    facts JSONB DEFAULT '{}' NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    checked_at TIMESTAMP WITH TIME ZONE,
    told_url TEXT DEFAULT '' NOT NULL,
    told_why TEXT DEFAULT '' NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE,
    heard_at TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    warned JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT account_pkey PRIMARY KEY (workspace_id, id)
);

COMMENT ON TABLE account IS 'One configured connection of a channel.';

ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE account FORCE ROW LEVEL SECURITY;
CREATE POLICY account_workspace ON account USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE agent (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    state TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT DEFAULT '' NOT NULL,
    picture TEXT DEFAULT '' NOT NULL,
    signature TEXT DEFAULT '' NOT NULL,
    preferences JSONB DEFAULT '{}' NOT NULL,
    password_hash TEXT DEFAULT '' NOT NULL,
    password_changed_at TIMESTAMP WITH TIME ZONE,
    totp BYTEA,
    totp_pending BYTEA,
    totp_last_step BIGINT DEFAULT 0 NOT NULL,
    recovery BYTEA[] DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT agent_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT agent_workspace_id_email_key UNIQUE (workspace_id, email),
    CONSTRAINT agent_state_check CHECK (state IN ('active', 'invited', 'deactivated'))
);

CREATE INDEX agent_by_email ON agent (email);

COMMENT ON TABLE agent IS 'A person inside, who answers; never deleted while messages name them, only deactivated.';

ALTER TABLE agent ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_workspace ON agent USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE app_device (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    visitor TEXT NOT NULL,
    live_key UUID NOT NULL,
    fingerprint BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    trouble TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT app_device_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT app_device_workspace_id_account_id_fingerprint_key UNIQUE (workspace_id, account_id, fingerprint)
);

CREATE INDEX app_device_customer ON app_device (workspace_id, live_key);

COMMENT ON TABLE app_device IS 'Phones and browsers of customers that want to be told of an answer.';

ALTER TABLE app_device ENABLE ROW LEVEL SECURITY;
ALTER TABLE app_device FORCE ROW LEVEL SECURITY;
CREATE POLICY app_device_workspace ON app_device USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE audit_entry (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id UUID,
    actor_name TEXT NOT NULL,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id UUID,
    data JSONB NOT NULL,
    CONSTRAINT audit_entry_pkey PRIMARY KEY (workspace_id, id)
);

CREATE INDEX audit_entry_subject ON audit_entry (workspace_id, subject, subject_id);

COMMENT ON TABLE audit_entry IS 'Who did what; never changed.';

ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_entry_workspace ON audit_entry USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE automation (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL,
    trigger JSONB NOT NULL,
    groups JSONB NOT NULL,
    acts JSONB NOT NULL,
    stop BOOLEAN DEFAULT false NOT NULL,
    why TEXT DEFAULT '' NOT NULL,
    version INTEGER DEFAULT 1 NOT NULL,
    on_since TIMESTAMP WITH TIME ZONE,
    checked_until TIMESTAMP WITH TIME ZONE,
    told_at TIMESTAMP WITH TIME ZONE,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT automation_pkey PRIMARY KEY (workspace_id, id)
);

CREATE INDEX automation_order ON automation (workspace_id, position);

COMMENT ON TABLE automation IS 'A rule: when, if, then.';

ALTER TABLE automation ENABLE ROW LEVEL SECURITY;
ALTER TABLE automation FORCE ROW LEVEL SECURITY;
CREATE POLICY automation_workspace ON automation USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE automation_mark (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    xid BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    CONSTRAINT automation_mark_pkey PRIMARY KEY (workspace_id, id)
);

COMMENT ON TABLE automation_mark IS 'Up to where in the live log a workspace''s rules were asked (one row, by the workspace''s id), written with what they did.';

ALTER TABLE automation_mark ENABLE ROW LEVEL SECURITY;
ALTER TABLE automation_mark FORCE ROW LEVEL SECURITY;
CREATE POLICY automation_mark_workspace ON automation_mark USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE blob_removal (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    key TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT blob_removal_pkey PRIMARY KEY (workspace_id, id)
);

COMMENT ON TABLE blob_removal IS 'Files whose rows are gone; they are deleted after the commit, however often it is tried.';

ALTER TABLE blob_removal ENABLE ROW LEVEL SECURITY;
ALTER TABLE blob_removal FORCE ROW LEVEL SECURITY;
CREATE POLICY blob_removal_workspace ON blob_removal USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE calendar (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    zone TEXT NOT NULL,
    week JSONB NOT NULL,
    days JSONB NOT NULL,
    closures JSONB NOT NULL,
    country TEXT DEFAULT '' NOT NULL,
    region TEXT DEFAULT '' NOT NULL,
    worked JSONB DEFAULT '[]' NOT NULL,
    published SMALLINT DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT calendar_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT calendar_workspace_id_name_key UNIQUE (workspace_id, name)
);

CREATE UNIQUE INDEX calendar_default ON calendar (workspace_id) WHERE is_default;

COMMENT ON TABLE calendar IS 'When a company works: windows of each weekday, days that differ, closures, whose holidays.';

ALTER TABLE calendar ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar FORCE ROW LEVEL SECURITY;
CREATE POLICY calendar_workspace ON calendar USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE custom_field (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    subject TEXT NOT NULL,
    key TEXT NOT NULL,
    labels JSONB NOT NULL,
    kind TEXT NOT NULL,
    choices JSONB DEFAULT '[]' NOT NULL,
    position SMALLINT NOT NULL,
    CONSTRAINT custom_field_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT custom_field_workspace_id_subject_key_key UNIQUE (workspace_id, subject, key)
);

COMMENT ON TABLE custom_field IS 'A field that the company adds to persons or conversations.';

ALTER TABLE custom_field ENABLE ROW LEVEL SECURITY;
ALTER TABLE custom_field FORCE ROW LEVEL SECURITY;
CREATE POLICY custom_field_workspace ON custom_field USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE follower_position (
    name TEXT NOT NULL,
    xid BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT follower_position_pkey PRIMARY KEY (name)
);

COMMENT ON TABLE follower_position IS 'Up to where a follower has worked through the live log, over all workspaces.';

CREATE TABLE idempotency_key (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    request_hash BYTEA NOT NULL,
    response BYTEA,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT idempotency_key_pkey PRIMARY KEY (workspace_id, id)
);

CREATE INDEX idempotency_key_at ON idempotency_key (at);

COMMENT ON TABLE idempotency_key IS 'Answers to requests that may come again; the id is made of who asked and of their key.';

ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_key FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_key_workspace ON idempotency_key USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE journal (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    channel TEXT NOT NULL,
    dedup BYTEA NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    method TEXT NOT NULL,
    headers JSONB NOT NULL,
    query JSONB NOT NULL,
    body BYTEA,
    blob_key TEXT DEFAULT '' NOT NULL,
    size_bytes BIGINT NOT NULL,
    state TEXT NOT NULL,
    why TEXT DEFAULT '' NOT NULL,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    items INTEGER DEFAULT 0 NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE,
    next_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT journal_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT journal_workspace_id_account_id_dedup_key UNIQUE (workspace_id, account_id, dedup)
);

CREATE INDEX journal_new ON journal (workspace_id, account_id, id) WHERE state = 'new';

CREATE INDEX journal_pointed ON journal (workspace_id, account_id, next_at) WHERE state = 'pointed';

CREATE INDEX journal_trouble ON journal (workspace_id, id) WHERE state IN ('partial', 'quarantined');

COMMENT ON TABLE journal IS 'Raw deliveries of the outside world, with their fate.';

ALTER TABLE journal ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal FORCE ROW LEVEL SECURITY;
CREATE POLICY journal_workspace ON journal USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE live_event (
    workspace_id UUID NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY (CACHE 64),
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    topic TEXT NOT NULL,
    key UUID NOT NULL,
    payload JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT live_event_pkey PRIMARY KEY (workspace_id, id)
);

CREATE INDEX live_event_position ON live_event (xid, id);

COMMENT ON TABLE live_event IS 'What happened, for browsers and workers; the relay reads it over all workspaces.';

CREATE TABLE macro (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    team_id UUID,
    acts JSONB NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT macro_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT macro_workspace_id_name_key UNIQUE (workspace_id, name)
);

COMMENT ON TABLE macro IS 'Acts under a name, which an agent does with one click.';

ALTER TABLE macro ENABLE ROW LEVEL SECURITY;
ALTER TABLE macro FORCE ROW LEVEL SECURITY;
CREATE POLICY macro_workspace ON macro USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE parked_receipt (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    external_id TEXT NOT NULL,
    receipt JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT parked_receipt_pkey PRIMARY KEY (workspace_id, id)
);

CREATE INDEX parked_receipt_external ON parked_receipt (workspace_id, account_id, external_id);

COMMENT ON TABLE parked_receipt IS 'Receipts, and changes of public messages, that came before their message.';

ALTER TABLE parked_receipt ENABLE ROW LEVEL SECURITY;
ALTER TABLE parked_receipt FORCE ROW LEVEL SECURITY;
CREATE POLICY parked_receipt_workspace ON parked_receipt USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE person (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    language TEXT DEFAULT '' NOT NULL,
    organisation TEXT DEFAULT '' NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    tags TEXT[] DEFAULT '{}' NOT NULL,
    fields JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    merged_into UUID,
    blocked BOOLEAN DEFAULT false NOT NULL,
    folded_name TEXT GENERATED ALWAYS AS (lower(name)) STORED,
    written_email TEXT GENERATED ALWAYS AS (lower(fields->>'email')) STORED,
    written_phone TEXT GENERATED ALWAYS AS (regexp_replace(regexp_replace(fields->>'phone', '[^+0-9]', '', 'g'), '^00', '+')) STORED,
    CONSTRAINT person_pkey PRIMARY KEY (workspace_id, id)
);

CREATE INDEX person_folded_name ON person (workspace_id, folded_name) WHERE folded_name <> '';

CREATE INDEX person_merged ON person (workspace_id, merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX person_newest ON person (workspace_id, created_at);

CREATE INDEX person_written_email ON person (workspace_id, written_email) WHERE written_email IS NOT NULL;

CREATE INDEX person_written_phone ON person (workspace_id, written_phone) WHERE written_phone IS NOT NULL;

COMMENT ON TABLE person IS 'A human outside.';

ALTER TABLE person ENABLE ROW LEVEL SECURITY;
ALTER TABLE person FORCE ROW LEVEL SECURITY;
CREATE POLICY person_workspace ON person USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE person_erasure (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by_id UUID,
    counts JSONB NOT NULL,
    CONSTRAINT person_erasure_pkey PRIMARY KEY (workspace_id, id)
);

COMMENT ON TABLE person_erasure IS 'That everything about a person was erased: when, by whom, how much; nothing about the person.';

ALTER TABLE person_erasure ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_erasure FORCE ROW LEVEL SECURITY;
CREATE POLICY person_erasure_workspace ON person_erasure USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE promise_policy (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    policy JSONB NOT NULL,
    version INTEGER NOT NULL,
    CONSTRAINT promise_policy_pkey PRIMARY KEY (workspace_id, id)
);

COMMENT ON TABLE promise_policy IS 'What a workspace (same id) promises: targets in their order, pauses; none: by nature of the channels.';

ALTER TABLE promise_policy ENABLE ROW LEVEL SECURITY;
ALTER TABLE promise_policy FORCE ROW LEVEL SECURITY;
CREATE POLICY promise_policy_workspace ON promise_policy USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE role (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    key TEXT DEFAULT '' NOT NULL,
    name TEXT NOT NULL,
    permissions TEXT[] DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT role_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT role_workspace_id_name_key UNIQUE (workspace_id, name)
);

COMMENT ON TABLE role IS 'A set of permissions with a name.';

ALTER TABLE role ENABLE ROW LEVEL SECURITY;
ALTER TABLE role FORCE ROW LEVEL SECURITY;
CREATE POLICY role_workspace ON role USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE routing_leader (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    epoch BIGINT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    learnt JSONB DEFAULT '{}' NOT NULL,
    expected JSONB DEFAULT '{}' NOT NULL,
    expected_at TIMESTAMP WITH TIME ZONE,
    stranded JSONB DEFAULT '[]' NOT NULL,
    CONSTRAINT routing_leader_pkey PRIMARY KEY (workspace_id, id)
);

COMMENT ON TABLE routing_leader IS 'The one process that decides for a workspace, by a number that only rises.';

ALTER TABLE routing_leader ENABLE ROW LEVEL SECURITY;
ALTER TABLE routing_leader FORCE ROW LEVEL SECURITY;
CREATE POLICY routing_leader_workspace ON routing_leader USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE saved_view (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    agent_id UUID NOT NULL,
    shared TEXT NOT NULL,
    team_id UUID,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    position SMALLINT NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT saved_view_pkey PRIMARY KEY (workspace_id, id)
);

CREATE INDEX saved_view_agent ON saved_view (workspace_id, agent_id);

COMMENT ON TABLE saved_view IS 'A search kept as a view of the inbox.';

ALTER TABLE saved_view ENABLE ROW LEVEL SECURITY;
ALTER TABLE saved_view FORCE ROW LEVEL SECURITY;
CREATE POLICY saved_view_workspace ON saved_view USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE sign_in_lock (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    failures INTEGER NOT NULL,
    last_failure_at TIMESTAMP WITH TIME ZONE NOT NULL,
    locked_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT sign_in_lock_pkey PRIMARY KEY (workspace_id, id)
);

COMMENT ON TABLE sign_in_lock IS 'Failed sign-ins, counted before the password is looked at.';

CREATE TABLE skill (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    code TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT skill_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT skill_workspace_id_kind_name_key UNIQUE (workspace_id, kind, name),
    CONSTRAINT skill_kind_check CHECK (kind IN ('language', 'product', 'channel', 'own'))
);

CREATE UNIQUE INDEX skill_code ON skill (workspace_id, kind, code) WHERE code <> '';

COMMENT ON TABLE skill IS 'Something that not every agent can do, and that a conversation may need.';

ALTER TABLE skill ENABLE ROW LEVEL SECURITY;
ALTER TABLE skill FORCE ROW LEVEL SECURITY;
CREATE POLICY skill_workspace ON skill USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE snippet (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    shortcut TEXT NOT NULL,
    name TEXT NOT NULL,
    texts JSONB NOT NULL,
    team_id UUID,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT snippet_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT snippet_workspace_id_shortcut_key UNIQUE (workspace_id, shortcut)
);

COMMENT ON TABLE snippet IS 'A prepared answer.';

ALTER TABLE snippet ENABLE ROW LEVEL SECURITY;
ALTER TABLE snippet FORCE ROW LEVEL SECURITY;
CREATE POLICY snippet_workspace ON snippet USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE tag (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    color TEXT NOT NULL,
    CONSTRAINT tag_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT tag_workspace_id_name_key UNIQUE (workspace_id, name)
);

COMMENT ON TABLE tag IS 'A word to sort conversations and persons by.';

ALTER TABLE tag ENABLE ROW LEVEL SECURITY;
ALTER TABLE tag FORCE ROW LEVEL SECURITY;
CREATE POLICY tag_workspace ON tag USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE team (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    colour TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT team_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT team_workspace_id_name_key UNIQUE (workspace_id, name)
);

COMMENT ON TABLE team IS 'Agents who work on the same conversations.';

ALTER TABLE team ENABLE ROW LEVEL SECURITY;
ALTER TABLE team FORCE ROW LEVEL SECURITY;
CREATE POLICY team_workspace ON team USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE upload (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    blob_key TEXT NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT upload_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT upload_workspace_id_blob_key_key UNIQUE (workspace_id, blob_key)
);

CREATE INDEX upload_until ON upload (workspace_id, until);

COMMENT ON TABLE upload IS 'A file of a visitor or a form that no message names yet.';

ALTER TABLE upload ENABLE ROW LEVEL SECURITY;
ALTER TABLE upload FORCE ROW LEVEL SECURITY;
CREATE POLICY upload_workspace ON upload USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE wait (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    channel TEXT NOT NULL,
    account_id UUID,
    team_id UUID,
    public BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT NOT NULL,
    working_seconds INTEGER,
    CONSTRAINT wait_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT wait_outcome_check CHECK (outcome IN ('waiting', 'answered', 'closed')),
    CONSTRAINT wait_ended_check CHECK ((outcome = 'waiting') = (ended_at IS NULL))
);

CREATE INDEX wait_asked ON wait (workspace_id, asked_at);

CREATE INDEX wait_conversation ON wait (workspace_id, conversation_id);

CREATE INDEX wait_open ON wait (workspace_id, asked_at) WHERE ended_at IS NULL;

COMMENT ON TABLE wait IS 'A stretch of time in which a customer waited for an answer. It outlives its conversation: what was measured stays.';

ALTER TABLE wait ENABLE ROW LEVEL SECURITY;
ALTER TABLE wait FORCE ROW LEVEL SECURITY;
CREATE POLICY wait_workspace ON wait USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE webhook (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    url TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    events TEXT[] NOT NULL,
    secrets BYTEA NOT NULL,
    rotated_at TIMESTAMP WITH TIME ZONE,
    enabled BOOLEAN DEFAULT true NOT NULL,
    disabled_why TEXT DEFAULT '' NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT webhook_pkey PRIMARY KEY (workspace_id, id)
);

COMMENT ON TABLE webhook IS 'Where a program wants to be told what happened.';

ALTER TABLE webhook ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook FORCE ROW LEVEL SECURITY;
CREATE POLICY webhook_workspace ON webhook USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE workspace (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    settings JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT workspace_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT workspace_own_check CHECK (id = workspace_id),
    CONSTRAINT workspace_slug_key UNIQUE (slug)
);

COMMENT ON TABLE workspace IS 'One company''s data: the tenant. Its id is its workspace_id.';

ALTER TABLE workspace ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_workspace ON workspace USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE agent_capacity (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    live SMALLINT,
    messaging SMALLINT,
    CONSTRAINT agent_capacity_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT agent_capacity_workspace_id_id_fkey FOREIGN KEY(workspace_id, id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE agent_capacity IS 'How much an agent (same id) takes on at once, where it is not what the workspace says.';

ALTER TABLE agent_capacity ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_capacity FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_capacity_workspace ON agent_capacity USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE agent_duty (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    state TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    acted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    left_by TEXT DEFAULT '' NOT NULL,
    back_to TEXT DEFAULT '' NOT NULL,
    CONSTRAINT agent_duty_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT agent_duty_workspace_id_id_fkey FOREIGN KEY(workspace_id, id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT agent_duty_state_check CHECK (state IN ('online', 'busy', 'break', 'away'))
);

COMMENT ON TABLE agent_duty IS 'What an agent (same id) does now; none: never said so, which is away.';

ALTER TABLE agent_duty ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_duty FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_duty_workspace ON agent_duty USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE agent_link (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    agent_id UUID NOT NULL,
    purpose TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT agent_link_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT agent_link_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT agent_link_workspace_id_agent_id_purpose_key UNIQUE (workspace_id, agent_id, purpose),
    CONSTRAINT agent_link_purpose_check CHECK (purpose IN ('invitation', 'reset'))
);

COMMENT ON TABLE agent_link IS 'A link by mail that works once: an invitation, a password reset.';

ALTER TABLE agent_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_link FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_link_workspace ON agent_link USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE agent_role (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    agent_id UUID NOT NULL,
    role_id UUID NOT NULL,
    CONSTRAINT agent_role_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT agent_role_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT agent_role_workspace_id_role_id_fkey FOREIGN KEY(workspace_id, role_id) REFERENCES role (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT agent_role_workspace_id_agent_id_role_id_key UNIQUE (workspace_id, agent_id, role_id)
);

CREATE INDEX agent_role_role ON agent_role (workspace_id, role_id);

COMMENT ON TABLE agent_role IS 'Which roles an agent has.';

ALTER TABLE agent_role ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_role FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_role_workspace ON agent_role USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE agent_session (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    agent_id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    CONSTRAINT agent_session_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT agent_session_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX agent_session_agent ON agent_session (workspace_id, agent_id);

COMMENT ON TABLE agent_session IS 'A browser in which an agent is signed in.';

ALTER TABLE agent_session ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_session FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_session_workspace ON agent_session USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE agent_skill (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    agent_id UUID NOT NULL,
    skill_id UUID NOT NULL,
    level SMALLINT NOT NULL,
    CONSTRAINT agent_skill_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT agent_skill_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT agent_skill_workspace_id_skill_id_fkey FOREIGN KEY(workspace_id, skill_id) REFERENCES skill (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT agent_skill_workspace_id_agent_id_skill_id_key UNIQUE (workspace_id, agent_id, skill_id),
    CONSTRAINT agent_skill_level_check CHECK (level BETWEEN 1 AND 5)
);

CREATE INDEX agent_skill_skill ON agent_skill (workspace_id, skill_id);

COMMENT ON TABLE agent_skill IS 'Who can do what, and how well: 1 (a little) to 5 (very well).';

ALTER TABLE agent_skill ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_skill FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_skill_workspace ON agent_skill USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE api_token (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    permissions TEXT[] NOT NULL,
    created_by UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    last_used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT api_token_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT api_token_workspace_id_created_by_fkey FOREIGN KEY(workspace_id, created_by) REFERENCES agent (workspace_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE api_token IS 'A program''s way in: some permissions, no agent.';

ALTER TABLE api_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_token FORCE ROW LEVEL SECURITY;
CREATE POLICY api_token_workspace ON api_token USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE automation_trial (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    rule_id UUID NOT NULL,
    version INTEGER NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    total INTEGER NOT NULL,
    looked INTEGER DEFAULT 0 NOT NULL,
    hit_count INTEGER DEFAULT 0 NOT NULL,
    hits UUID[] DEFAULT '{}' NOT NULL,
    place TEXT DEFAULT '' NOT NULL,
    done BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT automation_trial_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT automation_trial_workspace_id_rule_id_fkey FOREIGN KEY(workspace_id, rule_id) REFERENCES automation (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX automation_trial_rule ON automation_trial (workspace_id, rule_id);

COMMENT ON TABLE automation_trial IS 'That a rule was tried on the past (the newest time), and what it would have hit. Nothing is changed by it.';

ALTER TABLE automation_trial ENABLE ROW LEVEL SECURITY;
ALTER TABLE automation_trial FORCE ROW LEVEL SECURITY;
CREATE POLICY automation_trial_workspace ON automation_trial USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE calendar_source (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    calendar_id UUID NOT NULL,
    name TEXT NOT NULL,
    sealed BYTEA,
    content BYTEA NOT NULL,
    closures JSONB NOT NULL,
    pauses JSONB NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    trouble TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT calendar_source_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT calendar_source_workspace_id_calendar_id_fkey FOREIGN KEY(workspace_id, calendar_id) REFERENCES calendar (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX calendar_source_calendar ON calendar_source (workspace_id, calendar_id);

CREATE INDEX calendar_source_due ON calendar_source (next_at);

COMMENT ON TABLE calendar_source IS 'An iCalendar file or address whose events close a calendar.';

ALTER TABLE calendar_source ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar_source FORCE ROW LEVEL SECURITY;
CREATE POLICY calendar_source_workspace ON calendar_source USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE conversation (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    person_id UUID,
    identity_id UUID,
    account_id UUID,
    channel TEXT NOT NULL,
    kind TEXT DEFAULT 'private' NOT NULL,
    thread_external_id TEXT,
    thread JSONB DEFAULT '{}' NOT NULL,
    waiting_count INTEGER DEFAULT 0 NOT NULL,
    speaker_count INTEGER DEFAULT 0 NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    state TEXT NOT NULL,
    assignee_id UUID,
    team_id UUID,
    priority SMALLINT DEFAULT 0 NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    snoozed_until TIMESTAMP WITH TIME ZONE,
    waiting_since TIMESTAMP WITH TIME ZONE,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_in_at TIMESTAMP WITH TIME ZONE,
    last_out_at TIMESTAMP WITH TIME ZONE,
    solved_at TIMESTAMP WITH TIME ZONE,
    first_line TEXT DEFAULT '' NOT NULL,
    first_line_by TEXT DEFAULT 'in' NOT NULL,
    message_count INTEGER DEFAULT 0 NOT NULL,
    tags TEXT[] DEFAULT '{}' NOT NULL,
    fields JSONB DEFAULT '{}' NOT NULL,
    token TEXT NOT NULL,
    merged_into UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    version INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT conversation_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT conversation_workspace_id_person_id_fkey FOREIGN KEY(workspace_id, person_id) REFERENCES person (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT conversation_conversation_kind_check CHECK (CASE kind WHEN 'public' THEN person_id IS NULL AND thread_external_id IS NOT NULL ELSE person_id IS NOT NULL AND thread_external_id IS NULL END),
    CONSTRAINT conversation_workspace_id_number_key UNIQUE (workspace_id, number),
    CONSTRAINT conversation_workspace_id_token_key UNIQUE (workspace_id, token)
);

CREATE INDEX conversation_channel ON conversation (workspace_id, channel, coalesce(due_at, 'infinity'), id) WHERE state = 'open' AND merged_into IS NULL;

CREATE INDEX conversation_merged ON conversation (workspace_id, merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX conversation_mine ON conversation (workspace_id, assignee_id, coalesce(due_at, 'infinity'), id) WHERE state = 'open' AND merged_into IS NULL;

CREATE INDEX conversation_person ON conversation (workspace_id, person_id, last_at);

CREATE INDEX conversation_snoozed ON conversation (workspace_id, snoozed_until) WHERE state = 'snoozed';

CREATE INDEX conversation_solved ON conversation (workspace_id, solved_at, id) WHERE state = 'solved' AND merged_into IS NULL;

CREATE INDEX conversation_state ON conversation (workspace_id, state, last_at, id) WHERE merged_into IS NULL;

CREATE INDEX conversation_tags ON conversation USING gin (tags);

CREATE INDEX conversation_team ON conversation (workspace_id, team_id, coalesce(due_at, 'infinity'), id) WHERE state = 'open' AND merged_into IS NULL AND team_id IS NOT NULL;

CREATE UNIQUE INDEX conversation_thread ON conversation (workspace_id, account_id, thread_external_id) WHERE thread_external_id IS NOT NULL;

CREATE INDEX conversation_todo ON conversation (workspace_id, coalesce(due_at, 'infinity'), id) WHERE state = 'open' AND merged_into IS NULL;

CREATE INDEX conversation_unanswered ON conversation (workspace_id, waiting_since, id) WHERE state = 'open' AND merged_into IS NULL;

CREATE INDEX conversation_waited ON conversation (workspace_id, last_out_at, id) WHERE state = 'waiting' AND merged_into IS NULL;

COMMENT ON TABLE conversation IS 'One concern of one person, which may span channels; or one public place in which several speak.';

ALTER TABLE conversation ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation FORCE ROW LEVEL SECURITY;
CREATE POLICY conversation_workspace ON conversation USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE duty_stretch (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    agent_id UUID NOT NULL,
    state TEXT NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT duty_stretch_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT duty_stretch_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT duty_stretch_state_check CHECK (state IN ('online', 'busy', 'break'))
);

CREATE INDEX duty_stretch_agent ON duty_stretch (workspace_id, agent_id, began_at);

CREATE INDEX duty_stretch_began ON duty_stretch (workspace_id, began_at);

CREATE UNIQUE INDEX duty_stretch_lasts ON duty_stretch (workspace_id, agent_id) WHERE ended_at IS NULL;

COMMENT ON TABLE duty_stretch IS 'From when to when an agent was online, busy, or on a break. No reasons: they are nobody''s business afterwards.';

ALTER TABLE duty_stretch ENABLE ROW LEVEL SECURITY;
ALTER TABLE duty_stretch FORCE ROW LEVEL SECURITY;
CREATE POLICY duty_stretch_workspace ON duty_stretch USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE identity (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    verified BOOLEAN DEFAULT false NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT identity_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT identity_workspace_id_person_id_fkey FOREIGN KEY(workspace_id, person_id) REFERENCES person (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT identity_workspace_id_kind_value_key UNIQUE (workspace_id, kind, value)
);

CREATE INDEX identity_person ON identity (workspace_id, person_id);

COMMENT ON TABLE identity IS 'A person''s address on a channel.';

ALTER TABLE identity ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity FORCE ROW LEVEL SECURITY;
CREATE POLICY identity_workspace ON identity USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE notification_wishes (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    wishes JSONB NOT NULL,
    CONSTRAINT notification_wishes_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT notification_wishes_workspace_id_id_fkey FOREIGN KEY(workspace_id, id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE notification_wishes IS 'What an agent (same id) wants to be told, and how; none: as we think best.';

ALTER TABLE notification_wishes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notification_wishes FORCE ROW LEVEL SECURITY;
CREATE POLICY notification_wishes_workspace ON notification_wishes USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE person_distinct (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    one_id UUID NOT NULL,
    other_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by_id UUID,
    CONSTRAINT person_distinct_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT person_distinct_workspace_id_one_id_fkey FOREIGN KEY(workspace_id, one_id) REFERENCES person (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT person_distinct_workspace_id_other_id_fkey FOREIGN KEY(workspace_id, other_id) REFERENCES person (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT person_distinct_workspace_id_one_id_other_id_key UNIQUE (workspace_id, one_id, other_id)
);

CREATE INDEX person_distinct_other ON person_distinct (workspace_id, other_id);

COMMENT ON TABLE person_distinct IS 'That two persons are not the same, though they look like it.';

ALTER TABLE person_distinct ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_distinct FORCE ROW LEVEL SECURITY;
CREATE POLICY person_distinct_workspace ON person_distinct USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE person_entry (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    vector TSVECTOR NOT NULL,
    CONSTRAINT person_entry_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT person_entry_workspace_id_id_fkey FOREIGN KEY(workspace_id, id) REFERENCES person (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX person_entry_vector ON person_entry USING gin (vector);

COMMENT ON TABLE person_entry IS 'Names, addresses and numbers of a person (same id), written by the indexer.';

CREATE TABLE person_merge (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    kept_id UUID NOT NULL,
    merged_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by_id UUID,
    moved JSONB NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT person_merge_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT person_merge_workspace_id_kept_id_fkey FOREIGN KEY(workspace_id, kept_id) REFERENCES person (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT person_merge_workspace_id_merged_id_fkey FOREIGN KEY(workspace_id, merged_id) REFERENCES person (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX person_merge_kept ON person_merge (workspace_id, kept_id);

CREATE INDEX person_merge_merged ON person_merge (workspace_id, merged_id);

COMMENT ON TABLE person_merge IS 'That two persons were found to be one; can be undone.';

ALTER TABLE person_merge ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_merge FORCE ROW LEVEL SECURITY;
CREATE POLICY person_merge_workspace ON person_merge USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE quarantine (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    journal_id UUID NOT NULL,
    place TEXT NOT NULL,
    why TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT quarantine_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT quarantine_workspace_id_journal_id_fkey FOREIGN KEY(workspace_id, journal_id) REFERENCES journal (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX quarantine_journal ON quarantine (workspace_id, journal_id);

COMMENT ON TABLE quarantine IS 'Single items of a delivery that could not be read; replay tries again.';

ALTER TABLE quarantine ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarantine FORCE ROW LEVEL SECURITY;
CREATE POLICY quarantine_workspace ON quarantine USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE shift (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    agent_id UUID,
    team_id UUID,
    day DATE,
    weekday SMALLINT,
    begins SMALLINT NOT NULL,
    ends SMALLINT NOT NULL,
    breaks JSONB DEFAULT '[]' NOT NULL,
    CONSTRAINT shift_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT shift_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT shift_workspace_id_team_id_fkey FOREIGN KEY(workspace_id, team_id) REFERENCES team (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX shift_agent ON shift (workspace_id, agent_id);

CREATE INDEX shift_team ON shift (workspace_id, team_id);

COMMENT ON TABLE shift IS 'When somebody is to be there.';

ALTER TABLE shift ENABLE ROW LEVEL SECURITY;
ALTER TABLE shift FORCE ROW LEVEL SECURITY;
CREATE POLICY shift_workspace ON shift USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE team_calendar (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    calendar_id UUID NOT NULL,
    CONSTRAINT team_calendar_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT team_calendar_workspace_id_id_fkey FOREIGN KEY(workspace_id, id) REFERENCES team (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT team_calendar_workspace_id_calendar_id_fkey FOREIGN KEY(workspace_id, calendar_id) REFERENCES calendar (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX team_calendar_calendar ON team_calendar (workspace_id, calendar_id);

COMMENT ON TABLE team_calendar IS 'Which calendar a team (same id) works by; none: the default one.';

ALTER TABLE team_calendar ENABLE ROW LEVEL SECURITY;
ALTER TABLE team_calendar FORCE ROW LEVEL SECURITY;
CREATE POLICY team_calendar_workspace ON team_calendar USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE team_desk (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    pull_only BOOLEAN DEFAULT false NOT NULL,
    accept_seconds INTEGER NOT NULL,
    overflow_team_id UUID,
    overflow_after_seconds INTEGER NOT NULL,
    CONSTRAINT team_desk_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT team_desk_workspace_id_id_fkey FOREIGN KEY(workspace_id, id) REFERENCES team (workspace_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE team_desk IS 'How a team (same id) gets its work; none: as we think best.';

ALTER TABLE team_desk ENABLE ROW LEVEL SECURITY;
ALTER TABLE team_desk FORCE ROW LEVEL SECURITY;
CREATE POLICY team_desk_workspace ON team_desk USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE team_member (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    team_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    leads BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT team_member_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT team_member_workspace_id_team_id_fkey FOREIGN KEY(workspace_id, team_id) REFERENCES team (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT team_member_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT team_member_workspace_id_team_id_agent_id_key UNIQUE (workspace_id, team_id, agent_id)
);

CREATE INDEX team_member_agent ON team_member (workspace_id, agent_id);

COMMENT ON TABLE team_member IS 'Who is in which team.';

ALTER TABLE team_member ENABLE ROW LEVEL SECURITY;
ALTER TABLE team_member FORCE ROW LEVEL SECURITY;
CREATE POLICY team_member_workspace ON team_member USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE template (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    account_id UUID NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    content JSONB NOT NULL,
    synchronised_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT template_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT template_workspace_id_account_id_fkey FOREIGN KEY(workspace_id, account_id) REFERENCES account (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT template_workspace_id_account_id_name_language_key UNIQUE (workspace_id, account_id, name, language)
);

COMMENT ON TABLE template IS 'A template approved by the provider of an account.';

ALTER TABLE template ENABLE ROW LEVEL SECURITY;
ALTER TABLE template FORCE ROW LEVEL SECURITY;
CREATE POLICY template_workspace ON template USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE wall (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    team_id UUID,
    token_hash BYTEA NOT NULL,
    created_by UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT wall_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT wall_workspace_id_team_id_fkey FOREIGN KEY(workspace_id, team_id) REFERENCES team (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX wall_team ON wall (workspace_id, team_id);

COMMENT ON TABLE wall IS 'An address that shows the wallboard to whoever has it, until it is ended.';

ALTER TABLE wall ENABLE ROW LEVEL SECURITY;
ALTER TABLE wall FORCE ROW LEVEL SECURITY;
CREATE POLICY wall_workspace ON wall USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE webhook_delivery (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    webhook_id UUID NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    body BYTEA NOT NULL,
    state TEXT NOT NULL,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    status SMALLINT,
    why TEXT DEFAULT '' NOT NULL,
    milliseconds INTEGER,
    CONSTRAINT webhook_delivery_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT webhook_delivery_workspace_id_webhook_id_fkey FOREIGN KEY(workspace_id, webhook_id) REFERENCES webhook (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT webhook_delivery_workspace_id_webhook_id_event_id_key UNIQUE (workspace_id, webhook_id, event_id)
);

CREATE INDEX webhook_delivery_due ON webhook_delivery (workspace_id, next_at) WHERE state = 'waiting';

CREATE INDEX webhook_delivery_newest ON webhook_delivery (workspace_id, webhook_id, id);

COMMENT ON TABLE webhook_delivery IS 'One event on its way to one webhook, and what became of it.';

ALTER TABLE webhook_delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY webhook_delivery_workspace ON webhook_delivery USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE automation_run (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    rule_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    source TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    acts JSONB NOT NULL,
    outcome TEXT NOT NULL,
    why TEXT DEFAULT '' NOT NULL,
    chain UUID[] DEFAULT '{}' NOT NULL,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT automation_run_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT automation_run_workspace_id_rule_id_fkey FOREIGN KEY(workspace_id, rule_id) REFERENCES automation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT automation_run_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT automation_run_workspace_id_rule_id_conversation_id_source_key UNIQUE (workspace_id, rule_id, conversation_id, source)
);

CREATE INDEX automation_run_at ON automation_run (workspace_id, at);

CREATE INDEX automation_run_conversation ON automation_run (workspace_id, conversation_id, answered_at);

CREATE INDEX automation_run_newest ON automation_run (workspace_id, rule_id, id);

CREATE INDEX automation_run_waiting ON automation_run (workspace_id, id) WHERE outcome = 'waiting';

COMMENT ON TABLE automation_run IS 'That a rule was applied to a conversation, by what, and what became of it.';

ALTER TABLE automation_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE automation_run FORCE ROW LEVEL SECURITY;
CREATE POLICY automation_run_workspace ON automation_run USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE consent (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    identity_id UUID NOT NULL,
    purpose TEXT NOT NULL,
    basis TEXT NOT NULL,
    source TEXT NOT NULL,
    wording TEXT DEFAULT '' NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    by_id UUID,
    by_name TEXT DEFAULT '' NOT NULL,
    to_confirm BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT consent_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT consent_workspace_id_identity_id_fkey FOREIGN KEY(workspace_id, identity_id) REFERENCES identity (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX consent_identity ON consent (workspace_id, identity_id, purpose);

CREATE INDEX consent_to_confirm ON consent (workspace_id) WHERE to_confirm;

COMMENT ON TABLE consent IS 'Why a person may be written to at an address; it ends, and is never changed.';

ALTER TABLE consent ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent FORCE ROW LEVEL SECURITY;
CREATE POLICY consent_workspace ON consent USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE conversation_merge (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    kept_id UUID NOT NULL,
    merged_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by_id UUID,
    moved JSONB NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT conversation_merge_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT conversation_merge_workspace_id_kept_id_fkey FOREIGN KEY(workspace_id, kept_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT conversation_merge_workspace_id_merged_id_fkey FOREIGN KEY(workspace_id, merged_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX conversation_merge_kept ON conversation_merge (workspace_id, kept_id);

CREATE INDEX conversation_merge_merged ON conversation_merge (workspace_id, merged_id);

COMMENT ON TABLE conversation_merge IS 'That two conversations were made one; can be undone.';

ALTER TABLE conversation_merge ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_merge FORCE ROW LEVEL SECURITY;
CREATE POLICY conversation_merge_workspace ON conversation_merge USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE draft (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    content JSONB NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT draft_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT draft_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT draft_workspace_id_conversation_id_agent_id_key UNIQUE (workspace_id, conversation_id, agent_id)
);

COMMENT ON TABLE draft IS 'What an agent has begun to write.';

ALTER TABLE draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE draft FORCE ROW LEVEL SECURITY;
CREATE POLICY draft_workspace ON draft USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE invitation (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    account_id UUID NOT NULL,
    code_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    by_id UUID,
    used_at TIMESTAMP WITH TIME ZONE,
    used_by UUID,
    CONSTRAINT invitation_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT invitation_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT invitation_workspace_id_code_hash_key UNIQUE (workspace_id, code_hash)
);

CREATE INDEX invitation_conversation ON invitation (workspace_id, conversation_id);

COMMENT ON TABLE invitation IS 'A link with a code that counts once, by which a conversation goes on over another channel.';

ALTER TABLE invitation ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitation FORCE ROW LEVEL SECURITY;
CREATE POLICY invitation_workspace ON invitation USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE message (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    direction TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    account_id UUID,
    identity_id UUID,
    author_id UUID,
    author_name TEXT DEFAULT '' NOT NULL,
    text TEXT DEFAULT '' NOT NULL,
    html TEXT DEFAULT '' NOT NULL,
    quoted TEXT DEFAULT '' NOT NULL,
    signature TEXT DEFAULT '' NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    data JSONB DEFAULT '{}' NOT NULL,
    external_id TEXT,
    reply_to TEXT DEFAULT '' NOT NULL,
    automatic TEXT DEFAULT '' NOT NULL,
    reactions JSONB DEFAULT '{}' NOT NULL,
    client_key UUID,
    branch TEXT,
    wants_answer BOOLEAN DEFAULT false NOT NULL,
    journal_id UUID,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    edited_at TIMESTAMP WITH TIME ZONE,
    deleted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT message_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT message_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX message_branch ON message (workspace_id, branch) WHERE branch IS NOT NULL;

CREATE UNIQUE INDEX message_client_key ON message (workspace_id, client_key) WHERE client_key IS NOT NULL;

CREATE UNIQUE INDEX message_external ON message (workspace_id, account_id, external_id) WHERE external_id IS NOT NULL;

CREATE INDEX message_timeline ON message (workspace_id, conversation_id, at, id);

CREATE INDEX message_waits ON message (workspace_id, conversation_id, at, id) WHERE wants_answer;

COMMENT ON TABLE message IS 'One thing said, in or out; notes and events of the system beside them.';

ALTER TABLE message ENABLE ROW LEVEL SECURITY;
ALTER TABLE message FORCE ROW LEVEL SECURITY;
CREATE POLICY message_workspace ON message USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE notification (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    agent_id UUID NOT NULL,
    kind TEXT NOT NULL,
    conversation_id UUID,
    person_id UUID,
    message_id UUID,
    by_name TEXT DEFAULT '' NOT NULL,
    source TEXT NOT NULL,
    mail BOOLEAN NOT NULL,
    words TEXT DEFAULT '' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    mailed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT notification_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT notification_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT notification_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT notification_workspace_id_person_id_fkey FOREIGN KEY(workspace_id, person_id) REFERENCES person (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT notification_about_check CHECK ((conversation_id IS NULL) <> (person_id IS NULL)),
    CONSTRAINT notification_workspace_id_agent_id_source_key UNIQUE (workspace_id, agent_id, source)
);

CREATE INDEX notification_at ON notification (workspace_id, at);

CREATE INDEX notification_conversation ON notification (workspace_id, conversation_id) WHERE seen_at IS NULL;

CREATE INDEX notification_person ON notification (workspace_id, person_id) WHERE person_id IS NOT NULL;

CREATE INDEX notification_to_mail ON notification (workspace_id, at) WHERE seen_at IS NULL AND mailed_at IS NULL AND mail;

CREATE INDEX notification_waiting ON notification (workspace_id, agent_id, conversation_id) WHERE seen_at IS NULL;

COMMENT ON TABLE notification IS 'Something happened that concerns an agent.';

ALTER TABLE notification ENABLE ROW LEVEL SECURITY;
ALTER TABLE notification FORCE ROW LEVEL SECURITY;
CREATE POLICY notification_workspace ON notification USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE offer (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    waiting_since TIMESTAMP WITH TIME ZONE NOT NULL,
    agent_id UUID NOT NULL,
    state TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    begun_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    rule SMALLINT NOT NULL,
    facts JSONB DEFAULT '{}' NOT NULL,
    epoch BIGINT NOT NULL,
    CONSTRAINT offer_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT offer_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT offer_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT offer_state_check CHECK (state IN ('made', 'working', 'parked', 'done', 'declined', 'expired', 'withdrawn', 'returned'))
);

CREATE INDEX offer_agent ON offer (workspace_id, agent_id, made_at);

CREATE INDEX offer_conversation ON offer (workspace_id, conversation_id, made_at);

CREATE UNIQUE INDEX offer_live ON offer (workspace_id, conversation_id) WHERE state IN ('made', 'working');

CREATE INDEX offer_made ON offer (workspace_id, made_at);

COMMENT ON TABLE offer IS 'A conversation at an agent: asked to begin, at work, laid aside, done.';

ALTER TABLE offer ENABLE ROW LEVEL SECURITY;
ALTER TABLE offer FORCE ROW LEVEL SECURITY;
CREATE POLICY offer_workspace ON offer USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE participant (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    identity_id UUID NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT participant_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT participant_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT participant_workspace_id_identity_id_fkey FOREIGN KEY(workspace_id, identity_id) REFERENCES identity (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT participant_workspace_id_conversation_id_identity_id_key UNIQUE (workspace_id, conversation_id, identity_id)
);

CREATE INDEX participant_identity ON participant (workspace_id, identity_id, last_at);

COMMENT ON TABLE participant IS 'Who spoke in a public conversation: by address, so that merging persons needs nothing here.';

ALTER TABLE participant ENABLE ROW LEVEL SECURITY;
ALTER TABLE participant FORCE ROW LEVEL SECURITY;
CREATE POLICY participant_workspace ON participant USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE promise (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    kind TEXT NOT NULL,
    number SMALLINT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    target INTERVAL NOT NULL,
    rule TEXT DEFAULT '' NOT NULL,
    made_of JSONB NOT NULL,
    never_open BOOLEAN DEFAULT false NOT NULL,
    paused_at TIMESTAMP WITH TIME ZONE,
    left_time INTERVAL,
    told_at TIMESTAMP WITH TIME ZONE,
    settled_at TIMESTAMP WITH TIME ZONE,
    outcome TEXT,
    why TEXT DEFAULT '' NOT NULL,
    CONSTRAINT promise_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT promise_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT promise_kind_check CHECK (kind IN ('first', 'next', 'solution')),
    CONSTRAINT promise_settled_check CHECK ((settled_at IS NULL) = (outcome IS NULL)),
    CONSTRAINT promise_paused_check CHECK ((paused_at IS NULL) = (left_time IS NULL))
);

CREATE INDEX promise_conversation ON promise (workspace_id, conversation_id, made_at);

CREATE INDEX promise_due ON promise (workspace_id, due_at) WHERE settled_at IS NULL AND paused_at IS NULL;

CREATE UNIQUE INDEX promise_standing ON promise (workspace_id, conversation_id, kind, number) WHERE settled_at IS NULL;

COMMENT ON TABLE promise IS 'What was promised to a customer, when, and what became of it: history that does not change.';

ALTER TABLE promise ENABLE ROW LEVEL SECURITY;
ALTER TABLE promise FORCE ROW LEVEL SECURITY;
CREATE POLICY promise_workspace ON promise USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE FUNCTION oase_promise_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM conversation c WHERE c.workspace_id = OLD.workspace_id AND c.id = OLD.conversation_id) THEN
            RAISE EXCEPTION 'A promise goes with its conversation only.' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.settled_at IS NOT NULL THEN
        RAISE EXCEPTION 'A settled promise does not change any more.' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.conversation_id, OLD.kind, OLD.number, OLD.since, OLD.made_at, OLD.target, OLD.made_of, OLD.rule)
        IS DISTINCT FROM (NEW.conversation_id, NEW.kind, NEW.number, NEW.since, NEW.made_at, NEW.target, NEW.made_of, NEW.rule)
        OR (OLD.told_at IS NOT NULL AND NEW.told_at IS DISTINCT FROM OLD.told_at)
        OR (NEW.due_at <> OLD.due_at AND OLD.paused_at IS NULL) THEN
        RAISE EXCEPTION 'What was promised does not change: it is withdrawn, and another promise is made.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER promise_stands BEFORE UPDATE OR DELETE ON promise FOR EACH ROW EXECUTE FUNCTION oase_promise_stands();

CREATE TABLE promise_own (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    amount INTERVAL,
    target_id UUID,
    rule TEXT NOT NULL,
    CONSTRAINT promise_own_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT promise_own_workspace_id_id_fkey FOREIGN KEY(workspace_id, id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);

COMMENT ON TABLE promise_own IS 'What a rule or a macro promises in a conversation (same id), whatever the targets say of others.';

ALTER TABLE promise_own ENABLE ROW LEVEL SECURITY;
ALTER TABLE promise_own FORCE ROW LEVEL SECURITY;
CREATE POLICY promise_own_workspace ON promise_own USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE promise_step (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    step_id UUID NOT NULL,
    kind TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT promise_step_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT promise_step_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT promise_step_workspace_id_conversation_id_step_id_kind__f28e UNIQUE (workspace_id, conversation_id, step_id, kind, since)
);

COMMENT ON TABLE promise_step IS 'That an escalation step was taken, so that it is taken once.';

ALTER TABLE promise_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE promise_step FORCE ROW LEVEL SECURITY;
CREATE POLICY promise_step_workspace ON promise_step USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE push_subscription (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    agent_id UUID NOT NULL,
    session_id UUID NOT NULL,
    fingerprint BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    user_agent TEXT NOT NULL,
    trouble TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT push_subscription_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT push_subscription_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT push_subscription_workspace_id_session_id_fkey FOREIGN KEY(workspace_id, session_id) REFERENCES agent_session (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT push_subscription_workspace_id_fingerprint_key UNIQUE (workspace_id, fingerprint)
);

CREATE INDEX push_subscription_agent ON push_subscription (workspace_id, agent_id);

CREATE INDEX push_subscription_session ON push_subscription (workspace_id, session_id);

COMMENT ON TABLE push_subscription IS 'A browser in which an agent wants to be told, as long as the agent is signed in there.';

ALTER TABLE push_subscription ENABLE ROW LEVEL SECURITY;
ALTER TABLE push_subscription FORCE ROW LEVEL SECURITY;
CREATE POLICY push_subscription_workspace ON push_subscription USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE read_state (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT read_state_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT read_state_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT read_state_workspace_id_agent_id_conversation_id_key UNIQUE (workspace_id, agent_id, conversation_id)
);

CREATE INDEX read_state_conversation ON read_state (workspace_id, conversation_id);

COMMENT ON TABLE read_state IS 'Up to when an agent has read a conversation.';

ALTER TABLE read_state ENABLE ROW LEVEL SECURITY;
ALTER TABLE read_state FORCE ROW LEVEL SECURITY;
CREATE POLICY read_state_workspace ON read_state USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE scheduled_message (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    author_id UUID,
    author_name TEXT DEFAULT '' NOT NULL,
    answer JSONB NOT NULL,
    send_at TIMESTAMP WITH TIME ZONE NOT NULL,
    waking BOOLEAN NOT NULL,
    unless_answered BOOLEAN NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    why TEXT DEFAULT '' NOT NULL,
    message_id UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT scheduled_message_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT scheduled_message_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX scheduled_message_conversation ON scheduled_message (workspace_id, conversation_id, send_at);

CREATE INDEX scheduled_message_due ON scheduled_message (workspace_id, send_at) WHERE state = 'waiting';

CREATE INDEX scheduled_message_shown ON scheduled_message (workspace_id, conversation_id) WHERE state IN ('waiting', 'refused');

COMMENT ON TABLE scheduled_message IS 'A message that an agent has written and that goes later.';

ALTER TABLE scheduled_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE scheduled_message FORCE ROW LEVEL SECURITY;
CREATE POLICY scheduled_message_workspace ON scheduled_message USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE task (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID,
    person_id UUID,
    what TEXT NOT NULL,
    agent_id UUID,
    team_id UUID,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE,
    done_at TIMESTAMP WITH TIME ZONE,
    done_by UUID,
    created_by UUID,
    created_by_name TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT task_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT task_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT task_workspace_id_person_id_fkey FOREIGN KEY(workspace_id, person_id) REFERENCES person (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT task_task_about_check CHECK (conversation_id IS NOT NULL OR person_id IS NOT NULL),
    CONSTRAINT task_task_who_check CHECK ((agent_id IS NULL) <> (team_id IS NULL))
);

CREATE INDEX task_agent ON task (workspace_id, agent_id, due_at) WHERE done_at IS NULL;

CREATE INDEX task_conversation ON task (workspace_id, conversation_id, due_at);

CREATE INDEX task_due ON task (workspace_id, due_at) WHERE done_at IS NULL AND told_at IS NULL;

CREATE INDEX task_person ON task (workspace_id, person_id, due_at);

CREATE INDEX task_team ON task (workspace_id, team_id, due_at) WHERE done_at IS NULL;

COMMENT ON TABLE task IS 'Something that an agent or a team is to do by a moment, about a conversation or a person.';

ALTER TABLE task ENABLE ROW LEVEL SECURITY;
ALTER TABLE task FORCE ROW LEVEL SECURITY;
CREATE POLICY task_workspace ON task USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE wait_quote (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    waiting_since TIMESTAMP WITH TIME ZONE NOT NULL,
    kind TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    p50 FLOAT NOT NULL,
    p80 FLOAT NOT NULL,
    p90 FLOAT NOT NULL,
    answer FLOAT DEFAULT 0 NOT NULL,
    usually BOOLEAN NOT NULL,
    busy BOOLEAN NOT NULL,
    waited FLOAT,
    CONSTRAINT wait_quote_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT wait_quote_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX wait_quote_conversation ON wait_quote (workspace_id, conversation_id, waiting_since);

CREATE INDEX wait_quote_made ON wait_quote (workspace_id, made_at);

COMMENT ON TABLE wait_quote IS 'How long a customer was told to wait at most, and what became of it.';

ALTER TABLE wait_quote ENABLE ROW LEVEL SECURITY;
ALTER TABLE wait_quote FORCE ROW LEVEL SECURITY;
CREATE POLICY wait_quote_workspace ON wait_quote USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE whisper (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    agent_id UUID NOT NULL,
    by_id UUID,
    by_name TEXT NOT NULL,
    text TEXT NOT NULL,
    conversation_id UUID,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT whisper_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT whisper_workspace_id_agent_id_fkey FOREIGN KEY(workspace_id, agent_id) REFERENCES agent (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT whisper_workspace_id_conversation_id_fkey FOREIGN KEY(workspace_id, conversation_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX whisper_agent ON whisper (workspace_id, agent_id, at);

CREATE INDEX whisper_conversation ON whisper (workspace_id, conversation_id);

COMMENT ON TABLE whisper IS 'A note of a lead to one agent; goes when it was read, or after a day.';

ALTER TABLE whisper ENABLE ROW LEVEL SECURITY;
ALTER TABLE whisper FORCE ROW LEVEL SECURITY;
CREATE POLICY whisper_workspace ON whisper USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE attachment (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    message_id UUID,
    account_id UUID,
    journal_id UUID,
    position SMALLINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    size_bytes BIGINT,
    inline BOOLEAN DEFAULT false NOT NULL,
    content_id TEXT DEFAULT '' NOT NULL,
    state TEXT NOT NULL,
    blob_key TEXT DEFAULT '' NOT NULL,
    why TEXT DEFAULT '' NOT NULL,
    media JSONB DEFAULT '{}' NOT NULL,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    uploaded_by UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    kept_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT attachment_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT attachment_workspace_id_message_id_fkey FOREIGN KEY(workspace_id, message_id) REFERENCES message (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX attachment_message ON attachment (workspace_id, message_id, position);

CREATE INDEX attachment_pending ON attachment (workspace_id, next_at) WHERE state = 'pending';

COMMENT ON TABLE attachment IS 'A file of a message; its bytes are a blob.';

ALTER TABLE attachment ENABLE ROW LEVEL SECURITY;
ALTER TABLE attachment FORCE ROW LEVEL SECURITY;
CREATE POLICY attachment_workspace ON attachment USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE conversation_link (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    public_id UUID NOT NULL,
    private_id UUID NOT NULL,
    message_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    by_id UUID,
    CONSTRAINT conversation_link_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT conversation_link_workspace_id_public_id_fkey FOREIGN KEY(workspace_id, public_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT conversation_link_workspace_id_private_id_fkey FOREIGN KEY(workspace_id, private_id) REFERENCES conversation (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT conversation_link_workspace_id_message_id_fkey FOREIGN KEY(workspace_id, message_id) REFERENCES message (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT conversation_link_workspace_id_private_id_message_id_key UNIQUE (workspace_id, private_id, message_id)
);

CREATE INDEX conversation_link_message ON conversation_link (workspace_id, message_id);

CREATE INDEX conversation_link_public ON conversation_link (workspace_id, public_id);

COMMENT ON TABLE conversation_link IS 'That somebody who spoke in public was answered in private.';

ALTER TABLE conversation_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE conversation_link FORCE ROW LEVEL SECURITY;
CREATE POLICY conversation_link_workspace ON conversation_link USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE delivery (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    message_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    account_id UUID NOT NULL,
    recipient TEXT NOT NULL,
    thread TEXT DEFAULT '' NOT NULL,
    kind TEXT DEFAULT 'message' NOT NULL,
    part SMALLINT NOT NULL,
    outbound JSONB NOT NULL,
    state TEXT NOT NULL,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    external_id TEXT,
    code TEXT DEFAULT '' NOT NULL,
    why TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    delivered_at TIMESTAMP WITH TIME ZONE,
    read_at TIMESTAMP WITH TIME ZONE,
    failed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT delivery_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT delivery_workspace_id_message_id_fkey FOREIGN KEY(workspace_id, message_id) REFERENCES message (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT delivery_workspace_id_message_id_kind_part_key UNIQUE (workspace_id, message_id, kind, part)
);

CREATE INDEX delivery_due ON delivery (workspace_id, account_id, next_at) WHERE state = 'queued';

CREATE INDEX delivery_external ON delivery (workspace_id, account_id, external_id) WHERE external_id IS NOT NULL;

CREATE INDEX delivery_lane ON delivery (workspace_id, account_id, recipient, id) WHERE state IN ('queued', 'sending');

CREATE INDEX delivery_trouble ON delivery (workspace_id, account_id, id) WHERE state IN ('failed', 'unknown');

COMMENT ON TABLE delivery IS 'The fate of one outgoing message (of each of its parts), of our reactions to a message, and of acts about it.';

ALTER TABLE delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY delivery_workspace ON delivery USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE mention (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    message_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT mention_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT mention_workspace_id_message_id_fkey FOREIGN KEY(workspace_id, message_id) REFERENCES message (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX mention_agent ON mention (workspace_id, agent_id, at);

CREATE INDEX mention_message ON mention (workspace_id, message_id);

COMMENT ON TABLE mention IS 'An agent was named in a note.';

ALTER TABLE mention ENABLE ROW LEVEL SECURITY;
ALTER TABLE mention FORCE ROW LEVEL SECURITY;
CREATE POLICY mention_workspace ON mention USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE push_delivery (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    subscription_id UUID NOT NULL,
    about_id UUID NOT NULL,
    notification_id UUID NOT NULL,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT push_delivery_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT push_delivery_workspace_id_subscription_id_fkey FOREIGN KEY(workspace_id, subscription_id) REFERENCES push_subscription (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT push_delivery_workspace_id_notification_id_fkey FOREIGN KEY(workspace_id, notification_id) REFERENCES notification (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT push_delivery_workspace_id_subscription_id_about_id_key UNIQUE (workspace_id, subscription_id, about_id)
);

CREATE INDEX push_delivery_due ON push_delivery (workspace_id, next_at);

CREATE INDEX push_delivery_notification ON push_delivery (workspace_id, notification_id);

COMMENT ON TABLE push_delivery IS 'A notification on its way to a browser; goes when it has arrived or is of no concern any more.';

ALTER TABLE push_delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE push_delivery FORCE ROW LEVEL SECURITY;
CREATE POLICY push_delivery_workspace ON push_delivery USING (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere())) WITH CHECK (workspace_id = (SELECT oase_workspace()) OR (SELECT oase_everywhere()));

CREATE TABLE search_entry (
    workspace_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    vector TSVECTOR NOT NULL,
    CONSTRAINT search_entry_pkey PRIMARY KEY (workspace_id, id),
    CONSTRAINT search_entry_workspace_id_id_fkey FOREIGN KEY(workspace_id, id) REFERENCES message (workspace_id, id) ON DELETE CASCADE
);

CREATE INDEX search_entry_conversation ON search_entry (workspace_id, conversation_id);

CREATE INDEX search_entry_newest ON search_entry (workspace_id, at, id);

CREATE INDEX search_entry_vector ON search_entry USING gin (vector) WITH (fastupdate = on, gin_pending_list_limit = 512);

COMMENT ON TABLE search_entry IS 'Words of a message (same id), written after it by the indexer.';
