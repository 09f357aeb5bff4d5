"""Everything that speaks HTTP to people and programs: pages, partials, the JSON API, webhooks, live streams.

An area is a folder here whose `__init__.py` has `handlers: list`; `app.make_app` finds it by that.
"""
