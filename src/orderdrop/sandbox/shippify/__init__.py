"""The stand-in of Shippify's v1 deliveries API: create deliveries, read one, get its tracking link.

Shippify publishes what a success looks like and hardly anything about refusals; each shape of those is marked
`assumption`, in the code and in the documentation, and can be switched.
"""
