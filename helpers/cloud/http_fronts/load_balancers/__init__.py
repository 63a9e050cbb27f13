"""Application Load Balancers whose target groups hold a function."""
