"""HTTP APIs on moto's apigatewayv2: what moto lacks of the API, and what a request finds."""
