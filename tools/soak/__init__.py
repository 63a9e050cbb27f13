"""Minutes of mixed load over every source, after which every event must be accounted for."""
