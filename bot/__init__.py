"""The composition root: command line, settings, wiring, intake, delivery and the texts."""
