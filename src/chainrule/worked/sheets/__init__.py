"""Worksheets: exercises with blanks, their answers, and the claims files that go with them."""
