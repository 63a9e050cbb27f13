"""Secrets Manager: staging labels, rotation by a function, and what is refused."""
