"""Lab in a real kernel, as a learner's notebook runs it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[2]

HANDLER = '''import json

RATE = 3

def price(event, context):
    """Price of some sheets."""
    return json.loads(json.dumps(event["sheets"] * RATE))
'''
LOOSE = """def loose(event, context):
    return 1

loose({}, None)
"""
CELLS = {
    "setup": 'from helpers import Lab\nlab = Lab("00-welcome")',
    "handler": HANDLER,
    "in the notebook": 'price({"sheets": 2}, None)',
    "zip": (
        'import io, zipfile\nzipfile.ZipFile(io.BytesIO(lab.zip(price))).read("app.py").decode()'
    ),
    "deploy": 'lab.deploy(price, "price-demo")',
    "invoke": 'lab.invoke("price-demo", {"sheets": 2})',
    "again": (
        'again = Lab("00-welcome")\n'
        'again.client("lambda").list_functions()["Functions"][0]["FunctionName"]'
    ),
    "loose": LOOSE,
    "loose deploy": 'lab.deploy(loose, "loose-demo")',
    "missing": 'lab.invoke("nothing", {})',
    "untouched prediction": 'lab.predict("0.a", ...)',
    "untouched check": 'lab.check("0.1", ...)',
    "hint": 'lab.hint("0.1", 3)',
    "solution": 'lab.solution("0.1")',
    "progress": "lab.progress()",
    "logbook": "lab.logbook()",
    "questions": "lab.questions()",
    "fidelity": "lab.fidelity()",
    "receipt": "lab.receipt()",
    "shell": "lab.shell()",
    "doctor": "lab.doctor()",
    "environments": 'lab.environments("price-demo")',
    "logs": 'lab.logs("price-demo")',
    "cleanup": "lab.cleanup()",
    "reset": "lab.reset()",
    "crash": 'lab.wait_until(lambda: price({}, None), 1, "a price")',
}
RAISES = {"loose deploy", "missing", "crash"}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Run every cell in one kernel and return its outputs by name."""
    notebook = nbformat.v4.new_notebook()
    for name, source in CELLS.items():
        tags = ["raises-exception"] if name in RAISES else []
        notebook.cells.append(nbformat.v4.new_code_cell(source, metadata={"tags": tags}))
    folder = tmp_path_factory.mktemp("data")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    path = os.pathsep.join(filter(None, [str(CHECKOUT), environment.get("PYTHONPATH")]))
    environment |= {"PYTHONPATH": path, "COLDSTART_DATA": str(folder)}
    client = NotebookClient(notebook, timeout=60, kernel_name="python3")
    client.execute(env=environment)
    return dict(zip(CELLS, (cell.outputs for cell in notebook.cells), strict=True))


def text_of(outputs: list[Any]) -> str:
    parts = []
    for output in outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append("\n".join(output.traceback))
        else:
            parts.append(output.data["text/plain"])
    return "\n".join(parts)


def test_setup_draws_the_status_card_in_both_forms(outputs: dict[str, list[Any]]):
    """An assignment shows nothing by itself, so Lab displays its card, text and HTML."""
    cards = [o for o in outputs["setup"] if o.output_type == "display_data"]

    assert 1 == len(cards)
    assert {"text/plain", "text/html"} == set(cards[0].data)
    assert "Lab 00-welcome is ready" in cards[0].data["text/plain"]


def test_the_cell_is_the_file_under_ipykernel(outputs: dict[str, list[Any]]):
    """The handler runs in the notebook, and the package holds its cell's whole text."""
    assert "6" == text_of(outputs["in the notebook"])
    assert repr(HANDLER) == text_of(outputs["zip"])


def test_deploying_says_each_call_and_returns_the_arn(outputs: dict[str, list[Any]]):
    """What the helper does can be typed by hand."""
    text = text_of(outputs["deploy"])

    assert 'lab.client("iam").create_role(' in text
    assert 'lab.client("lambda").create_function(' in text
    assert "arn:aws:lambda:us-east-1:123456789012:function:price-demo" in text


def test_invoking_runs_the_deployed_cell(outputs: dict[str, list[Any]]):
    """The answer comes from the function, and the picture has both forms."""
    text = text_of(outputs["invoke"])

    assert "StatusCode 200" in text
    assert "\n  6\n" in text


def test_the_same_lab_twice_is_the_same_account(outputs: dict[str, list[Any]]):
    """Running setup again keeps what was deployed."""
    assert "'price-demo'" in text_of(outputs["again"])


def test_a_cell_that_does_more_than_define_is_named_by_line(outputs: dict[str, list[Any]]):
    """The call at the bottom of the cell is shown instead of being deployed."""
    assert "Line 4 of the cell that defines 'loose'" in text_of(outputs["loose deploy"])


def test_errors_show_the_cell_and_not_the_kit(outputs: dict[str, list[Any]]):
    """AWS's own error arrives in at most twelve lines, without frames of helpers or botocore."""
    text = text_of(outputs["missing"])

    assert "ResourceNotFoundException" in text
    assert "botocore/client.py" not in text
    assert "functions.py" not in text
    assert len(text.splitlines()) <= 12


def test_a_crash_of_one_s_own_function_shows_its_line(outputs: dict[str, list[Any]]):
    """What the learner passed in stays in the traceback."""
    text = text_of(outputs["crash"])

    assert "KeyError" in text
    assert "waiting.py" not in text


def test_an_untouched_lab_runs_through(outputs: dict[str, list[Any]]):
    """Placeholders neither raise nor pass."""
    assert "no prediction" in text_of(outputs["untouched prediction"])
    assert "not started" in text_of(outputs["untouched check"])


WORDS = {
    "hint": "0.1 hint 3 of 3",
    "solution": "0.1 solution, not open yet",
    "progress": "core exercises passed",
    "logbook": "# Logbook of 00-welcome",
    "questions": "Questions of lab 00-welcome",
    "fidelity": "In real AWS",
    "receipt": "What this would have cost on AWS",
    "shell": "export AWS_ENDPOINT_URL=http://127.0.0.1:",
    "doctor": "it ends with this kernel",
    "environments": "price-demo: 1 execution environment",
    "logs": "REPORT RequestId",
    "cleanup": "price-demo",
    "reset": "Lab 00-welcome is ready",
}


@pytest.mark.parametrize("name", WORDS)
def test_everything_else_a_lab_offers_shows_itself(outputs: dict[str, list[Any]], name: str):
    """Each method draws what it promises, as text and as HTML or Markdown."""
    assert WORDS[name] in text_of(outputs[name])
    drawn = next(o for o in outputs[name] if "data" in o)
    assert {"text/html", "text/markdown"} & set(drawn.data)
