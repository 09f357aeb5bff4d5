"""All SQL of the staff slice."""
