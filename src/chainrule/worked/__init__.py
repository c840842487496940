"""Worked examples: every number of a few steps of training, with the formula that made it."""
