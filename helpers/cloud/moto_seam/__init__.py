"""The only room that knows moto: the memory of the control plane and every other AWS service.

A room for each service; one that needs a single module is a module here, beside what all of them
share. Each module implements a port or hooks one place in moto. Guard tests fail with a plain
message when a new moto has moved such a place.
"""
