"""What arrives at a function, by the service that sends it: pure shapes and patterns."""
