"""What happens to staff. One function = one thing that happens.

Functions that take a `Database` run several transactions, because a password is hashed between them; the others take part in the
caller's unit of work.
"""
