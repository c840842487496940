"""The formulas behind the numbers of a step, as trees."""
