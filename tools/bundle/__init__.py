"""`kit.py bundle`: the kit and its packages in one archive, for rooms without a network."""
