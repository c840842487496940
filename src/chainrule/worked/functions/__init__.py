"""Functions that a user types: parsed, derived, and descended."""
