"""Faults: processes die at random under load; nothing may be lost, doubled or out of order."""
