"""Each equation once, as a pure function of arrays; NumPy and nothing else.

Examples are rows; weights are (fan_out, fan_in). Letters and ids are those of docs/notation.md and
docs/derivation/, and a key in square brackets after a source is an entry of docs/references.bib.
Every function whose formula is analytic also takes complex arrays, so that its derivative can be
checked by a complex step.
"""
