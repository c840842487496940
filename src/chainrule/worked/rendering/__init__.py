"""Worked examples as text, Markdown, LaTeX, HTML, JSON and notebook cells."""
