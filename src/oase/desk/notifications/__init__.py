"""Notifications: what concerns an agent, told in the page, in the browser and by mail, and only there where it is wanted."""
