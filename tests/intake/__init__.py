"""Intake and delivery, part by part."""
