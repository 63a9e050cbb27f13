"""KMS: which key may decrypt a function's variables, and keys that do nothing any more."""
