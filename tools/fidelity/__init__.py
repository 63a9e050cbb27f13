"""The fidelity table: what AWS does, and what a probe saw the local account do.

`python -m tools.fidelity` runs every probe and writes helpers/cloud/fidelity.json; `--check`
runs them and compares.
"""
