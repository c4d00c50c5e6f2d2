"""The documents, and the two programs that keep them true: `generate` and `screenshots`."""
