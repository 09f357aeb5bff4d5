"""Administration: channels and their journal, staff, the workspace and its furniture."""

from oase.web.admin import (
    accounts,
    agents,
    audit,
    fields,
    home,
    journal,
    roles,
    snippets,
    tags,
    teams,
    tokens,
    trials,
    workspace,
)

handlers = [
    handler
    for part in (home, accounts, trials, journal, agents, roles, teams, tokens, audit, workspace, tags, snippets, fields)
    for handler in part.handlers
]
