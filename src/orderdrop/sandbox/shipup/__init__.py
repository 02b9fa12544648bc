"""The stand-in of the Shipup v2 orders API: POST and GET /v2/orders, batches and their jobs.

The contract is Shipup's published reference; what the reference leaves open is marked `assumption`, in the
code and in the documentation, and can be set where it matters.
"""
