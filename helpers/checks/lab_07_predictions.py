"""Lab 07's predictions: what a learner says before the cell that answers, and why each is so."""

from __future__ import annotations

from helpers.checks.exercise import TRUTHS, Prediction

PREDICTIONS = (
    Prediction(
        id="7.a",
        question="A package of 130 MB and a layer of 130 MB. What does Lambda say?",
        options={
            "A": "it takes both: each is below 250 MB",
            "B": "it refuses: together they are above 250 MB",
            "C": "it takes both, and the first invoke fails",
        },
        answer="B",
        reasons={
            "A": "The limit is for what an environment unpacks: the package and all its layers "
            "together.",
            "B": "Package and layers share 250 MB. A layer moves bytes to another zip, and saves "
            "none.",
            "C": "Sizes are checked when you configure the function. No invoke ever sees them.",
        },
    ),
    Prediction(
        id="7.b",
        question="Version 2 of the layer holds the fix. Which prices does place-demo take?",
        options={
            "A": "the new ones at its next cold start",
            "B": "the old ones, until you give it version 2",
            "C": "the new ones at once",
        },
        answer="B",
        reasons={
            "A": "A cold start unpacks the version that the function names. That is still 1.",
            "B": "A function names a version of a layer, and a version never changes. Moving is "
            "a change of configuration, function by function.",
            "C": "Nothing reaches a function that you did not configure. That protects you from "
            "other people's fixes, too.",
        },
    ),
    Prediction(
        id="7.c",
        question="You delete version 1, and place-demo uses it. What happens?",
        options={
            "A": "AWS refuses: the version is in use",
            "B": "place-demo fails at its next cold start",
            "C": "place-demo goes on; nobody can attach version 1 again",
        },
        answer="C",
        reasons={
            "A": "AWS does not ask who uses it. It answers 204, and the version is gone from the "
            "list.",
            "B": "Functions that have it keep it, in new environments as well. You saw one start "
            "after the deletion.",
            "C": "Whoever has the version keeps it. It is gone only for those who come later, and "
            "its number is never given again.",
        },
    ),
    Prediction(
        id="7.d",
        question="paper.py in the function, in layer one, in layer two; Layers=[one, two].",
        options={
            "A": "the function's; without it layer one's, as in PATH the first wins",
            "B": "the function's; without it layer two's",
            "C": "layer two's; the function's own file is only for the case that no layer has it",
        },
        answer="B",
        reasons={
            "A": "Layers are not searched one by one. They are unpacked into one folder, and a "
            "later one overwrites files of an earlier one.",
            "B": "/var/task comes before /opt, so the function wins. Within /opt the last layer of "
            "the list has overwritten the others.",
            "C": "Python looks into /var/task first. A file there hides one of the same name in "
            "any layer.",
        },
    ),
    Prediction(
        id="7.e",
        question="The same library in the package, then in a layer. Which function starts faster?",
        options={
            "A": "the one with the layer: it is loaded already",
            "B": "neither: the same file is loaded, and takes its time",
            "C": "the one with the package: layers are fetched later",
        },
        answer="B",
        reasons={
            "A": "A layer holds files, not memory. Each new environment runs the same import, "
            "wherever the file lies.",
            "B": "Init is the time for what is imported. Moving it from /var/task to /opt changes "
            "the path and nothing else.",
            "C": "A layer is there before your code runs. The import takes as long as from the "
            "package.",
        },
    ),
    Prediction(
        id="7.f",
        question="Three events reach a bootstrap. How often is it started, and who calls whom?",
        options={
            "A": "three times: Lambda starts it with each event on standard input",
            "B": "once: Lambda calls the function that Handler names in it",
            "C": "once: it asks Lambda for each event, and posts each answer",
        },
        answer="C",
        reasons={
            "A": "served counted 1, 2, 3, so one process had all three. Events came by HTTP.",
            "B": "There is no function in it, and Handler names nothing that exists. The program "
            "did the asking.",
            "C": "GET …/invocation/next waits for an event, POST …/response sends the answer. "
            "Between the two the program does what it likes.",
        },
    ),
    Prediction(
        id="7.g",
        question="Node.js finds a layer's packages in /opt/node_modules.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "It looks in /opt/nodejs/node_modules. The zip begins with nodejs/, as "
            "Python's begins with python/.",
            "half": "The end of the path is right. The zip begins with nodejs/, so it is "
            "/opt/nodejs/node_modules.",
            "false": "It looks in /opt/nodejs/node_modules. The zip begins with nodejs/, as "
            "Python's begins with python/.",
        },
    ),
    Prediction(
        id="7.h",
        question="Layers shorten cold starts.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "You measured it: the same import takes about the same time from /opt. Import "
            "less, or later.",
            "half": "What they shorten is the upload of your own code. Init loads the same bytes.",
            "false": "The same bytes are loaded from another path. What helps is to import less, "
            "or later.",
        },
    ),
    Prediction(
        id="7.i",
        question="Never bundle the SDK: the runtime has it.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "It has one, of a version that changes under you. AWS advises to package the "
            "version you rely on.",
            "half": "The runtime has one, that is true. For production AWS advises to package the "
            "version that you have tested.",
            "false": "The runtime's version changes when AWS says. AWS advises to package the one "
            "you rely on, as you did with a layer.",
        },
    ),
    Prediction(
        id="7.j",
        question="A function names a version of a layer, and that version never changes.",
        options=TRUTHS,
        answer="true",
        reasons={
            "true": "You published a fix, and nobody got it until it was attached. You deleted a "
            "version, and its function went on.",
            "half": "Both halves are true. Even a deletion does not change it for those who have "
            "it.",
            "false": "You published a fix, and the function went on with the old version until "
            "you changed its Layers.",
        },
    ),
)
