"""The company whose pages are looked at."""

from tests.web.admin.conftest import company, deferring, password_hash

__all__ = ["company", "deferring", "password_hash"]
