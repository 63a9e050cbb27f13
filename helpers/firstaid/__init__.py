"""What can be wrong with a machine, a small function for each; both doctors look with these.

`kit.py doctor` runs before anything is installed and `lab.doctor()` in a notebook, so what both
look at lives here, in the standard library only. tools/launch imports this room, not the other way
round: `helpers` is a package of its own, which containers install without tools/.

A function gets what it looks at (a folder, variables, a moment) and returns a Finding.
Left out: putting anything right. A finding names the command, and the reader decides.
"""
