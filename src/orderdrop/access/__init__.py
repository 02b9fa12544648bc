"""Access: who may use the console, and how they prove it. Nothing about pages, nothing about orders.

`people` are the values, `store` the port, `sql` the store beside the ledger, `doors` what people do: log in, invite, leave.
"""
