"""Delivery: what we say, on its way to the customer."""
