"""What integration tests share: a real OpenSSH server (see tests/integration/sshd.py for its interface)."""

from tests.integration.sshd import own_sshd, shared_sshd, sshd

__all__ = ["own_sshd", "shared_sshd", "sshd"]
