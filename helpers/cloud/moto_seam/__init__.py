"""The only room that knows moto: the memory of the control plane and every other AWS service.

One module per moto service; each implements a port or hooks one place in moto. Guard tests fail
with a plain message when a new moto has moved such a place.
"""
