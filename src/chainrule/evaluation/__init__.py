"""Evaluation: what a network is worth on examples, with n, intervals and its own mistakes."""
