"""Suggesting a mapping from a file: what its headings say, what its values look like, how its rows hang together.

`Sample` in, `Suggestion` out. A *meaning* is what a column can be (`ship.postcode`), the same for every destination; a
destination's table says which of its places a meaning fills. Nothing here reads a file or sends anything.
"""
