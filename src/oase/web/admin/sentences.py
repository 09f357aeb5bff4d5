"""Entries of the audit log as sentences. Acts that are not known here (of a later version) are shown by their name."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from oase.kernel.audit_log import AuditRow
from oase.kernel.i18n import Message, message

Facts = dict[str, Any]
_SOMEBODY: Final = message("Somebody")
_OASE: Final = message("Oase")


def _moderated(facts: Facts) -> Message:
    """What somebody did about a public message."""
    facts = {"conversation": "–", **facts}
    said = {
        "hide": message("%(who)s hid a public message in conversation #%(conversation)s.", **facts),
        "show": message("%(who)s showed a hidden public message in conversation #%(conversation)s again.", **facts),
        "delete": message("%(who)s deleted a public message in conversation #%(conversation)s.", **facts),
        "like": message("%(who)s liked a public message in conversation #%(conversation)s.", **facts),
        "unlike": message("%(who)s took back a like in conversation #%(conversation)s.", **facts),
    }
    left = message("%(who)s left a public message in conversation #%(conversation)s as it was.", **facts)
    return said.get(str(facts.get("moderated")), left)


_SENTENCES: Final[Mapping[str, Callable[[Facts], Message]]] = {
    "account.created": lambda f: message("%(who)s connected the account “%(name)s”.", **f),
    "account.changed": lambda f: message("%(who)s changed the account “%(target)s”.", **f),
    "account.deleted": lambda f: message("%(who)s deleted the account “%(name)s”.", **f),
    "account.secret_renewed": lambda f: message("%(who)s renewed a secret of “%(name)s”.", **f),
    "account.signed_in": lambda f: (
        message("%(who)s signed the account “%(name)s” in at its provider, as %(person)s.", **f)
        if f.get("person")
        else message("%(who)s signed the account “%(name)s” in at its provider.", **f)
    ),
    "account.tested": lambda f: message("%(who)s sent a test message over “%(name)s”.", **f),
    "account.notice": lambda f: message("The provider of “%(target)s” reported: %(text)s", **f),
    "account.templates_synchronised": lambda f: message("%(who)s synchronised the templates of “%(name)s”.", **f),
    "journal.replayed": lambda f: message("%(who)s took a delivery of the journal in again.", **f),
    "agent.invited": lambda f: message("%(who)s invited %(name)s.", **f),
    "agent.added": lambda f: message("%(who)s added %(name)s.", **f),
    "agent.joined": lambda f: message("%(target)s accepted the invitation.", **f),
    "agent.changed": lambda f: message("%(who)s changed the profile of %(target)s.", **f),
    "agent.email_changed": lambda f: message("%(who)s changed the mail address of %(target)s to %(after)s.", **f),
    "agent.roles_changed": lambda f: message("%(who)s changed the roles of %(target)s.", **f),
    "agent.deactivated": lambda f: message("%(who)s deactivated %(target)s.", **f),
    "agent.reactivated": lambda f: message("%(who)s activated %(target)s again.", **f),
    "agent.signed_in": lambda f: message("%(target)s signed in.", **f),
    "agent.password_changed": lambda f: message("%(target)s changed the password.", **f),
    "agent.reset_asked": lambda f: message("Somebody asked for a new password for %(target)s.", **f),
    "agent.second_factor_added": lambda f: message("%(target)s set up a second factor.", **f),
    "agent.second_factor_removed": lambda f: message("%(who)s took the second factor off %(target)s.", **f),
    "agent.recovery_codes_renewed": lambda f: message("%(target)s made new recovery codes.", **f),
    "agent.recovery_code_used": lambda f: message("%(target)s signed in with a recovery code.", **f),
    "session.ended": lambda f: message("%(who)s ended sessions of %(target)s.", **f),
    "role.saved": lambda f: message("%(who)s saved the role “%(name)s”.", **f),
    "role.deleted": lambda f: message("%(who)s deleted the role “%(name)s”.", **f),
    "team.saved": lambda f: message("%(who)s saved the team “%(name)s”.", **f),
    "team.deleted": lambda f: message("%(who)s deleted the team “%(name)s”.", **f),
    "team.desk_changed": lambda f: message("%(who)s changed how the team %(target)s gets its work.", **f),
    "skill.saved": lambda f: message("%(who)s saved the skill “%(name)s”.", **f),
    "skill.deleted": lambda f: message("%(who)s deleted the skill “%(name)s”.", **f),
    "skill.holders_changed": lambda f: message("%(who)s changed who has the skill “%(name)s”.", **f),
    "agent.skills_changed": lambda f: message("%(who)s changed what %(target)s can do.", **f),
    "agent.capacity_changed": lambda f: message("%(who)s changed how much %(target)s takes on at once.", **f),
    "agent.duty_set": lambda f: message("%(who)s set what %(target)s does now.", **f),
    "shift.saved": lambda f: message("%(who)s wrote down a shift.", **f),
    "shift.deleted": lambda f: message("%(who)s deleted a shift.", **f),
    "token.created": lambda f: message("%(who)s made the API token “%(name)s”.", **f),
    "token.revoked": lambda f: message("%(who)s ended the API token “%(name)s”.", **f),
    "workspace.founded": lambda f: message("%(who)s set up the workspace “%(name)s”.", **f),
    "workspace.changed": lambda f: message("%(who)s changed the settings of the workspace.", **f),
    "promises.changed": lambda f: message("%(who)s changed how promises are kept.", **f),
    "promises.target_saved": lambda f: message("%(who)s changed what customers are promised.", **f),
    "promises.target_removed": lambda f: message("%(who)s took a target of the promises away.", **f),
    "promises.target_moved": lambda f: message("%(who)s changed the order of the targets of promises.", **f),
    "promises.step_saved": lambda f: message("%(who)s changed what happens when a promise runs short.", **f),
    "promises.step_removed": lambda f: message("%(who)s took a step of the promises away.", **f),
    "calendar.created": lambda f: message("%(who)s made the calendar “%(name)s”.", **f),
    "calendar.changed": lambda f: message("%(who)s changed the calendar “%(name)s”.", **f),
    "calendar.source_added": lambda f: message("%(who)s lets “%(source)s” close the calendar “%(name)s”.", **f),
    "calendar.source_removed": lambda f: message("%(who)s no longer lets “%(source)s” close the calendar “%(name)s”.", **f),
    "calendar.published": lambda f: message("%(who)s gave the calendar “%(name)s” a public address.", **f),
    "calendar.withdrawn": lambda f: message("%(who)s ended the public address of the calendar “%(name)s”.", **f),
    "calendar.deleted": lambda f: message("%(who)s deleted the calendar “%(name)s”.", **f),
    "tag.created": lambda f: message("%(who)s made the tag “%(name)s”.", **f),
    "tag.changed": lambda f: message("%(who)s changed the tag “%(name)s”.", **f),
    "tag.merged": lambda f: message("%(who)s merged the tag “%(name)s” into “%(into)s”.", **f),
    "tag.deleted": lambda f: message("%(who)s deleted the tag “%(name)s”.", **f),
    "snippet.created": lambda f: message("%(who)s wrote the snippet “%(name)s”.", **f),
    "snippet.changed": lambda f: message("%(who)s changed the snippet “%(name)s”.", **f),
    "snippet.deleted": lambda f: message("%(who)s deleted the snippet “%(name)s”.", **f),
    "field.created": lambda f: message("%(who)s added the field “%(name)s”.", **f),
    "field.changed": lambda f: message("%(who)s changed the field “%(name)s”.", **f),
    "field.moved": lambda f: message("%(who)s moved the field “%(name)s”.", **f),
    "field.deleted": lambda f: message("%(who)s deleted the field “%(name)s”.", **f),
    "view.created": lambda f: message("%(who)s made the view “%(name)s”.", **f),
    "view.changed": lambda f: message("%(who)s changed the view “%(name)s”.", **f),
    "view.moved": lambda f: message("%(who)s moved the view “%(name)s”.", **f),
    "view.deleted": lambda f: message("%(who)s removed the view “%(name)s”.", **f),
    "view.brought_back": lambda f: message("%(who)s brought the view “%(name)s” back.", **f),
    "automation.created": lambda f: message("%(who)s wrote the rule “%(name)s”.", **f),
    "automation.changed": lambda f: message("%(who)s changed the rule “%(name)s” (version %(version)s).", **f),
    "automation.switched_on": lambda f: message("%(who)s switched the rule “%(name)s” on.", **f),
    "automation.switched_off": lambda f: message("%(who)s switched the rule “%(name)s” off.", **f),
    "automation.ordered": lambda f: message("%(who)s put the rules into another order.", **f),
    "automation.deleted": lambda f: message("%(who)s deleted the rule “%(name)s”.", **f),
    "automation.tried": lambda f: message("%(who)s tried the rule “%(name)s” on the past.", **f),
    "macro.created": lambda f: message("%(who)s wrote the macro “%(name)s”.", **f),
    "macro.changed": lambda f: message("%(who)s changed the macro “%(name)s”.", **f),
    "macro.deleted": lambda f: message("%(who)s deleted the macro “%(name)s”.", **f),
    "macro.run": lambda f: message("%(who)s used the macro “%(name)s” in a conversation.", **f),
    "automation.broken": lambda f: message("The rule “%(name)s” was switched off: %(why)s", **f),
    "webhook.created": lambda f: message("%(who)s made a webhook.", **f),
    "webhook.changed": lambda f: message("%(who)s changed a webhook.", **f),
    "webhook.deleted": lambda f: message("%(who)s deleted a webhook.", **f),
    "webhook.tested": lambda f: message("%(who)s sent a test event to a webhook.", **f),
    "webhook.disabled": lambda f: message("A webhook was switched off: %(why)s", **f),
    "webhook.replayed": lambda f: message("%(who)s sent an event to a webhook once more.", **f),
    "webhook.secret_rotated": lambda f: message("%(who)s renewed the secret of a webhook.", **f),
    "person.created": lambda f: message("%(who)s added a person.", **f),
    "person.changed": lambda f: message("%(who)s changed a person.", **f),
    "person.address_added": lambda f: message("%(who)s added an address to a person.", **f),
    "person.consent_given": lambda f: message("%(who)s kept why a person may be written to.", **f),
    "person.consent_withdrawn": lambda f: message("%(who)s kept that a person withdrew their consent.", **f),
    "person.objected": lambda f: message("A person asked by text message to be left alone."),
    "person.merged": lambda f: message("%(who)s merged two entries of a person.", **f),
    "person.unmerged": lambda f: message("%(who)s undid the merging of two persons.", **f),
    "person.exported": lambda f: message("%(who)s gave out what is known of a person.", **f),
    "person.erased": lambda f: message("%(who)s erased a person.", **f),
    "retention.changed": lambda f: message("%(who)s changed how long things are kept.", **f),
    "retention.swept": lambda f: message("What was too old was deleted: %(count)s × “%(name)s”.", **f),
    "conversation.assigned": lambda f: message("%(who)s gave a conversation to somebody.", **f),
    "conversation.team": lambda f: message("%(who)s gave a conversation to a team.", **f),
    "conversation.state": lambda f: message("%(who)s changed the state of a conversation.", **f),
    "conversation.snoozed": lambda f: message("%(who)s snoozed a conversation.", **f),
    "conversation.priority": lambda f: message("%(who)s changed the priority of a conversation.", **f),
    "conversation.tags": lambda f: message("%(who)s changed the tags of a conversation.", **f),
    "conversation.subject": lambda f: message("%(who)s changed the subject of a conversation.", **f),
    "conversation.merged": lambda f: message("%(who)s merged two conversations.", **f),
    "person.kept_apart": lambda f: message("%(who)s said that two persons are not the same.", **f),
    "person.asked_again": lambda f: message("%(who)s took back that two persons are not the same.", **f),
    "conversation.unmerged": lambda f: message("%(who)s took two conversations apart again.", **f),
    "conversation.fields": lambda f: message("%(who)s changed fields of a conversation.", **f),
    "conversation.split": lambda f: message("%(who)s split a conversation.", **f),
    "message.cancelled": lambda f: message("%(who)s took a message back before it was sent.", **f),
    "message.retried": lambda f: message("%(who)s sent a message once more.", **f),
    "message.dropped": lambda f: message("%(who)s left a message unsent.", **f),
    "message.moderated": _moderated,
    "message.scheduled": lambda f: message("%(who)s scheduled a message.", **f),
    "message.rescheduled": lambda f: message("%(who)s changed a scheduled message.", **f),
    "message.unscheduled": lambda f: message("%(who)s cancelled a scheduled message.", **f),
    "task.added": lambda f: message("%(who)s made a task.", **f),
    "task.changed": lambda f: message("%(who)s changed a task.", **f),
    "task.done": lambda f: message("%(who)s finished a task.", **f),
    "task.undone": lambda f: message("%(who)s opened a task again.", **f),
    "task.removed": lambda f: message("%(who)s removed a task.", **f),
    "message.erased": lambda f: (
        message("The words of a message went, since who wrote it took it back.")
        if f.get("why") == "taken_back"
        else message("Earlier words of a message went, since who wrote it changed it.")
    ),
    "message.settled": lambda f: message("%(who)s said that %(count)s public messages need no answer.", **f),
    "message.unsettled": lambda f: message("%(who)s said that %(count)s public messages need an answer after all.", **f),
    "setting.changed": lambda f: (
        message("%(who)s changed what of the response times is public.", **f)
        if f.get("setting") == "response_times"
        else message("%(who)s changed what is kept of messages that were edited or taken back.", **f)
    ),
    "message.resolved": lambda f: message("%(who)s decided on a message of unknown fate.", **f),
}


def sentence(row: AuditRow, names: Mapping[UUID, str]) -> Message:
    """What happened, in words. `names`: agents and accounts by id."""
    target = names.get(row.subject_id, "") if row.subject_id else ""
    who = row.actor_name or (names.get(row.actor_id, "") if row.actor_id else "")
    facts: Facts = {name: value for name, value in row.data.items() if isinstance(value, str | int)}
    for name in ("name", "into", "text", "after", "why"):
        facts.setdefault(name, "–")
    facts["target"] = target or row.data.get("name") or (_SOMEBODY if row.subject == "agent" else "–")
    facts["who"] = who or (_OASE if row.actor_kind == "system" else _SOMEBODY)
    make = _SENTENCES.get(row.act)
    return make(facts) if make else message("%(who)s: %(act)s", **{**facts, "act": row.act})
