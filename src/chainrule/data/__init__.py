"""Data: one record, `Dataset`, and the ways to make one."""
