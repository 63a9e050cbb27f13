"""Lessons become notebooks: labs/ with stubs and no outputs, solutions/ solved and executed.

A lesson (lessons/NN-slug.py, jupytext's percent format) is the only source:

- `source` reads it line by line into cells and refuses what percent format would split;
- `stub` blanks its solutions;
- `notebook` turns cells into notebooks with ids derived from the source;
- `execute` runs a notebook, and `stored` sanitises its outputs;
- `checkout` says where everything lies, writes it, and tells what is older than its lesson.
"""
