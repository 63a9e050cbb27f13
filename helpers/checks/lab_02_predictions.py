"""Lab 02's predictions: what a learner says before the cell that answers, and why each is so."""

from __future__ import annotations

from helpers.checks.exercise import TRUTHS, Prediction

PREDICTIONS = (
    Prediction(
        id="2.a",
        question="Three events, one after the other. How many processes handle them?",
        options={
            "A": "three: every invoke is a new process",
            "B": "one, and its globals count 1, 2, 3",
            "C": "one, and its globals are set back before each event",
        },
        answer="B",
        reasons={
            "A": "A process is started when no environment is free. The second event found the "
            "first one's environment free, so nothing was started.",
            "B": "A free environment serves the next event: the same process, and its globals "
            "are as the event before left them.",
            "C": "Nobody sets them back. Lambda calls the handler again, in a module that is "
            "loaded already.",
        },
    ),
    Prediction(
        id="2.b",
        question="A thread counts ten times a second, and nothing comes for 2 s. What did it gain?",
        options={
            "A": "about 20: threads go on after return",
            "B": "a few: the whole process stands still between two events",
            "C": "nothing for ever: threads end when the handler returns",
        },
        answer="B",
        reasons={
            "A": "After return the environment is frozen, every thread of it. It goes on only "
            "while a next event is handled.",
            "B": "Frozen means stopped by the operating system. At the next event the thread "
            "wakes in the middle of its sleep, and counts while that event is handled.",
            "C": "The thread is not ended. It is stopped with its process, and goes on with the "
            "next event, under that event's request id.",
        },
    ),
    Prediction(
        id="2.c",
        question="The process is killed in the middle of an event. What does the next caller find?",
        options={
            "A": "an error again: the environment is broken",
            "B": "a new process: globals are gone, and /tmp is still there",
            "C": "a new environment: globals and /tmp are both gone",
        },
        answer="B",
        reasons={
            "A": "One caller met the dead process and got Runtime.ExitError. For the next one "
            "Lambda loaded the file again.",
            "B": "Lambda resets the environment: it ends what is left of the processes and loads "
            "your file again. The environment with its /tmp is the old one.",
            "C": "/tmp belongs to the environment, not to the process. A new process in the same "
            "environment finds the files of the old one.",
        },
    ),
    Prediction(
        id="2.d",
        question="One event at a time: can customers see each other's data?",
        options={
            "A": "no: one request at a time, so globals are private",
            "B": "only if two events arrive in the same millisecond",
            "C": "yes: what one event leaves in a global, the next event finds",
        },
        answer="C",
        reasons={
            "A": "One at a time means one after the other, in the same process. A global outlives "
            "the event that wrote it.",
            "B": "Two events at once run in two environments and share nothing. It is the event "
            "after that finds what was left.",
            "C": "No race is needed. The second customer came seconds later and found the first "
            "one's address in the global.",
        },
    ),
    Prediction(
        id="2.e",
        question="Ten events at once, then ten in a row. How many environments?",
        options={
            "A": "20: every invoke starts one",
            "B": "10: as many as there were events at the same time",
            "C": "1: it is one function",
            "D": "it depends on the trigger: an API needs more than S3 or a schedule",
        },
        answer="B",
        reasons={
            "A": "A free environment is used again. The ten in a row found ten that were free.",
            "B": "An environment handles one event at a time, so ten at once need ten. After that "
            "there was always a free one.",
            "C": "One environment handles one event at a time. The second of ten simultaneous "
            "events finds it busy.",
            "D": "You saw five for callers that wait and five for events that nobody waits for. "
            "The trigger decides who feels a cold start, not how many there are.",
        },
    ),
    Prediction(
        id="2.f",
        question="A ping keeps a function warm, and five customers come at once. Who waits?",
        options={
            "A": "nobody: the function is warm",
            "B": "four of them",
            "C": "all five: a ping does not count as an event",
        },
        answer="B",
        reasons={
            "A": "Not a function is warm, but an environment. The ping keeps one, and it serves "
            "one of the five.",
            "B": "The ping keeps one environment. It serves one customer, and the other four each "
            "get a new one.",
            "C": "A ping is an event like any other. Its environment is free afterwards, and "
            "serves one of the five.",
        },
    ),
    Prediction(
        id="2.g",
        question="A handler loads boto3 and makes a client that it does not need. What changes?",
        options={
            "A": "nothing on the bill: init is free",
            "B": "Init Duration at least doubles, and is billed, once for each environment",
            "C": "Duration at least doubles for every event",
        },
        answer="B",
        reasons={
            "A": "It was free for such functions until August 2025. Since then Billed Duration "
            "counts init and invoke together.",
            "B": "Loading boto3 takes about 0.2 s, and that is several times the init of an empty "
            "file. REPORT shows it once for each environment, on the bill.",
            "C": "Init runs once for each environment. The events after the first one find "
            "everything loaded.",
        },
    ),
    Prediction(
        id="2.h",
        question="Three SnapStart environments, an order number made in init. How many numbers?",
        options={
            "A": "three: uuid4 never gives the same number twice",
            "B": "one: init ran once, and each environment is a copy of what came out",
            "C": "none: code above the handler does not run with SnapStart",
        },
        answer="B",
        reasons={
            "A": "uuid4 ran once, when the version was published. What it gave is in the "
            "snapshot, and in every copy of it.",
            "B": "With SnapStart init runs once for each version. What has to be unique is made "
            "in the handler, or in a hook that runs after the restore.",
            "C": "It runs, once, when the version is published. Its results are in every copy.",
        },
    ),
    Prediction(
        id="2.i",
        question="Lambda gives a function 512 MB of /tmp.",
        options=TRUTHS,
        answer="half",
        reasons={
            "true": "512 MB is the default. EphemeralStorage sets it, up to 10,240 MB.",
            "half": "That is the default, and EphemeralStorage sets it up to 10,240 MB.",
            "false": "It is what you get without asking. With EphemeralStorage you get up to "
            "10,240 MB.",
        },
    ),
    Prediction(
        id="2.j",
        question="Cold starts hurt with API Gateway, are minor with S3, and minimal on a schedule.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "Init is the same work for every trigger: you saw the same number of starts "
            "for both kinds of callers. Only who waits for it differs.",
            "half": "What is true in it: behind an API somebody waits. The init itself is the same "
            "for every trigger, and billed the same.",
            "false": "Init does not know who calls. The trigger decides only whether somebody "
            "waits for the answer.",
        },
    ),
    Prediction(
        id="2.k",
        question="An environment handles one request at a time, so nothing is shared.",
        options=TRUTHS,
        answer="half",
        reasons={
            "true": "The first half holds for default compute. The second does not: globals and "
            "/tmp stay for the next request.",
            "half": "One at a time is right for default compute, and wrong for Managed Instances. "
            "And globals and /tmp stay for the next request.",
            "false": "On default compute it is one at a time. What stays for the next request is "
            "globals and /tmp.",
        },
    ),
    Prediction(
        id="2.l",
        question="A ping every few minutes is the cure for cold starts.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "You saw it keep one environment warm. Provisioned concurrency keeps as many "
            "as you say, and SnapStart makes each start short.",
            "half": "It keeps one environment, which helps the first of several customers. The "
            "cures are provisioned concurrency and SnapStart.",
            "false": "It keeps one environment warm. Provisioned concurrency keeps as many as you "
            "say, and SnapStart makes each start short.",
        },
    ),
    Prediction(
        id="2.m",
        question="Work split into ten parallel invocations costs a tenth.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "The same work takes the same GB-seconds, wherever it runs. Added to them "
            "are ten requests and up to ten inits, which are billed.",
            "half": "It may be done in a tenth of the time. The GB-seconds stay the same, and "
            "requests and inits are added.",
            "false": "It may be done in a tenth of the time. The GB-seconds stay the same, and "
            "requests and inits are added.",
        },
    ),
    Prediction(
        id="2.n",
        question="A function that takes too much memory logs 'Memory limit exceeded'.",
        options=TRUTHS,
        answer="false",
        reasons={
            "true": "You read Runtime.OutOfMemory and signal: killed, and Max Memory Used at the "
            "limit. No line has those words.",
            "half": "That it is ended is true. What you read is Runtime.OutOfMemory or signal: "
            "killed, and Max Memory Used at the limit.",
            "false": "You read Runtime.OutOfMemory and signal: killed, and Max Memory Used at the "
            "limit.",
        },
    ),
)
