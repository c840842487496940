"""Claimed numbers: right, wrong, and by which slip."""
