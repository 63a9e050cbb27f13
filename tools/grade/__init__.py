"""`kit.py grade FOLDER`: what learners handed in becomes a CSV and a page, and is never believed.

From a folder of notebooks and progress files, each exercise cell is taken by its id into the lab's
own notebook. Nothing else of a submission runs, and what it says of itself counts for nothing.

    grader (`grading`, on this machine)     reads and writes files; runs nothing of a learner
      └ examiner (a process per sitting)    the checks and the administrator's key
          ├ the cloud                       handlers, in execution environments, by their roles
          └ desk                            the notebook's cells, with the guest's key

`collecting` and `answers` read what was handed in, `sitting` runs one lab of one learner,
`kept` remembers what is done, `report` writes. Where Linux allows, `namespaces` puts examiner,
handlers and desk where there is no network, no other file and no other process.
"""
