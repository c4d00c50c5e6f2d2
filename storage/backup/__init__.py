"""Copies of a whole community: backups in a file, restoring them, and moving from one database to another.

All three rest on `rows`: slices of a table, in the order of its key, as values that mean the same on both engines.
"""
