"""Events as each source writes them, and the language of patterns that choose among them."""
