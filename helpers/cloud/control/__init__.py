"""Control planes that are the kit's own: Lambda's API, one noun for each module, and EventBridge's.

Much of it says what a request may hold before anything is stored; what is stored is moto's or the
registry's.
"""
