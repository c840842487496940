"""The book: each equation once, as a pure function on arrays; NumPy and nothing else.

Shapes: samples are rows, weights are (fan_out, fan_in). Letters and ids are those of
docs/notation.md and docs/derivation/. Every function also takes complex arrays where its formula
is analytic, so that a derivative can be proved by a complex step.
"""
