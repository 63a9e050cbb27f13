"""REST APIs of API Gateway: a stage serves a deployment, and a deployment never changes."""
