"""Pictures of what happened: pure functions and values, as HTML and as plain text."""
