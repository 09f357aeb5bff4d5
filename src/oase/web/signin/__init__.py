"""Ways in and out: sign-in with a second factor, password reset, invitation; and the profile of who is in."""

from oase.web.signin import doors, links, profile

handlers = [*doors.handlers, *links.handlers, *profile.handlers]
