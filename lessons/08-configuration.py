# %% [markdown]
# <!-- lab: {"number": "08", "title": "Configuration, secrets, versions", "minutes_core": 45, "minutes_stretch": 20, "exam_tasks": ["DVA-C03 1.2", "DVA-C03 2.2", "DVA-C03 3.1", "SAA-C03 1.2", "SOA-C03 4.2"], "closed": []} -->
# # Lab 08 · Configuration, secrets, versions
#
# > **Ticket.** Halftone, Monday 09:10. A contractor's screenshot shows our payment key, so the provider gave us a new one at 09:00.
# > Since then no card can be charged. Please put the key where it belongs, and make the next change harmless.
#
# **Promise.** In 45 minutes you move a key out of sight, and change it while orders come in, without losing one.
#
# **You will be able to**
#
# - change one environment variable and keep the others;
# - freeze code and settings into a version, and move a name between versions;
# - read settings from Parameter Store, encrypted ones too;
# - keep a key in Secrets Manager and let it rotate;
# - cache a key so that a new one is picked up at once.
#
# **Minutes.** 45 for the core, 20 more for the two stretch exercises under "More".
#
# **Know first.** Lab 01: deploying, roles, logs. Lab 02: what survives from one event to the next.
#
# **Exam tasks.** DVA-C03 1.2 (code for Lambda), DVA-C03 2.2 (encryption and sensitive data), DVA-C03 3.1 (artifacts and configuration), SAA-C03 1.2 and SOA-C03 4.2.

# %% [markdown]
# ## Setup
#
# Run this cell first. It starts an empty account. The first call to Parameter Store takes a second; all others are quick.

# %% tags=["setup"]
import json

import boto3
from botocore.exceptions import ClientError

from helpers import Lab
from helpers.views import decision_view

lab = Lab("08-configuration")
lambda_ = lab.client("lambda")
ssm = lab.client("ssm")
secrets = lab.client("secretsmanager")
ACCOUNT = "us-east-1:123456789012"
order = {"order_id": "o-1007", "customer": "c-42", "total_cents": 3900}

# %% [markdown]
# ## Warm-up
#
# Three questions from earlier labs. Say your answer aloud, then open the line.
#
# <details><summary>What stands above the handler: how often does it run?</summary>Once for each execution environment, at its start (lab 02).</details>
# <details><summary>Who decides what your code may call, and where is it written?</summary>The execution role, in its policy (lab 01).</details>
# <details><summary>An invoke answers 200. What do you look at first?</summary>FunctionError: 200 says only that Lambda ran the function (lab 01).</details>

# %% [markdown] teaches=["13-01", "13-06", "13-08", "DVA-C03 1.2"]
# ## Environment variables
#
# **Environment variables** are settings of a function: names with values, both text. The code reads them with `os.environ`.
# So one code serves test and live: another table, another level of logging, no other code.
#
# You set them in the console, by API or CLI, or in a template. Together they may take 4 KB.
# Lambda reserves some names, such as `AWS_REGION`; a name starts with a letter and has at least two characters.

# %% tags=["demo"]
import os


def charge_settings(event, context):
    return {"shop": os.environ["SHOP"], "log level": os.environ["LOG_LEVEL"]}

# %% [markdown]
# **Predict.** The function has three variables: `SHOP`, `LOG_LEVEL` and `PAYMENT_KEY`.
# You send `update_function_configuration` with one: `LOG_LEVEL`, now `DEBUG`. Which variables has it then?
#
# - A — all three: the one I sent is changed
# - B — only `LOG_LEVEL`
# - C — all three as before: the call is refused, because two are missing

# %% tags=["predict-8.a"]
lab.predict("8.a", ...)

# %% tags=["run"]
variables = {"SHOP": "Halftone", "LOG_LEVEL": "INFO", "PAYMENT_KEY": "pk-leaked"}
lab.deploy(charge_settings, "settings-demo", Environment={"Variables": variables})
print(lab.invoke("settings-demo").payload)

updated = lambda_.get_waiter("function_updated_v2")
lambda_.update_function_configuration(
    FunctionName="settings-demo", Environment={"Variables": {"LOG_LEVEL": "DEBUG"}}
)
updated.wait(FunctionName="settings-demo")
answer = lab.invoke("settings-demo")
print(answer.error_type, answer.error_message)
lab.saw("8.a")

# %% [markdown] teaches=["13-06"]
# **What we saw.** The map you send *replaces* the map that was there. `SHOP` is gone, and so is the payment key.
# The call itself reported success; the next customer met the KeyError.
#
# The repair is read, merge, write. The CLI, `--environment "Variables={LOG_LEVEL=DEBUG}"`, replaces in the same way.

# %% tags=["run"]
now = lambda_.get_function_configuration(FunctionName="settings-demo")["Environment"]["Variables"]
merged = {**variables, **now}  # the old ones from our notes: Lambda has kept no copy
lambda_.update_function_configuration(
    FunctionName="settings-demo", Environment={"Variables": merged}
)
updated.wait(FunctionName="settings-demo")
print(lab.invoke("settings-demo", order).payload)

for refused in ({"AWS_REGION": "eu-central-1"}, {"K": "too short"}, {"BIG": "x" * 5000}):
    try:
        lambda_.update_function_configuration(
            FunctionName="settings-demo", Environment={"Variables": refused}
        )
    except ClientError as refusal:
        print(list(refused), "→", refusal.response["Error"]["Code"])

# %% [markdown]
# **Predict.** AWS encrypts environment variables at rest. The contractor's policy allows one action, `lambda:GetFunctionConfiguration`, and nothing of KMS.
# What does the contractor see of `PAYMENT_KEY`?
#
# - A — nothing: an encrypted value is masked
# - B — encrypted text, which takes a key to read
# - C — the payment key, as you typed it

# %% tags=["predict-8.b"]
lab.predict("8.b", ...)

# %% tags=["run"]
iam = lab.client("iam")
may_look = {
    "Effect": "Allow",
    "Action": "lambda:GetFunctionConfiguration",
    "Resource": f"arn:aws:lambda:{ACCOUNT}:function:settings-demo",
}
document = json.dumps({"Version": "2012-10-17", "Statement": [may_look]})
iam.create_user(UserName="contractor")
iam.put_user_policy(UserName="contractor", PolicyName="look", PolicyDocument=document)
keys = iam.create_access_key(UserName="contractor")["AccessKey"]

contractor = boto3.client(
    "lambda",
    aws_access_key_id=keys["AccessKeyId"],
    aws_secret_access_key=keys["SecretAccessKey"],
)
seen = contractor.get_function_configuration(FunctionName="settings-demo")
print("the contractor reads:", seen["Environment"]["Variables"]["PAYMENT_KEY"])
lab.saw("8.b")

# %% [markdown] teaches=["13-02", "13-03", "13-04", "13-05", "13-07", "14-08", "claim 31", "DVA-C03 2.2", "SAA-C03 1.2", "SOA-C03 4.2"]
# **What we saw.** Encryption at rest protects disks. Whoever may read the configuration gets the variables in clear: in the console, the CLI, a screenshot.
# By default AWS's own key encrypts them. With a **customer managed key**, one that you make in KMS, a reader needs `kms:Decrypt` too.
# The value still lies in every copy of the configuration, and changing it means another deployment. So:
#
# | what | where |
# |---|---|
# | names of tables, buckets and queues; endpoints; feature switches; the level of the log | environment variables |
# | what the code may do | the execution role: never access keys in variables |
# | settings that several functions share, or that change without a deployment | Parameter Store |
# | passwords, keys, connection strings with a password | Secrets Manager, or an encrypted parameter |
#
# In a variable stands the *name* of the secret. ([Environment variables](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), read in October 2026.)

# %% [markdown] teaches=["DVA-C03 3.1"]
# ## Versions and aliases
#
# What you edit is `$LATEST`. Publishing takes a picture of it, the **version**: code *and* settings, with a number, never to be changed.
# An **alias** is a name that points to a version, such as `live` to 7. Callers say `live`; you decide what that means.

# %% [markdown]
# **Predict.** The function says `LOG_LEVEL` is DEBUG. You publish version 1, then set `LOG_LEVEL` to ERROR, and call version 1 and `$LATEST`.
# Who sees ERROR?
#
# - A — both: a version is code, its settings are the function's
# - B — only `$LATEST`
# - C — neither, until the next version is published

# %% tags=["predict-8.c"]
lab.predict("8.c", ...)

# %% tags=["run"]
def set_level(level):
    changed = {**merged, "LOG_LEVEL": level}
    lambda_.update_function_configuration(
        FunctionName="settings-demo", Environment={"Variables": changed}
    )
    updated.wait(FunctionName="settings-demo")


version = lambda_.publish_version(FunctionName="settings-demo")["Version"]
set_level("ERROR")
for qualifier in (version, "$LATEST"):
    print(qualifier, lab.invoke("settings-demo", qualifier=qualifier).payload)
lab.saw("8.c")

# %% [markdown]
# **What we saw.** Version 1 kept its picture, the old key in it included. To change a setting is to make a new version.
#
# ### Break it · a bad release, and back
#
# Version 2 loses its variables, as before, and `live` moves to it. One call moves it back.

# %% tags=["run"]
lambda_.create_alias(FunctionName="settings-demo", Name="live", FunctionVersion="1")

lambda_.update_function_configuration(
    FunctionName="settings-demo", Environment={"Variables": {"LOG_LEVEL": "ERROR"}}
)
updated.wait(FunctionName="settings-demo")
lambda_.publish_version(FunctionName="settings-demo")

for version in ("2", "1"):
    lambda_.update_alias(FunctionName="settings-demo", Name="live", FunctionVersion=version)
    answer = lab.invoke("settings-demo", qualifier="live")
    print("live is", version, "→", answer.error_type or answer.payload)

# %% [markdown] teaches=["13-01", "DVA-C03 3.1"]
# **What we saw.** Nothing was built or uploaded to go back: the old version was still there.
# An alias can also send a share of its events to a second version, say 5 in 100.
# It may even name `$LATEST`, and then it moves with every change.
#
# ```bash
# aws lambda publish-version --function-name place-order
# aws lambda update-alias --function-name place-order --name live --function-version 1
# ```
#
# ### Exercise 8.1 · One code, two stages
#
# **Given** the name of a function that has several variables, one of them `STAGE`.
#
# **Goal** `two_stages(name)` leaves two aliases behind, `test` and `live`.
# Called as `test` the function reads `STAGE` as `test`, and as `live` it reads `live`. Its code and its other variables are the same for both.
#
# **Done when** a later change of the function reaches neither of them.

# %% tags=["exercise-8.1"]
def two_stages(name):
    # SOLUTION: publish a version for each stage, and point an alias at each
    waiter = lambda_.get_waiter("function_updated_v2")
    found = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    for stage in ("test", "live"):
        lambda_.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**found, "STAGE": stage}}
        )
        waiter.wait(FunctionName=name)
        version = lambda_.publish_version(FunctionName=name)["Version"]
        lambda_.create_alias(FunctionName=name, Name=stage, FunctionVersion=version)
    # END SOLUTION

# %% tags=["check-8.1"]
lab.check("8.1", two_stages)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Each stage gets a picture of its own, and the variables are read before they are written, so none is lost.
# The waiter matters: on AWS an update takes a moment, and publishing during it is refused.
#
# An alternative is one version for both aliases. The code then takes the stage from the end of `context.invoked_function_arn` and reads its settings from Parameter Store, under `/shop/test` or `/shop/live`.
#
# In production, give each stage an account of its own: two stages in one function share its reserved concurrency, its quotas and the mistakes. Aliases are for releases.

# %% tags=["wrong-8.1"] expect="the map that was there"
# sets the one variable that differs
def two_stages(name):
    for stage in ("test", "live"):
        lambda_.update_function_configuration(
            FunctionName=name, Environment={"Variables": {"STAGE": stage}}
        )
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=name)
        version = lambda_.publish_version(FunctionName=name)["Version"]
        lambda_.create_alias(FunctionName=name, Name=stage, FunctionVersion=version)

# %% tags=["wrong-8.1"] expect="A version is a picture of the settings too"
# publishes once, and believes that a version follows the configuration
def two_stages(name):
    version = lambda_.publish_version(FunctionName=name)["Version"]
    found = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    for stage in ("test", "live"):
        lambda_.create_alias(FunctionName=name, Name=stage, FunctionVersion=version)
        lambda_.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**found, "STAGE": stage}}
        )
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=name)

# %% tags=["wrong-8.1"] expect="moves with every change"
# points both names at what is edited
def two_stages(name):
    found = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    for stage in ("test", "live"):
        lambda_.create_alias(FunctionName=name, Name=stage, FunctionVersion="$LATEST")
        lambda_.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**found, "STAGE": stage}}
        )

# %% tags=["wrong-8.1"] expect="There is no alias test"
# versions, but no names for them
def two_stages(name):
    found = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    for stage in ("test", "live"):
        lambda_.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**found, "STAGE": stage}}
        )
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=name)
        lambda_.publish_version(FunctionName=name, Description=stage)

# %% tags=["wrong-8.1"] expect="The function has: Live, Test"
# names of one's own
def two_stages(name):
    found = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    for stage in ("test", "live"):
        lambda_.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**found, "STAGE": stage}}
        )
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=name)
        version = lambda_.publish_version(FunctionName=name)["Version"]
        lambda_.create_alias(FunctionName=name, Name=stage.title(), FunctionVersion=version)

# %% tags=["alternative-8.1"]
# live first, and both names made before they are moved
def two_stages(name):
    configuration = lambda_.get_function_configuration(FunctionName=name)
    for stage in ("live", "test"):
        lambda_.create_alias(FunctionName=name, Name=stage, FunctionVersion="$LATEST")
        configuration["Environment"]["Variables"]["STAGE"] = stage
        lambda_.update_function_configuration(
            FunctionName=name,
            Environment={"Variables": configuration["Environment"]["Variables"]},
        )
        lambda_.get_waiter("function_updated_v2").wait(FunctionName=name)
        version = lambda_.publish_version(FunctionName=name)["Version"]
        lambda_.update_alias(FunctionName=name, Name=stage, FunctionVersion=version)

# %% [markdown] teaches=["14-01"]
# ## Parameter Store
#
# **Parameter Store**, a part of AWS Systems Manager, keeps settings outside of every function. A parameter has a name, a value and a type.
# Names are paths, such as `/shop/live/mail/host`: stage and topic stand in the name, and a role can be given one branch.
# A value changed here needs no deployment. Whoever reads it a moment later has it.

# %% [markdown]
# **Predict.** There are 23 parameters below `/shop/live`. You call `get_parameters_by_path(Path="/shop/live")`, once. How many come back?
#
# - A — 23: that is what reading by path is for
# - B — 10
# - C — none: the call wants a page size

# %% tags=["predict-8.d"]
lab.predict("8.d", ...)

# %% tags=["run"]
for number in range(23):
    ssm.put_parameter(Name=f"/shop/live/price-{number:02}", Value=str(number), Type="String")

page = ssm.get_parameters_by_path(Path="/shop/live")
print(len(page["Parameters"]), "parameters, more to come:", "NextToken" in page)

# %% tags=["run"]
lab.saw("8.d")

# %% [markdown] teaches=["14-02", "14-03", "14-06", "claim 33", "DVA-C03 2.2"]
# **What we saw.** At most ten a page, and a `NextToken` for the next. boto3's paginator follows it (exercise 8.2).
#
# | | standard | advanced |
# |---|---|---|
# | value | up to 4 KB | up to 8 KB |
# | parameters in a Region | 10,000 | 100,000 |
# | price | none | per parameter and month |
# | more | | policies, such as an end date; sharing with accounts; no way back to standard |
#
# A **SecureString** is a parameter whose value is encrypted with a KMS key: read it with `WithDecryption=True`, and keep it for its time (idea 5).
# Under AWS's own key, `aws/ssm`, the role needs only `ssm:GetParameter`. Under a key of yours it needs `kms:Decrypt` too. Below, the function tries with one permission, then with both.
# ([Tiers](https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html), read in October 2026.)

# %% tags=["run"]
read_password = lab.file("app.py", '''\
import boto3

ssm = boto3.client("ssm")

def handler(event, context):
    found = ssm.get_parameter(Name="/shop/live/mail/password", WithDecryption=True)
    return {"characters": len(found["Parameter"]["Value"])}
''')
key = lab.client("kms").create_key(Description="the shop's own")["KeyMetadata"]["Arn"]
ssm.put_parameter(
    Name="/shop/live/mail/password", Value="ink-and-paper", Type="SecureString", KeyId=key
)
may_read = {
    "Effect": "Allow",
    "Action": "ssm:GetParameter",
    "Resource": f"arn:aws:ssm:{ACCOUNT}:parameter/shop/live/mail/password",
}
may_decrypt = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
role = lab.execution_role("password-demo", may_read)
lab.deploy(read_password, "password-demo", Role=role, Timeout=10)
refused = lab.invoke("password-demo")
lab.execution_role("password-demo", may_read, may_decrypt)
allowed = lab.invoke("password-demo")

print("without kms:Decrypt →", refused.error_type)
print("with it →", allowed.payload)
decision_view(lab.records(), principal="password-demo", allowed=False)

# %% [markdown] teaches=["14-08", "13-07", "SAA-C03 1.2"]
# ## Secrets Manager
#
# **AWS Secrets Manager** keeps secrets: up to 64 KB each, always encrypted, each in versions with labels.
# `AWSCURRENT` is on the version in use, `AWSPREVIOUS` on the one before. Reading without a label gives the current one.
#
# An ARN of a secret ends in a hyphen and six characters that Secrets Manager chooses.
# In a policy write `-??????` for them: six unknown characters. The name alone matches nothing, and `-*` also matches `payment-key-old`.

# %% tags=["run"]
secret = secrets.create_secret(Name="shop/payment-key", SecretString="pk-new")
print(secret["ARN"][:-6] + "??????")
print(secrets.get_secret_value(SecretId="shop/payment-key")["SecretString"])

# %% [markdown] teaches=["13-05", "14-08", "claim 31"]
# ### Exercise 8.3 · The key, out of sight
#
# **Given** the secret `shop/payment-key`. A file `payments.py` travels in the zip: `charge(key, order)` returns the cents paid, or raises `WrongKey`.
# (The notebook has no such file, so the import stands inside the function.)
#
# **Goal** the function takes the key from the secret. `variables_8_3` become its variables, and `SECRET_ID` among them names the secret. It answers `{"order_id": …, "paid_cents": …}`.
# `statement` lets its role read this secret and nothing else. The key stands in no variable and no log.
#
# **Done when** two orders are paid with a key that the check has put into the secret.

# %% tags=["exercise-8.3"]
variables_8_3 = {"SECRET_ID": "shop/payment-key"}  # SOLUTION
statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": f"arn:aws:secretsmanager:{ACCOUNT}:secret:shop/payment-key-??????"}  # SOLUTION

# %% tags=["exercise-8.3"]
import os

import boto3

secrets_client = boto3.client("secretsmanager")


def charge_card(event, context):
    from payments import charge

    # SOLUTION: read the key from the secret, charge the order, answer with id and cents
    found = secrets_client.get_secret_value(SecretId=os.environ["SECRET_ID"])
    paid = charge(found["SecretString"], event)
    return {"order_id": event["order_id"], "paid_cents": paid}
    # END SOLUTION

# %% tags=["check-8.3"]
lab.check("8.3", charge_card, variables_8_3, statement)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The configuration holds a name, and a name is no secret. The key is read with the role's permission, which is recorded and can be taken away.
# The six question marks stand for the characters at the end of the ARN.
#
# An alternative is the whole ARN in `Resource`: exact, and it has to be written anew when the secret is deleted and made again.
#
# In production, read the key once and keep it for a while (8.4): each read takes time, and is billed. With a key of your own in KMS, the role needs `kms:Decrypt` too. And the old key is still in version 1 of the function, so it must be changed at the provider.

# %% tags=["wrong-8.3"] expect="ends in a hyphen and six characters"
# the name is not the whole ARN
statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": f"arn:aws:secretsmanager:{ACCOUNT}:secret:shop/payment-key"}

# %% tags=["wrong-8.3"] expect="may also read the secret shop/mail-login"
# every secret of the account
statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}

# %% tags=["wrong-8.3"] expect="may also change"
# every action on the right secret
statement = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": f"arn:aws:secretsmanager:{ACCOUNT}:secret:shop/payment-key-??????"}

# %% tags=["wrong-8.3"] expect="The log holds the key"
# a line for debugging
import os

import boto3

secrets_client = boto3.client("secretsmanager")


def charge_card(event, context):
    from payments import charge

    found = secrets_client.get_secret_value(SecretId=os.environ["SECRET_ID"])
    print("read", found["SecretString"])
    return {"order_id": event["order_id"], "paid_cents": charge(found["SecretString"], event)}

# %% tags=["wrong-8.3"] expect="did not come from the secret"
# in the code it is safe from the console
def charge_card(event, context):
    from payments import charge

    return {"order_id": event["order_id"], "paid_cents": charge("pk-new", event)}

# %% tags=["wrong-8.3"] expect="Whoever may read the configuration reads it too"
# the key stays where it was: it is encrypted there, is it not?
variables_8_3 = {"PAYMENT_KEY": "pk-new"}


def charge_card(event, context):
    import os

    from payments import charge

    return {"order_id": event["order_id"], "paid_cents": charge(os.environ["PAYMENT_KEY"], event)}

# %% tags=["wrong-8.3"] expect="base64 is a spelling"
# hides the key, as a spelling
variables_8_3 = {"PAYMENT_KEY": "cGstbmV3"}


def charge_card(event, context):
    import base64
    import os

    from payments import charge

    key = base64.b64decode(os.environ["PAYMENT_KEY"]).decode()
    return {"order_id": event["order_id"], "paid_cents": charge(key, event)}

# %% tags=["wrong-8.3"] expect="may also read the secret shop/payment-key-old"
# a star for the six characters
variables_8_3 = {"SECRET_ID": "shop/payment-key"}
statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": f"arn:aws:secretsmanager:{ACCOUNT}:secret:shop/payment-key-*"}

# %% tags=["wrong-8.3"] expect="without SECRET_ID"
# the name in the code
variables_8_3 = {"SHOP": "Halftone"}
statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": f"arn:aws:secretsmanager:{ACCOUNT}:secret:shop/payment-key-??????"}

# %% tags=["wrong-8.3"] expect="charge got a dict where the key belongs"
# order and key, the wrong way round
import os

import boto3

secrets_client = boto3.client("secretsmanager")


def charge_card(event, context):
    from payments import charge

    key = secrets_client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"]
    return {"order_id": event["order_id"], "paid_cents": charge(event, key)}

# %% tags=["wrong-8.3"] expect="The variable SECRET_ID names the secret"
# reads a secret that nobody made
import boto3

secrets_client = boto3.client("secretsmanager")


def charge_card(event, context):
    from payments import charge

    key = secrets_client.get_secret_value(SecretId="shop/payment-keys")["SecretString"]
    return {"order_id": event["order_id"], "paid_cents": charge(key, event)}

# %% tags=["alternative-8.3"]
# the whole ARN, and a small function of its own
import os

import boto3

variables_8_3 = {"SECRET_ID": secret["ARN"], "SHOP": "Halftone"}
statement = {
    "Effect": "Allow",
    "Action": ["secretsmanager:GetSecretValue"],
    "Resource": [secret["ARN"]],
}


def payment_key():
    client = boto3.client("secretsmanager")
    return client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"]


def charge_card(event, context):
    import payments

    return {"order_id": event["order_id"], "paid_cents": payments.charge(payment_key(), event)}

# %% [markdown]
# **Predict.** Secrets Manager can rotate secrets. `shop/payment-key` was made with one call of `create_secret`. What happens to it in the next 90 days?
#
# - A — it is rotated every 30 days: that is what Secrets Manager is for
# - B — nothing: it stays as it is
# - C — it expires, and reading it fails

# %% tags=["predict-8.e"]
lab.predict("8.e", ...)

# %% [markdown] teaches=["14-05"]
# **Rotation** replaces a secret on a schedule. For that, Secrets Manager calls a function of yours four times with the same new version.
# Here `payments-demo` plays the payment provider; it keeps the key it accepts in a parameter of its own.

# %% tags=["run"]
provider = lab.file("app.py", '''\
import boto3

ssm = boto3.client("ssm")
KEY = "/payments-demo/key"

def handler(event, context):
    known = ssm.get_parameter(Name=KEY, WithDecryption=True)["Parameter"]["Value"]
    if event["key"] != known:
        return {"error": "the provider does not know this key"}
    if "new_key" in event:
        ssm.put_parameter(Name=KEY, Value=event["new_key"], Type="SecureString", Overwrite=True)
    return {"paid_cents": event.get("total_cents", 0)}
''')
rotation = lab.file("app.py", '''\
import json, secrets
import boto3

manager = boto3.client("secretsmanager")
lambda_ = boto3.client("lambda")

def ask_provider(**question):
    answer = lambda_.invoke(FunctionName="payments-demo", Payload=json.dumps(question))
    assert "error" not in json.load(answer["Payload"])

def handler(event, context):
    secret, token = event["SecretId"], event["ClientRequestToken"]

    def key(label):
        return manager.get_secret_value(SecretId=secret, VersionStage=label)["SecretString"]

    match event["Step"]:
        case "createSecret":
            manager.put_secret_value(
                SecretId=secret, ClientRequestToken=token, VersionStages=["AWSPENDING"],
                SecretString="pk-" + secrets.token_hex(8))
        case "setSecret":
            ask_provider(key=key("AWSCURRENT"), new_key=key("AWSPENDING"))
        case "testSecret":
            ask_provider(key=key("AWSPENDING"))
        case "finishSecret":
            stages = manager.describe_secret(SecretId=secret)["VersionIdsToStages"]
            current = next(v for v, labels in stages.items() if "AWSCURRENT" in labels)
            manager.update_secret_version_stage(
                SecretId=secret, VersionStage="AWSCURRENT",
                MoveToVersionId=token, RemoveFromVersionId=current)
''')

ssm.put_parameter(Name="/payments-demo/key", Value="pk-new", Type="SecureString")
own_key = {
    "Effect": "Allow",
    "Action": ["ssm:GetParameter", "ssm:PutParameter"],
    "Resource": f"arn:aws:ssm:{ACCOUNT}:parameter/payments-demo/key",
}
SECRET = f"arn:aws:secretsmanager:{ACCOUNT}:secret:shop/payment-key-??????"
read_secret = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": SECRET}
ask_provider = {
    "Effect": "Allow",
    "Action": "lambda:InvokeFunction",
    "Resource": f"arn:aws:lambda:{ACCOUNT}:function:payments-demo",
}
change_secret = {
    "Effect": "Allow",
    "Action": [
        "secretsmanager:DescribeSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    ],
    "Resource": SECRET,
}
role = lab.execution_role("payments-demo", own_key)
lab.deploy(provider, "payments-demo", Role=role, Timeout=10)
role = lab.execution_role("rotation-demo", read_secret, change_secret, ask_provider)
rotation_arn = lab.deploy(rotation, "rotation-demo", Role=role, Timeout=30)
permission = lambda_.add_permission(
    FunctionName="rotation-demo",
    StatementId="secrets-manager",
    Action="lambda:InvokeFunction",
    Principal="secretsmanager.amazonaws.com",
    SourceAccount="123456789012",
)

# %% tags=["run"]
def rotate():
    began = len(lab.records(kind="rotation.step"))
    secrets.rotate_secret(
        SecretId="shop/payment-key",
        RotationLambdaARN=rotation_arn,
        RotationRules={"AutomaticallyAfterDays": 30},
    )
    lab.wait_until(
        lambda: len(lab.records(kind="rotation.step")) == began + 4, 30, "four steps of rotation"
    )
    return lab.records(kind="rotation.step")[began:]


before = secrets.describe_secret(SecretId="shop/payment-key")
print("rotation set up before:", before.get("RotationEnabled", False))
print([step["step"] for step in rotate()])
current = secrets.get_secret_value(SecretId="shop/payment-key")
print("a new key under AWSCURRENT:", current["SecretString"] != "pk-new")
lab.saw("8.e")

# %% [markdown] teaches=["14-05", "DVA-C03 2.2", "SOA-C03 4.2"]
# **What we saw.** A secret is rotated only when you set rotation up: a function, a permission for Secrets Manager, and a schedule. The first rotation starts at once.
#
# | step | what the function does |
# |---|---|
# | `createSecret` | makes a new key, labelled `AWSPENDING` |
# | `setSecret` | tells the provider or database |
# | `testSecret` | logs in with the new key |
# | `finishSecret` | moves `AWSCURRENT` to it |
#
# If a step fails, the old key keeps its label. Each step may come again, so production code looks first whether its work is done. For databases such as RDS, AWS provides the function, or rotates without one.

# %% [markdown] teaches=["14-04"]
# ## Keeping a value for a while
#
# Reading a secret for every event costs time and money, and stores refuse too many calls. So a function *caches*: it keeps the value in a global.
# A cache needs a **time to live** (TTL), after which the value is read again. How long is your choice: no store has a setting for it.
#
# A long TTL keeps an old key. A short one asks often. What else can tell that a key is old?

# %% [markdown]
# **Predict.** The function below reads the key at its first event and keeps it. Then the key is rotated. What does the next order meet?
#
# - A — the new key: rotation ends the environments of functions that use the secret
# - B — `WrongKey`, for every order that this environment gets
# - C — `WrongKey` once, then the new key

# %% tags=["predict-8.f"]
lab.predict("8.f", ...)

# %% tags=["demo"]
import os
from functools import cache

import boto3


@cache
def kept_key():
    client = boto3.client("secretsmanager")
    return client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"]


def charge_kept(event, context):
    from payments import charge

    return {"order_id": event["order_id"], "paid_cents": charge(kept_key(), event)}

# %% tags=["run"]
payments = '''\
import json
import boto3

lambda_ = boto3.client("lambda")

class WrongKey(Exception):
    """The provider does not know the key."""

def charge(key, order):
    question = json.dumps({"key": key, "total_cents": order["total_cents"]})
    answer = json.load(lambda_.invoke(FunctionName="payments-demo", Payload=question)["Payload"])
    if "error" in answer:
        raise WrongKey(answer["error"])
    return answer["paid_cents"]
'''
role = lab.execution_role("kept-demo", read_secret, ask_provider)
package = lab.zip(charge_kept, files={"payments.py": payments})
lab.deploy(
    package,
    "kept-demo",
    Handler="app.charge_kept",
    Role=role,
    Timeout=10,
    Environment={"Variables": {"SECRET_ID": "shop/payment-key"}},
)
print("before:", lab.invoke("kept-demo", order).payload)
rotate()
for _ in range(3):
    print("after:", lab.invoke("kept-demo", order).error_type)
lab.saw("8.f")

# %% [markdown] teaches=["14-04", "14-07", "DVA-C03 1.2", "SOA-C03 4.2"]
# **What we saw.** Nobody tells an environment that a secret has changed. It fails until it ends, hours later perhaps.
# That is Monday's ticket. A deployment "repairs" it, because it starts new environments.
#
# The cure: read again after a time, and *at once* when a login fails. A second failure is a real one.
#
# ### Exercise 8.4 · A new key, and no order lost
#
# **Given** the variables `SECRET_ID` and `CACHE_SECONDS`, and `payments.py` as in 8.3.
#
# **Goal** the key is read once, kept for `CACHE_SECONDS`, then read again.
# After `WrongKey` the function reads it anew and charges once more. If that fails too, `WrongKey` leaves the handler.
#
# **Done when** orders are paid before and right after a rotation, with few reads, and a key that stays wrong fails soon.

# %% tags=["exercise-8.4"]
import os
import time

import boto3

secrets_client = boto3.client("secretsmanager")
kept = {"key": None, "until": 0.0}


def payment_key(fresh=False):
    # SOLUTION: return the kept key, or read and keep it when it is too old or must be fresh
    if fresh or time.time() >= kept["until"]:
        found = secrets_client.get_secret_value(SecretId=os.environ["SECRET_ID"])
        kept["key"] = found["SecretString"]
        kept["until"] = time.time() + float(os.environ["CACHE_SECONDS"])
    return kept["key"]
    # END SOLUTION


def charge_card(event, context):
    from payments import WrongKey, charge

    # SOLUTION: charge with the kept key; after WrongKey once more, with a fresh one
    try:
        paid = charge(payment_key(), event)
    except WrongKey:
        paid = charge(payment_key(fresh=True), event)
    return {"order_id": event["order_id"], "paid_cents": paid}
    # END SOLUTION

# %% tags=["check-8.4"]
lab.check("8.4", charge_card)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The kept key serves almost all orders. When it is old, the provider says so, and one more read brings the new key before the customer notices.
# One retry is enough: a fresh key that fails is wrong, and a loop would only hide it.
#
# An alternative is a library, such as Powertools or the extension, both under "More"; ask it for a fresh value (`force_fetch`, `refreshNow`) when a login fails.
#
# In production, count those second tries: many of them mean that something rotates too often, or that the secret is broken. Repeat only what is safe to repeat; here the first charge was refused, so nothing was paid (lab 10).

# %% tags=["wrong-8.4"] expect="Nobody tells an environment"
# a cache that never expires
import os
from functools import cache

import boto3


@cache
def payment_key():
    client = boto3.client("secretsmanager")
    return client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"]


def charge_card(event, context):
    from payments import charge

    return {"order_id": event["order_id"], "paid_cents": charge(payment_key(), event)}

# %% tags=["wrong-8.4"] expect="read the secret 3 times"
# no cache: always right, and always asking
import os

import boto3

secrets_client = boto3.client("secretsmanager")


def charge_card(event, context):
    from payments import charge

    key = secrets_client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"]
    return {"order_id": event["order_id"], "paid_cents": charge(key, event)}

# %% tags=["wrong-8.4"] expect="Nobody tells an environment"
# a time to live alone: up to five minutes of failures
import os
import time

import boto3

secrets_client = boto3.client("secretsmanager")
kept = {"until": 0.0}


def charge_card(event, context):
    from payments import charge

    if time.time() >= kept["until"]:
        found = secrets_client.get_secret_value(SecretId=os.environ["SECRET_ID"])
        kept.update(key=found["SecretString"], until=time.time() + float(os.environ["CACHE_SECONDS"]))
    return {"order_id": event["order_id"], "paid_cents": charge(kept["key"], event)}

# %% tags=["wrong-8.4"] expect="once more with the key that had failed"
# tries again, and asks the same cache
import os
from functools import cache

import boto3


@cache
def payment_key():
    client = boto3.client("secretsmanager")
    return client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"]


def charge_card(event, context):
    from payments import WrongKey, charge

    try:
        paid = charge(payment_key(), event)
    except WrongKey:
        paid = charge(payment_key(), event)
    return {"order_id": event["order_id"], "paid_cents": paid}

# %% tags=["wrong-8.4"] expect="Keep the key that you read after WrongKey"
# uses the fresh key once, and keeps the old one
import os
import time

import boto3

secrets_client = boto3.client("secretsmanager")
kept = {"until": 0.0}


def read():
    return secrets_client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"]


def charge_card(event, context):
    from payments import WrongKey, charge

    if time.time() >= kept["until"]:
        kept.update(key=read(), until=time.time() + float(os.environ["CACHE_SECONDS"]))
    try:
        paid = charge(kept["key"], event)
    except WrongKey:
        paid = charge(read(), event)
    return {"order_id": event["order_id"], "paid_cents": paid}

# %% tags=["wrong-8.4"] expect="after CACHE_SECONDS"
# learns only from failures
import os
from functools import cache

import boto3


@cache
def payment_key():
    client = boto3.client("secretsmanager")
    return client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"]


def charge_card(event, context):
    from payments import WrongKey, charge

    try:
        paid = charge(payment_key(), event)
    except WrongKey:
        payment_key.cache_clear()
        paid = charge(payment_key(), event)
    return {"order_id": event["order_id"], "paid_cents": paid}

# %% tags=["wrong-8.4"] expect="once more is enough"
# does not give up
import os
import time

import boto3

secrets_client = boto3.client("secretsmanager")
kept = {"until": 0.0}


def charge_card(event, context):
    from payments import WrongKey, charge

    while True:
        if time.time() >= kept["until"]:
            found = secrets_client.get_secret_value(SecretId=os.environ["SECRET_ID"])
            kept.update(key=found["SecretString"], until=time.time() + float(os.environ["CACHE_SECONDS"]))
        try:
            return {"order_id": event["order_id"], "paid_cents": charge(kept["key"], event)}
        except WrongKey:
            kept["until"] = 0.0
            time.sleep(0.05)

# %% tags=["wrong-8.4"] expect="let WrongKey leave the handler"
# an order that was not paid looks like one that was
import os
import time

import boto3

secrets_client = boto3.client("secretsmanager")
kept = {"until": 0.0}


def read():
    found = secrets_client.get_secret_value(SecretId=os.environ["SECRET_ID"])
    kept.update(key=found["SecretString"], until=time.time() + float(os.environ["CACHE_SECONDS"]))


def charge_card(event, context):
    from payments import WrongKey, charge

    if time.time() >= kept["until"]:
        read()
    for _ in range(2):
        try:
            return {"order_id": event["order_id"], "paid_cents": charge(kept["key"], event)}
        except WrongKey:
            read()
    return {"order_id": event["order_id"], "paid_cents": 0}

# %% tags=["alternative-8.4"]
# a cache by its window of time: the argument changes when the time is over
import os
import time
from functools import lru_cache

import boto3


@lru_cache(maxsize=1)
def key_of(window):
    client = boto3.client("secretsmanager")
    return client.get_secret_value(SecretId=os.environ["SECRET_ID"])["SecretString"]


def charge_card(event, context):
    import payments

    window = int(time.time() // float(os.environ["CACHE_SECONDS"]))
    try:
        paid = payments.charge(key_of(window), event)
    except payments.WrongKey:
        key_of.cache_clear()
        paid = payments.charge(key_of(window), event)
    return dict(order_id=event["order_id"], paid_cents=paid)

# %% [markdown]
# ## Recap
#
# - Setting variables replaces the whole map; whoever may read the configuration reads them in clear.
# - A version is a picture of code and settings; an alias is a name that moves, also back.
# - Parameters come ten a page. Under a key of your own, reading them takes `kms:Decrypt` too.
# - A secret rotates when you set it up: four steps of a function, and labels that move.
# - A cache needs a time to live, and one fresh read when a login fails.

# %% [markdown]
# ## Heard elsewhere
#
# Four sentences from articles about Lambda. Before you run the cell, mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-8.g"] teaches=["13-05", "14-03", "14-04", "14-05", "claim 31", "claim 33"]
lab.predict("8.g", ...)  # Environment variables hold credentials and connection strings.
lab.predict("8.h", ...)  # One call reads a whole tree of parameters.
lab.predict("8.i", ...)  # Secrets Manager rotates your secrets on a schedule.
lab.predict("8.j", ...)  # A parameter's time to live says when functions read it again.
display(lab.saw("8.g"), lab.saw("8.h"), lab.saw("8.i"), lab.saw("8.j"))

# %% [markdown]
# ## In real AWS
#
# Where this lab met something that AWS does in another way:

# %% tags=["run"]
lab.fidelity()

# %% [markdown]
# ## Receipt
#
# What your functions would have cost on AWS. Secrets Manager bills each secret by the month and its calls; standard parameters are free.

# %% tags=["run", "nbval-ignore-output"]
# not compared: what is billed differs from run to run
lab.receipt()

# %% [markdown]
# ## Questions
#
# Answer in your head or on paper, then open the reasons.

# %% tags=["run"]
lab.questions()

# %% [markdown] teaches=["14-01", "14-03", "claim 33"]
# ## More
#
# Two stretch exercises, and libraries that cache for you; about 20 minutes. You close the lab without them, and master it with them.
#
# ### Exercise 8.2 · A tree of 23
#
# **Given** parameters below a path such as `/shop/live`, some of them deeper, one a SecureString. The event is `{"path": "/shop/live"}`.
#
# **Goal** the answer maps each name below the path to its value: `/shop/live/mail/host` becomes `mail/host`. Encrypted values come in clear.
#
# **Done when** trees of 23, of 4 and of none are complete, with at most three calls for the 23.

# %% tags=["exercise-8.2"]
import boto3

ssm_client = boto3.client("ssm")


def settings(event, context):
    # SOLUTION: return every parameter below event["path"], by its name below the path
    pages = ssm_client.get_paginator("get_parameters_by_path").paginate(
        Path=event["path"], Recursive=True, WithDecryption=True
    )
    start = len(event["path"]) + 1
    return {p["Name"][start:]: p["Value"] for page in pages for p in page["Parameters"]}
    # END SOLUTION

# %% tags=["check-8.2"]
lab.check("8.2", settings)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The paginator calls again for as long as there is a `NextToken`. `Recursive` goes below the first level, and `WithDecryption` gives encrypted values in clear.
#
# An alternative is the loop by hand, with `NextToken` in the next call; or Powertools' `get_parameters`, which pages too.
#
# In production, read the tree once for each environment and keep it for a while. A page may be empty and still have a token, so look at the token, not at the number. Give the role the path, not every parameter.

# %% tags=["wrong-8.2"] expect="a page has ten"
# one call
import boto3

ssm_client = boto3.client("ssm")


def settings(event, context):
    page = ssm_client.get_parameters_by_path(Path=event["path"], Recursive=True, WithDecryption=True)
    return {p["Name"].removeprefix(event["path"] + "/"): p["Value"] for p in page["Parameters"]}

# %% tags=["wrong-8.2"] expect="deeper than one level"
# the first level only
import boto3

ssm_client = boto3.client("ssm")


def settings(event, context):
    pages = ssm_client.get_paginator("get_parameters_by_path")
    found = {}
    for page in pages.paginate(Path=event["path"], WithDecryption=True):
        for p in page["Parameters"]:
            found[p["Name"].removeprefix(event["path"] + "/")] = p["Value"]
    return found

# %% tags=["wrong-8.2"] expect="is still encrypted"
# encrypted text in place of a password
import boto3

ssm_client = boto3.client("ssm")


def settings(event, context):
    pages = ssm_client.get_paginator("get_parameters_by_path")
    found = {}
    for page in pages.paginate(Path=event["path"], Recursive=True):
        for p in page["Parameters"]:
            found[p["Name"].removeprefix(event["path"] + "/")] = p["Value"]
    return found

# %% tags=["wrong-8.2"] expect="without the path in front"
# whole names
import boto3

ssm_client = boto3.client("ssm")


def settings(event, context):
    pages = ssm_client.get_paginator("get_parameters_by_path")
    found = {}
    for page in pages.paginate(Path=event["path"], Recursive=True, WithDecryption=True):
        found.update({p["Name"]: p["Value"] for p in page["Parameters"]})
    return found

# %% tags=["wrong-8.2"] expect="only the last part of the name"
# two parameters called password become one
import boto3

ssm_client = boto3.client("ssm")


def settings(event, context):
    pages = ssm_client.get_paginator("get_parameters_by_path")
    found = {}
    for page in pages.paginate(Path=event["path"], Recursive=True, WithDecryption=True):
        found.update({p["Name"].rpartition("/")[2]: p["Value"] for p in page["Parameters"]})
    return found

# %% tags=["wrong-8.2"] expect="at most 3"
# pages of one
import boto3

ssm_client = boto3.client("ssm")


def settings(event, context):
    pages = ssm_client.get_paginator("get_parameters_by_path")
    asked = {"Path": event["path"], "Recursive": True, "WithDecryption": True, "MaxResults": 1}
    found = {}
    for page in pages.paginate(**asked):
        for p in page["Parameters"]:
            found[p["Name"].removeprefix(event["path"] + "/")] = p["Value"]
    return found

# %% tags=["wrong-8.2"] expect="removeprefix takes away a text"
# strips letters, where a text was meant
import boto3

ssm_client = boto3.client("ssm")


def settings(event, context):
    pages = ssm_client.get_paginator("get_parameters_by_path")
    found = {}
    for page in pages.paginate(Path=event["path"], Recursive=True, WithDecryption=True):
        found.update({p["Name"].lstrip(event["path"] + "/"): p["Value"] for p in page["Parameters"]})
    return found

# %% tags=["wrong-8.2"] expect="Every name begins with a slash"
import boto3

ssm_client = boto3.client("ssm")


def settings(event, context):
    pages = ssm_client.get_paginator("get_parameters_by_path")
    found = {}
    for page in pages.paginate(Path=event["path"], Recursive=True, WithDecryption=True):
        found.update({p["Name"].removeprefix(event["path"]): p["Value"] for p in page["Parameters"]})
    return found

# %% tags=["alternative-8.2"]
# the token by hand
import boto3

ssm_client = boto3.client("ssm")


def settings(event, context):
    found, more = {}, {}
    while True:
        page = ssm_client.get_parameters_by_path(
            Path=event["path"], Recursive=True, WithDecryption=True, **more
        )
        for p in page["Parameters"]:
            found[p["Name"].removeprefix(f"{event['path']}/")] = p["Value"]
        if "NextToken" not in page:
            return found
        more = {"NextToken": page["NextToken"]}

# %% [markdown]
# **Others have written the cache.** AWS's Parameters and Secrets extension is a layer: a second program in the environment that answers on port 2773.
# It keeps values for 300 s, up to 1,000 of them, and wants the session token, so that only your function can ask.

# %% tags=["demo"]
import json
import os
from urllib.request import Request, urlopen


def charge_by_port(event, context):
    port = os.environ.get("PARAMETERS_SECRETS_EXTENSION_HTTP_PORT", "2773")
    url = f"http://localhost:{port}/secretsmanager/get?secretId={os.environ['SECRET_ID']}"
    token = {"X-Aws-Parameters-Secrets-Token": os.environ["AWS_SESSION_TOKEN"]}
    with urlopen(Request(url, headers=token)) as found:
        return {"characters": len(json.load(found)["SecretString"])}

# %% tags=["run"]
extension = "AWS-Parameters-and-Secrets-Lambda-Extension"
lab.deploy(
    charge_by_port,
    "extension-demo",
    Role=lab.execution_role("extension-demo", read_secret),
    Layers=[f"arn:aws:lambda:us-east-1:177933569100:layer:{extension}:12"],
    Environment={"Variables": {"SECRET_ID": "shop/payment-key"}},
)
print([lab.invoke("extension-demo").payload for _ in range(3)])
reads = lab.records(kind="decision", action="secretsmanager:GetSecretValue")
print("reads of the secret:", sum("extension-demo" in read["principal"] for read in reads))

# %% [markdown] teaches=["14-06", "14-07"]
# Three events, one read, and no AWS SDK in the code. `&refreshNow=true` asks past the cache; `SECRETS_MANAGER_TTL` sets another time.
# Powertools for AWS Lambda, a library, does it inside Python:
#
# ```python
# from aws_lambda_powertools.utilities import parameters
#
# key = parameters.get_secret("shop/payment-key", max_age=300)
# key = parameters.get_secret("shop/payment-key", force_fetch=True)  # after a login failed
# prices = parameters.get_parameters("/shop/live", recursive=True)  # follows every page
# ```

# %% [markdown]
# **When the store says no.** `lab.fault` makes AWS fail on demand. Parameter Store throttles accounts that ask too often, and a whole fleet of cold starts does.

# %% tags=["run"]
display(lab.fault("ssm:GetParameter", "ThrottlingException", times=1))
impatient = boto3.client("ssm", config=boto3.session.Config(retries={"total_max_attempts": 1}))
for _ in range(2):
    try:
        value = impatient.get_parameter(Name="/shop/live/price-01")["Parameter"]["Value"]
        print("the value is", value)
    except ClientError as refusal:
        print(refusal.response["Error"]["Code"])

# %% [markdown] teaches=["14-07", "DVA-C03 4.1"]
# ### Exercise 8.5 · The store is throttled
#
# **Given** a client that tries twice, and the variables `PARAMETER` and `CACHE_SECONDS`. The value is a number of cents, as text.
#
# **Goal** the answer is `{"free_from_cents": …}`, an int. The value is kept for `CACHE_SECONDS`.
# When reading it again fails, the old value serves on. A function that never had a value fails.
#
# **Done when** orders are served while the store is throttled, each with one call of the client at most; a change is seen once the store answers again.

# %% tags=["exercise-8.5"]
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ssm_client = boto3.client("ssm", config=Config(retries={"total_max_attempts": 2}))
known = {}


def shipping(event, context):
    # SOLUTION: return the value, kept for CACHE_SECONDS; the old one while the store fails
    if time.time() >= known.get("until", 0.0):
        try:
            found = ssm_client.get_parameter(Name=os.environ["PARAMETER"])
            known["cents"] = int(found["Parameter"]["Value"])
            known["until"] = time.time() + float(os.environ["CACHE_SECONDS"])
        except ClientError as refusal:
            if "cents" not in known:
                raise
            print("kept the old value:", refusal.response["Error"]["Code"])
    return {"free_from_cents": known["cents"]}
    # END SOLUTION

# %% tags=["check-8.5"]
lab.check("8.5", shipping)

# %% [markdown] tags=["solution-only"]
# **Why this works.** A price of five minutes ago is better than no shop. The old value is kept aside of its time to live, so that it outlives it.
# Without any value, failing is honest: an invented number would be charged to customers.
#
# An alternative is to lengthen the time after a failure, say by ten seconds, so that a throttled store is asked less. That is kinder to the store; the check here wants the new value with the next order.
#
# In production, bound how old a value may become, and count these failures in a metric. Do not hide an AccessDenied for ever. For a *key*, an old value may be a wrong one: combine this with 8.4.

# %% tags=["wrong-8.5"] expect="ThrottlingException"
# no plan for failure
import os
import time

import boto3
from botocore.config import Config

ssm_client = boto3.client("ssm", config=Config(retries={"total_max_attempts": 2}))
known = {"until": 0.0}


def shipping(event, context):
    if time.time() >= known["until"]:
        found = ssm_client.get_parameter(Name=os.environ["PARAMETER"])
        known["cents"] = int(found["Parameter"]["Value"])
        known["until"] = time.time() + float(os.environ["CACHE_SECONDS"])
    return {"free_from_cents": known["cents"]}

# %% tags=["wrong-8.5"] expect="a number that nobody set"
# invents a value
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ssm_client = boto3.client("ssm", config=Config(retries={"total_max_attempts": 2}))
known = {"cents": 0, "until": 0.0}


def shipping(event, context):
    if time.time() >= known["until"]:
        try:
            found = ssm_client.get_parameter(Name=os.environ["PARAMETER"])
            known["cents"] = int(found["Parameter"]["Value"])
            known["until"] = time.time() + float(os.environ["CACHE_SECONDS"])
        except ClientError:
            print("the store fails")
    return {"free_from_cents": known["cents"]}

# %% tags=["wrong-8.5"] expect="The store answers again"
# reads once, and is never throttled again
import os
from functools import cache

import boto3
from botocore.config import Config

ssm_client = boto3.client("ssm", config=Config(retries={"total_max_attempts": 2}))


@cache
def cents():
    return int(ssm_client.get_parameter(Name=os.environ["PARAMETER"])["Parameter"]["Value"])


def shipping(event, context):
    return {"free_from_cents": cents()}

# %% tags=["wrong-8.5"] expect="makes a throttled store slower"
# tries harder
import os
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ssm_client = boto3.client("ssm", config=Config(retries={"total_max_attempts": 1}))
known = {"until": 0.0}


def shipping(event, context):
    for _ in range(5):
        if time.time() < known["until"]:
            break
        try:
            found = ssm_client.get_parameter(Name=os.environ["PARAMETER"])
            known["cents"] = int(found["Parameter"]["Value"])
            known["until"] = time.time() + float(os.environ["CACHE_SECONDS"])
            break
        except ClientError:
            continue
    return {"free_from_cents": known["cents"]}

# %% tags=["wrong-8.5"] expect="CACHE_SECONDS"
# survives, and asks for every order
import os

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ssm_client = boto3.client("ssm", config=Config(retries={"total_max_attempts": 2}))
known = {}


def shipping(event, context):
    try:
        found = ssm_client.get_parameter(Name=os.environ["PARAMETER"])
        known["cents"] = int(found["Parameter"]["Value"])
    except ClientError:
        if not known:
            raise
    return {"free_from_cents": known["cents"]}

# %% tags=["alternative-8.5"]
# reading and keeping as two functions
import os
import time

import boto3
from botocore.config import Config

ssm_client = boto3.client("ssm", config=Config(retries={"total_max_attempts": 2}))
value = None
read_at = float("-inf")


def read():
    return int(ssm_client.get_parameter(Name=os.environ["PARAMETER"])["Parameter"]["Value"])


def shipping(event, context):
    global value, read_at
    if time.time() - read_at >= float(os.environ["CACHE_SECONDS"]):
        try:
            value, read_at = read(), time.time()
        except Exception:
            if value is None:
                raise
    return {"free_from_cents": value}

# %% [markdown]
# ## Clean up
#
# Deletes what this lab made. On AWS, too, delete what you no longer use.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **09 · Concurrency and scaling**: how many events at once, and who decides.
# Close this tab. In the terminal press Ctrl+C, then run `python3 kit.py lab 09`.
