"""Events as functions receive them, one module per source; pure."""
