"""Engines: what moves a training forward; they know nothing of files, progress bars or pages."""
