"""What residents write, and how it should be read."""
