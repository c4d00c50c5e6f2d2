"""Pure rules: life cycles, routing, working time, limits. No SQL, no clock, no I/O."""
