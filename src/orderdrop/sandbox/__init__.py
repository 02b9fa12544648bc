"""Stand-ins of the tracking APIs, and an SFTP server, for one machine's own use.

Each stand-in keeps the vendor's published contract, stores what it is sent, and misbehaves on demand.
Nothing here is shared with the rest of orderdrop: one bug must not hide on both sides of the wire.
Main words: *call* (one request), *answer*, *fault* (a planned misbehaviour), *journal* (every call and its end).
"""
