"""When schedules fire: AWS's schedule expressions, and the one clock that follows them."""
