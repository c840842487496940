"""Compiled kernels: the book's equations on rows of numbers, with nothing allocated per step."""
