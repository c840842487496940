"""Documents: what a page frame needs."""
