"""The inbox: queues, list, conversation, person, composer."""

from oase.web.inbox import acts, files, inviting, joining, macros, offers, pages, persons, planning, saved, whispers, writing

handlers = [
    *pages.handlers,
    *acts.handlers,
    *writing.handlers,
    *files.handlers,
    *saved.handlers,
    *persons.handlers,
    *joining.handlers,
    *inviting.handlers,
    *planning.handlers,
    *offers.handlers,
    *macros.handlers,
    *whispers.handlers,
]
