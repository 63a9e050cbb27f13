"""Lambda's control plane: what a request may say before anything is stored."""
