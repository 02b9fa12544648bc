"""Orders: rows become nested payloads that remember their rows.

Rows of one order need not be adjacent, in a drop of any size. Whatever rows of one order together get wrong (a natural
key is missing, two rows disagree, a row repeats another) is a problem here.
"""

from orderdrop.orders.erasing import Erasure
from orderdrop.orders.nesting import Nested, nest
from orderdrop.orders.plan import sources_after_fallback

__all__ = ["Erasure", "Nested", "nest", "sources_after_fallback"]
