"""How long what is kept, and how it goes: retention by rule, a person's own data, and their deletion.

What is personal stands in `rules.personal`, how long it is kept in `rules.retention`. Everything here works in slices,
each one change set of a reminder: a crash or a second scheduler repeats nothing and leaves nothing half done.
"""
