"""CloudWatch's arithmetic, without CloudWatch: values in time, statistics, metric math, alarms.

- `distribution`: the values of one stretch of time, in bounded memory
- `statistics`: Sum, Average, p99, TM(10%:90%) and the others of a distribution
- `store`: every series of a Region, and its values in periods
- `expressions`, `functions`, `series`: metric math
- `search`: SEARCH expressions
- `data_queries`: the queries of GetMetricData and of alarms, answered from a store
- `evaluation`, `rules`: the state of a metric alarm and of a composite alarm

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
"""
