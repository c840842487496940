"""Studies: many trainings and one answer."""
