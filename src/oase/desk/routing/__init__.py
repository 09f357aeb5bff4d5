"""Routing: who gets what next, so that promises are kept."""
