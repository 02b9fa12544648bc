"""The stand-in of parcelLab's v4 trackings/orders API: PUT, POST and GET of /v4/track/orders/, info and events.

The contract is parcelLab's published page and what is known of the framework it is built with; what neither
says is marked `assumption`, in the code and in the documentation, and can be set where it matters.
"""
