"""What kit.py does: set up the virtual environment, open labs, run the tests, look at the machine.

Standard library only, and nothing of helpers/: this runs before anything is installed.
"""
