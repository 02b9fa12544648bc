"""Accounts and the batches that wait for them, in memory."""

from dataclasses import replace
from datetime import datetime

from orderdrop.core.outcomes import BatchStatus, OrderFate
from orderdrop.core.problems import Code, Problem
from orderdrop.ledger.accounts import AccountState, ChangeAccount
from orderdrop.ledger.ledger import Batch
from orderdrop.ledger.memory_sending import Sending
from orderdrop.ledger.memory_state import one_at_a_time


class Accounts(Sending):
    """What is known of accounts, and what waits for them."""

    @one_at_a_time
    def account_state(self, account: str) -> AccountState:
        return self._accounts.get(account, AccountState(account=account))

    @one_at_a_time
    def account_states(self) -> list[AccountState]:
        return [self._accounts[account] for account in sorted(self._accounts)]

    @one_at_a_time
    def change_account(self, account: str, to: ChangeAccount) -> AccountState:
        before = self.account_state(account)
        after = to(before)
        if after != before:
            self._accounts[account] = after
        return after

    @one_at_a_time
    def put_off(self, batch_id: str, at: datetime, problem: Problem) -> int:
        moved = self.set_fates(batch_id, (OrderFate.READY,), OrderFate.UNSENT)
        if moved:
            batch = self._batches[batch_id]
            self._batches[batch_id] = replace(batch, waits_since=batch.waits_since or at)
            self._problems.append((batch_id, None, problem))
        return moved

    @one_at_a_time
    def take_up(self, batch_id: str, *, owes_reply: bool = False) -> int:
        batch = self._known(batch_id)
        self._batches[batch_id] = replace(
            batch,
            waits_since=None,
            finished_at=None,
            status=BatchStatus.SENDING,
            feed_done=batch.feed_done and not owes_reply,
        )
        self._problems = [
            entry for entry in self._problems if entry[0] != batch_id or entry[2].code is not Code.NOT_SENT
        ]
        return self.set_fates(batch_id, (OrderFate.UNSENT,), OrderFate.READY)

    @one_at_a_time
    def waiting(self, account: str | None = None) -> list[Batch]:
        return [
            batch
            for batch in map(self._with_drop, self._batches.values())
            if batch.waits_since is not None and account in (None, batch.account)
        ]
