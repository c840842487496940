"""Figures: one file a figure; `*_data` returns the numbers, `draw_*` puts them on paper."""
