"""A training step, number by number: what is given, what has a name, where it stands."""
