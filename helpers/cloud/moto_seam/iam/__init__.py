"""IAM and STS: who has which key, what policies allow, and what moto leaves out of their APIs."""
