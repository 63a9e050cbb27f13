"""X-Ray: segments of Lambda and of functions, put together to traces that can be searched.

Leaves out groups, insights and encryption settings, which moto keeps, and Transaction Search.
Source: docs.aws.amazon.com/xray/latest/devguide/aws-xray.html.
"""
