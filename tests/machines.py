"""Running a state machine of Hypothesis: so many ways of so many steps each.

On a developer's machine every run draws other ways. Where CI=true the same are drawn each time, as for all tests of
Hypothesis (`conftest.py`), so that a red build speaks of the change; what a new drawing finds becomes a story.
"""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run_machine(machine: type[RuleBasedStateMachine], examples: int, steps: int) -> None:
    """Try `examples` ways of at most `steps` steps; raises what an invariant raises."""
    calm = settings(max_examples=examples, stateful_step_count=steps, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=calm)
