"""Step Functions: tasks as the role of their state machine, and what its API answers."""
