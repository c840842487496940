"""Training: the only loop, what it keeps, and how it is resumed and verified."""
