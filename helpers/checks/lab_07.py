"""Lab 07, Layers and packages: what travels, who wins, and the loop that calls a handler."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_07_predictions import PREDICTIONS
from helpers.checks.lab_07_runtime import check_7_5
from helpers.checks.lab_07_shared_layer import check_7_1, check_7_2
from helpers.checks.lab_07_slim import check_7_4
from helpers.checks.lab_07_vendor import check_7_6
from helpers.checks.lab_07_winner import check_7_3

LAB = LabChecks(
    slug="07-layers",
    can="share code by layers, say which file wins, and vendor a dependency for Lambda's platform",
    shows=frozenset({Capability.RECORDS, Capability.CUSTOM_RUNTIME}),
    exercises=(
        Exercise(
            id="7.1",
            title="One price list for two functions",
            core=True,
            hints=(
                "Three steps: make a zip, publish it as a layer, attach its version to both "
                "functions. The zip is unpacked under /opt, and Python looks in /opt/python.",
                '`lab.zip(files={"python/pricing.py": pricing})` is the zip. '
                "`publish_layer_version` answers with `LayerVersionArn`; that one ARN goes into "
                "`Layers` of both functions.",
                '`answer = lambda_.publish_layer_version(LayerName="pricing", '
                'Content={"ZipFile": package})`, `pricing_arn = answer["LayerVersionArn"]`, and '
                "for each name `configure(name, Layers=[pricing_arn])`.",
            ),
            check=check_7_1,
            needs=frozenset({Capability.LAYERS}),
        ),
        Exercise(
            id="7.2",
            title="A fix for one of the two",
            core=False,
            hints=(
                "Publish the new text under the old name. That makes a new version and changes no "
                "function.",
                "Only place-order gets the new ARN. get-order keeps what it has, so do not touch "
                "it, and do not delete its version.",
                '`answer = lambda_.publish_layer_version(LayerName="pricing", Content={"ZipFile": '
                'lab.zip(files={"python/pricing.py": fixed})})`, `fixed_arn = '
                'answer["LayerVersionArn"]`, then `configure("place-order", '
                "Layers=[fixed_arn])`.",
            ),
            check=check_7_2,
            needs=frozenset({Capability.LAYERS}),
        ),
        Exercise(
            id="7.3",
            title="Last year's prices",
            core=True,
            hints=(
                "charge-card charged 1950 for a poster. In which of the two layers is a poster "
                "1950?",
                "A later layer of the list overwrites an earlier one. The layer whose file should "
                "win goes last, and both have to stay.",
                '`wins_now = toolbox`, then `configure("charge-card", '
                "Layers=[toolbox, price_list])`.",
            ),
            check=check_7_3,
            needs=frozenset({Capability.LAYERS}),
        ),
        Exercise(
            id="7.4",
            title="Under the limit",
            core=False,
            hints=(
                "Ask of each file: does anybody read it while the function runs?",
                "Tests, docs and examples stay at home, wherever they lie. Code, data that the "
                "code opens, and .dist-info travel.",
                "`parts = name.split('/')`, then `return not {'tests', 'docs', 'examples', "
                "'__pycache__'} & set(parts)`.",
            ),
            check=check_7_4,
        ),
        Exercise(
            id="7.5",
            title="A runtime of your own",
            core=False,
            hints=(
                "Begin with the loop of the demo. It has two things to learn: the total, and what "
                "to do with a bad order.",
                "Count first, then decide: a bad order goes to `…/{request_id}/error` as JSON "
                "with errorType and errorMessage, a good one to `…/{request_id}/response`. Both "
                "ways lead back to /next.",
                'In the loop: `kind = "response" if event.get("items") else "error"`, build the '
                'dict for that kind, then `urllib.request.urlopen(f"{api}/{request_id}/{kind}", '
                "json.dumps(answer).encode())`.",
            ),
            check=check_7_5,
            needs=frozenset(
                {Capability.EXECUTION_ENVIRONMENTS, Capability.TIMEOUT, Capability.CUSTOM_RUNTIME}
            ),
        ),
        Exercise(
            id="7.6",
            title="Wheels for Lambda",
            core=True,
            hints=(
                "Five things to say: install, no index, where the wheels are, where to put them, "
                "and for which platform.",
                "The platform is manylinux2014_x86_64. pip then wants to hear --only-binary=:all: "
                "too, so that it builds nothing for this computer.",
                '`return ["install", "--no-index", "--find-links", wheelhouse, "--platform", '
                '"manylinux2014_x86_64", "--only-binary=:all:", "--target", target, '
                '"halftone-raster"]`.',
            ),
            check=check_7_6,
        ),
    ),
    predictions=PREDICTIONS,
)
