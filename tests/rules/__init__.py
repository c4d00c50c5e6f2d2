"""The pure rules, held against tables, random cases and slow calculations of their own."""
