"""The papers' experiments: a module a paper, which measures, tells and draws."""
