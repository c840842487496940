"""Measurements of chainrule beside the libraries that a user would take instead, in one run."""
