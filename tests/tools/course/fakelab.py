"""A stand-in for helpers.Lab with no cloud behind it: functions are called where they stand."""

import os


class Lab:
    """Deploys into a dict, invokes by calling, and checks two exercises."""

    def __init__(self, slug):
        self.functions = {}
        print(f"status card of {slug}")

    def deploy(self, handler, name, **configuration):
        self.functions[name] = handler
        return f"arn:aws:lambda:us-east-1:123456789012:function:{name}"

    def invoke(self, name, event):
        return self.functions[name](event, None)

    def predict(self, prediction, answer):
        print(f"{prediction} predicted: {'nothing' if answer is ... else answer}")

    def saw(self, prediction):
        print(f"{prediction} saw: B")

    def check(self, exercise, submitted):
        status, text = judge(exercise, submitted)
        if status != "passed" and os.environ.get("COLDSTART_STRICT"):
            raise AssertionError(text)
        print(f"* {exercise} {status} · {text}")

    def fidelity(self):
        print("rows")

    def receipt(self):
        print("Duration: 12.5 ms")

    def questions(self):
        print("five questions")

    def cleanup(self):
        self.functions.clear()


def judge(exercise, submitted):
    """Return how a submission stands: the first exercise doubles a weight, the second is a name."""
    if submitted is ...:
        return "not started", "nothing is submitted"
    if exercise == "7.2":
        right = submitted == "stock"
        return ("passed", "looked up") if right else ("not yet", f"{submitted!r} is no table")
    try:
        answer = submitted({"weight_g": 20}, None)
    except NotImplementedError:
        return "not started", "the starter is untouched"
    except Exception as error:
        return "not yet", f"the function raised {type(error).__name__}"
    if answer is None:
        return "not yet", "the function returned nothing"
    return ("passed", "weighed") if answer == 40 else ("not yet", f"20 g twice is not {answer}")
