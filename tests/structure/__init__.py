"""Tests of the import, the export, the posters and the invitations."""
