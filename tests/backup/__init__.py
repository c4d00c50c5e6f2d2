"""Backups, restoring them, and moving from one database to another."""
