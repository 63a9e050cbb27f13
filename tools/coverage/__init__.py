"""What the course covers, as two generated pages: docs/coverage.md and docs/glossary.md.

- `inventory` reads lessons/coverage: topics by unit, claims heard elsewhere, tasks of exams;
- `places` finds the cells that say what they teach, `terms` the words in bold and their sentences;
- `coverage_page` and `glossary_page` write, `pages` knows the files and tells what is stale.

`python -m tools.coverage [--check]` writes or compares them; `tools.build` does so too.
"""
