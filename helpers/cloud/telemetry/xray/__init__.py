"""X-Ray: segments of Lambda and of functions, put together to traces that can be searched.

What functions send is of the X-Ray SDK and Powertools, or spans in the form of the AWS Distro for
OpenTelemetry (docs.aws.amazon.com/lambda/latest/dg/python-tracing.html;
github.com/aws-observability/aws-otel-python-instrumentation).
Leaves out groups, insights and encryption settings, which moto keeps, and Transaction Search.
Source: docs.aws.amazon.com/xray/latest/devguide/aws-xray.html.
"""
