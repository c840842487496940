"""The papers' experiments: what each paper trained or describes, computed beside its numbers.

A module holds one experiment or several that belong together: it measures, reports and draws.
"""
