"""What was promised to customers, and what a workspace promises."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    Interval,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from oase.kernel.schema import belongs_to, workspace_table

NOW = DateTime(timezone=True)

# What was settled never changes, nor does what was promised of what stands: a pause moves its end, and nothing else does.
# Rows go with their conversation only, which is gone by the time that the reference is followed.
_UNCHANGEABLE = """
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
"""

promise = workspace_table(
    "promise",
    Column("conversation_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),  # first, next, solution
    Column("number", SmallInteger, nullable=False),  # 1; 2: the other one, that the customer is told
    Column("since", NOW, nullable=False),  # from when it counts
    Column("made_at", NOW, nullable=False),
    Column("due_at", NOW, nullable=False),
    Column("target", Interval, nullable=False),  # working time
    Column("rule", Text, nullable=False, server_default=text("''")),
    Column("made_of", JSONB, nullable=False),  # Circumstances
    Column("never_open", Boolean, nullable=False, server_default=text("false")),
    Column("paused_at", NOW),
    Column("left_time", Interval),  # working time that is left while it is paused
    Column("told_at", NOW),  # when the customer was told
    Column("settled_at", NOW),
    Column("outcome", Text),  # kept, broken, withdrawn
    Column("why", Text, nullable=False, server_default=text("''")),
    belongs_to("conversation_id", "conversation"),
    CheckConstraint("kind IN ('first', 'next', 'solution')", name="kind"),
    CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="settled"),
    CheckConstraint("(paused_at IS NULL) = (left_time IS NULL)", name="paused"),
    Index(
        "promise_standing",
        "workspace_id",
        "conversation_id",
        "kind",
        "number",
        unique=True,
        postgresql_where=text("settled_at IS NULL"),
    ),
    Index("promise_conversation", "workspace_id", "conversation_id", "made_at"),
    Index("promise_due", "workspace_id", "due_at", postgresql_where=text("settled_at IS NULL AND paused_at IS NULL")),
    owner="desk.promises",
    retention="conversation",
    comment="What was promised to a customer, when, and what became of it: history that does not change.",
    also=_UNCHANGEABLE,
)

promise_own = workspace_table(
    "promise_own",
    Column("amount", Interval),  # working time for each answer
    Column("target_id", Uuid),  # Policy.targets; one that is gone promises nothing of its own
    Column("rule", Text, nullable=False),
    belongs_to("id", "conversation"),
    owner="desk.promises",
    retention="conversation",
    comment="What a rule or a macro promises in a conversation (same id), whatever the targets say of others.",
)

promise_step = workspace_table(
    "promise_step",
    Column("conversation_id", Uuid, nullable=False),
    Column("step_id", Uuid, nullable=False),  # Policy.steps
    Column("kind", Text, nullable=False),  # answer, solution
    Column("since", NOW, nullable=False),  # of the promise: another one of the same stretch of waiting takes no step again
    Column("at", NOW, nullable=False),
    belongs_to("conversation_id", "conversation"),
    UniqueConstraint("workspace_id", "conversation_id", "step_id", "kind", "since"),
    owner="desk.promises",
    retention="conversation",
    comment="That an escalation step was taken, so that it is taken once.",
)

policy = workspace_table(
    "promise_policy",
    Column("policy", JSONB, nullable=False),
    Column("version", Integer, nullable=False),
    owner="desk.promises",
    retention="workspace",
    comment="What a workspace (same id) promises: targets in their order, pauses; none: by nature of the channels.",
)
