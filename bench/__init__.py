"""Speed, measured: every figure is a ratio to a floor that ran in the same session, interleaved, medians and spread."""
