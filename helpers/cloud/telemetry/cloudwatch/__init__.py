"""CloudWatch as it watches this account: metrics of records and logs, and alarms on them.

- `metrics`: one store per Region; the sink
- `lambda_metrics`, `mapping_metrics`: records become metrics of AWS/Lambda
- `log_metrics`: embedded metrics and metric filters
- `alarms`, `alarm`, `alarm_settings`, `alarm_messages`: alarms and what they send
- `watch`: the thread on which all that happens, beside the invocations

Source: docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""
