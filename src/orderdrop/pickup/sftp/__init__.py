"""The inbox on an SFTP server. The only package that knows paramiko: its errors end at `faults.answering`."""

from orderdrop.pickup.sftp.inbox import SftpInbox
from orderdrop.pickup.sftp.login import SftpLogin

__all__ = ["SftpInbox", "SftpLogin"]
