"""Execution environments: real processes that run AWS's own runtime client.

One environment is one process group with a Runtime API socket, a folder of its own, and a life:
created, init, invoke, frozen, thawed, and in the end reaped or killed.
"""
