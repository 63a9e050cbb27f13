"""Pushed events: what S3, SNS and CloudWatch Logs send, and what they never do here."""

from __future__ import annotations

import base64
import json
import socket

from tools.fidelity.account import EMPTY, ProbedAccount, fetch, outcome, until
from tools.fidelity.rows import Area

AREA = Area("Pushed events: S3, SNS, Logs")
TELLS = "import json\ndef handler(event, context):\n    print('EVENT ' + json.dumps(event))\n"
SNS = "https://docs.aws.amazon.com/sns/latest/dg/"


@AREA.row(
    "sns-signature",
    "SNS signs each message; the certificate's address is in it.",
    f"{SNS}sns-verify-signature-of-message.html",
)
def sns_signature(account: ProbedAccount) -> str:
    """Publish to a queue, and look at the signature and its certificate."""
    url, arn = account.queue()
    sns = account.client("sns")
    topic = sns.create_topic(Name=account.name())["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.publish(TopicArn=topic, Message="x")
    (message,) = account.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    body = json.loads(message["Body"])
    size = len(base64.b64decode(body["Signature"]))
    host = body["SigningCertURL"].split("/")[2]
    return (
        f"The form only: {size} bytes that no key made. The address is one of {host}, whose "
        "certificate does not fit them."
    )


@AREA.row(
    "sns-http",
    "HTTP(S) endpoints and e-mail addresses can subscribe to a topic.",
    f"{SNS}sns-create-subscribe-endpoint-to-topic.html",
)
def sns_http(account: ProbedAccount) -> str:
    """Subscribe an address of this computer, publish, and see whether somebody calls."""
    sns = account.client("sns")
    topic = sns.create_topic(Name=account.name())["TopicArn"]
    mail = outcome(sns.subscribe, TopicArn=topic, Protocol="email", Endpoint="a@example.com")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.5)
        port = server.getsockname()[1]
        address = f"http://127.0.0.1:{port}/"
        web = outcome(sns.subscribe, TopicArn=topic, Protocol="http", Endpoint=address)
        sns.publish(TopicArn=topic, Message="x")
        try:
            server.accept()[0].close()
            called = "was called"
        except TimeoutError:
            called = "was never called"
    return f"To subscribe them {web if web == mail else mail}; the address {called}."


@AREA.row(
    "log-loop",
    "A function that is subscribed to its own log calls itself for ever.",
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
)
def log_loop(account: ProbedAccount) -> str:
    """Subscribe a function to its own log, and count its runs."""
    far = account.lapsed
    name = far.deploy(EMPTY)
    function, group = far.permit(name, "logs"), f"/aws/lambda/{name}"
    far.invoke(name)
    far.client("logs").put_subscription_filter(
        logGroupName=group, filterName="all", filterPattern="", destinationArn=function
    )
    far.invoke(name)
    stopped = until(lambda: [r for r in far.all_records("push.refused") if name in str(r)])
    if not stopped:
        return "Not stopped here either."
    rounds = len(far.records(name, "event.pushed"))
    return f"Stopped after {rounds} rounds, with a record that says so."


@AREA.row(
    "s3-lifecycle",
    "Rules of a bucket's lifecycle remove objects, and send events of that.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html",
)
def s3_lifecycle(account: ProbedAccount) -> str:
    """Let objects expire after a day where a day takes seconds, and look for one."""
    far = account.lapsed
    s3, bucket = far.client("s3"), far.name()
    s3.create_bucket(Bucket=bucket)
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    s3.put_object(Bucket=bucket, Key="old", Body=b"x")
    gone = until(lambda: s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0, within_s=1)
    return (
        f"Rules are kept; objects {'expire' if gone else 'never expire'}, so no such event comes."
    )


@AREA.row(
    "s3-order",
    "S3's events come at least once, in any order, usually within seconds.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html",
    labs=("04",),
)
def s3_order(account: ProbedAccount) -> str:
    """Put ten objects, and count the runs."""
    name = account.deploy(EMPTY)
    function = account.permit(name, "s3")
    s3, bucket = account.client("s3"), account.name()
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": function, "Events": ["s3:ObjectCreated:*"]}
            ]
        },
    )
    for number in range(10):
        s3.put_object(Bucket=bucket, Key=str(number))
    until(lambda: len(account.records(name, "invocation.finished")) >= 10)
    runs = len(account.records(name, "invocation.finished"))
    return f"Once, and queued when the object is stored: 10 objects made {runs} runs."


@AREA.row(
    "presigned-host",
    "S3 answers under a host name of the bucket's own.",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html",
)
def presigned_host(account: ProbedAccount) -> str:
    """Sign a link for an object, look at its host, and follow it."""
    s3, bucket = account.client("s3"), account.name()
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    where = "in the path" if f"/{bucket}/" in link else "in the host name"
    status, _ = fetch(link)
    return f"The bucket's name is {where}, and a link works ({status})."


@AREA.row(
    "sns-retries",
    "SNS tries a function that it cannot reach again, for 23 days.",
    f"{SNS}sns-message-delivery-retries.html",
    labs=("04",),
)
def sns_retries(account: ProbedAccount) -> str:
    """Subscribe a function, delete it, publish, and count the tries."""
    name = account.deploy(EMPTY)
    function = account.permit(name, "sns")
    sns = account.client("sns")
    topic = sns.create_topic(Name=account.name())["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function)
    account.lambda_client.delete_function(FunctionName=name)
    sns.publish(TopicArn=topic, Message="x")
    until(lambda: [r for r in account.all_records("push.refused") if r["source"] == topic])
    tries = len([r for r in account.all_records("push.refused") if r["source"] == topic])
    return (
        f"A function that is gone is tried {'once' if tries == 1 else f'{tries} times'}, as on "
        "AWS; outages that AWS would try again after do not happen here."
    )


@AREA.row(
    "user-pool-triggers",
    "Cognito, IoT, SES, CodeCommit and other services invoke functions too.",
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html",
)
def user_pool_triggers(account: ProbedAccount) -> str:
    """Give a user pool a trigger, make a user, and look for a run of the function."""
    name = account.deploy(TELLS)
    pools = account.client("cognito-idp")
    trigger = {"PreSignUp": account.arn("lambda", f"function:{name}")}
    kept = outcome(pools.create_user_pool, PoolName=account.name(), LambdaConfig=trigger)
    (pool, *_) = pools.list_user_pools(MaxResults=1)["UserPools"]
    pools.admin_create_user(UserPoolId=pool["Id"], Username="ada")
    runs = until(lambda: account.records(name, "invocation.finished"), within_s=0.5) or []
    return f"To give a user pool a trigger {kept}; a new user made {len(runs)} runs."
