"""Worked examples and claims as files."""
