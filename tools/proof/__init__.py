"""The proof that every lab runs on every backend: lab × backend × exercises.

`python -m tools.proof` runs the solved labs on the embedded cloud, on `kit.py serve` reached as if
it were LocalStack, and on MiniStack, and writes docs/backends.md.
"""
