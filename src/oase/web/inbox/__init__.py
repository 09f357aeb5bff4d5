"""The inbox: queues, list, conversation, person, composer."""

from oase.web.inbox import acts, files, pages, writing

handlers = [*pages.handlers, *acts.handlers, *writing.handlers, *files.handlers]
