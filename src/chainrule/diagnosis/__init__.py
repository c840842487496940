"""Diagnosis: why a training does not learn, by measurement, and what to set instead."""
