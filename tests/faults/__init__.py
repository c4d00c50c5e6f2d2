"""The promise and its proof: each scenario of docs/reliability.md with the fault injected for real."""
