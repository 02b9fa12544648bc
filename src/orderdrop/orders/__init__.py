"""Orders: rows become nested payloads that remember their rows.

Rows of one order need not be adjacent, in a drop of any size. Whatever rows of one order together get wrong (a natural
key is missing, two rows disagree, a row repeats another) is a problem here.
"""

from orderdrop.orders.building import collector_paused
from orderdrop.orders.erasing import Erasure
from orderdrop.orders.nesting import Nested, Nesting, Policy
from orderdrop.orders.plan import sources_after_fallback
from orderdrop.orders.spill import Part

__all__ = ["Erasure", "Nested", "Nesting", "Part", "Policy", "collector_paused", "sources_after_fallback"]
