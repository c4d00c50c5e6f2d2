"""Retention, a person's own data, and their deletion."""
