"""Kinesis and DynamoDB streams: records in order, as pollers read them."""
