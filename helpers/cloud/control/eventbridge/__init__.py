"""EventBridge and its Scheduler: buses, deliveries with retries, and the book of schedules."""
