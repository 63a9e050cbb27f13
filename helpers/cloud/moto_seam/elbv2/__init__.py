"""Load balancers whose targets are functions: as they are made, and as their front reads them."""
