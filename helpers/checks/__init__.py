"""One short module of checks per lab, and the machinery they share."""
