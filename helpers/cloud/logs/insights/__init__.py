"""CloudWatch Logs Insights: a query over log events, pure.

- `scanner`: the text of a query, and where it goes wrong
- `events`: one log event and the fields that are discovered in it
- `values`: how values compare, count and show
- `expressions`, `functions`: what stands in fields, filter and sort
- `aggregates`: what stands in stats
- `commands`: each command, made a stage of a pipeline
- `query`: the whole query, run

Known commands: fields, display, filter, parse, stats, sort, limit, dedup. The others (pattern,
diff, anomaly, unnest, lookup, filterIndex, unmask, SOURCE) are refused by name.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from helpers.cloud.logs.insights.events import Event
from helpers.cloud.logs.insights.query import Answer, Query, parse_query
from helpers.cloud.logs.insights.scanner import MalformedQuery

__all__ = ["Answer", "Event", "MalformedQuery", "Query", "parse_query"]
