"""What authors use: building notebooks from lessons, the linter of the course, a scaffold."""
