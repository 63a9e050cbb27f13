"""The local AWS account: a server process, and the small client that starts it.

Modules import downwards only, in the rows that CONTRIBUTING.md draws and a test enforces.
"""
