"""The linter of the course: what every lesson must have, as pure functions from lesson to problems.

One module per thing looked at; `course` runs them all. `python -m tools.lint [NAME]` prints what
they find, as file:line, what is wrong, and the edit or command that mends it.
"""
