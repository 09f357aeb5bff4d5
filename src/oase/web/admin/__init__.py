"""Administration: channels and their journal, staff, the workspace and its furniture."""

from oase.web.admin.accounts import handlers as accounts_handlers
from oase.web.admin.agents import handlers as agents_handlers
from oase.web.admin.audit import handlers as audit_handlers
from oase.web.admin.automations import handlers as automations_handlers
from oase.web.admin.consent import handlers as consent_handlers
from oase.web.admin.fields import handlers as fields_handlers
from oase.web.admin.home import handlers as home_handlers
from oase.web.admin.hours import handlers as hours_handlers
from oase.web.admin.hours_sources import handlers as hours_sources_handlers
from oase.web.admin.journal import handlers as journal_handlers
from oase.web.admin.macros import handlers as macros_handlers
from oase.web.admin.presence import handlers as presence_handlers
from oase.web.admin.privacy import handlers as privacy_handlers
from oase.web.admin.promises import handlers as promises_handlers
from oase.web.admin.promises_edit import handlers as promises_edit_handlers
from oase.web.admin.response_times import handlers as response_times_handlers
from oase.web.admin.retention import handlers as retention_handlers
from oase.web.admin.roles import handlers as roles_handlers
from oase.web.admin.shifts import handlers as shifts_handlers
from oase.web.admin.skills import handlers as skills_handlers
from oase.web.admin.snippets import handlers as snippets_handlers
from oase.web.admin.tags import handlers as tags_handlers
from oase.web.admin.teams import handlers as teams_handlers
from oase.web.admin.tokens import handlers as tokens_handlers
from oase.web.admin.trials import handlers as trials_handlers
from oase.web.admin.webhooks import handlers as webhooks_handlers
from oase.web.admin.workspace import handlers as workspace_handlers

handlers = [
    *home_handlers,
    *accounts_handlers,
    *trials_handlers,
    *consent_handlers,
    *journal_handlers,
    *agents_handlers,
    *roles_handlers,
    *teams_handlers,
    *skills_handlers,
    *shifts_handlers,
    *presence_handlers,
    *tokens_handlers,
    *webhooks_handlers,
    *audit_handlers,
    *workspace_handlers,
    *response_times_handlers,
    *retention_handlers,
    *privacy_handlers,
    *hours_handlers,
    *hours_sources_handlers,
    *promises_handlers,
    *promises_edit_handlers,
    *tags_handlers,
    *snippets_handlers,
    *fields_handlers,
    *automations_handlers,
    *macros_handlers,
]
