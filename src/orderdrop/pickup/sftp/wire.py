"""An SFTP client for files that matter: raw names in listings, pipelined reads and writes with every answer checked.

paramiko's own client gives up a whole folder over one name that is not UTF-8, keeps a thread spinning for ever when a
prefetch dies with its connection, and overlooks the answers to pipelined writes.
"""

import errno
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from paramiko import SFTPAttributes, SFTPClient, SFTPFile
from paramiko.message import Message
from paramiko.sftp import (
    CMD_DATA,
    CMD_HANDLE,
    CMD_NAME,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_STATUS,
    CMD_WRITE,
    SFTP_EOF,
    SFTP_NO_SUCH_FILE,
    SFTP_OK,
    SFTP_OP_UNSUPPORTED,
    SFTP_PERMISSION_DENIED,
    SFTPError,
    int64,
)

from orderdrop.pickup.sftp.faults import Refusal

REQUEST_BYTES = 32_768
"""The largest read or write that every server takes (draft-ietf-secsh-filexfer-02, section 3)."""

WINDOW_REQUESTS = 64
"""Requests in flight, as many as OpenSSH's own client; together with REQUEST_BYTES this bounds the memory: 2 MiB."""

_ERRNO = {
    SFTP_NO_SUCH_FILE: errno.ENOENT,
    SFTP_PERMISSION_DENIED: errno.EACCES,
    SFTP_OP_UNSUPPORTED: errno.EOPNOTSUPP,
}


class _Answers:
    """Where the answers to pipelined requests arrive, in whatever order the server sends them."""

    def __init__(self) -> None:
        self.arrived: dict[int, tuple[int, Message]] = {}

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        self.arrived[number] = (kind, message)


class Wire(SFTPClient):
    """One SFTP session. Refusal when the server says no; anything else of paramiko's means the connection is lost."""

    if TYPE_CHECKING:  # paramiko's internals that the published types leave out

        def _request(self, command: int, *args: object) -> tuple[int, Message]: ...
        def _async_request(self, sink: object, command: int, *args: object) -> int: ...
        def _read_response(self, waitfor: int | None = None) -> object: ...

    def listing(self, path: str) -> Iterator[tuple[bytes, SFTPAttributes]]:
        """Raw name and attributes of each entry, page by page, in the server's order; links are not followed."""
        kind, message = self._request(CMD_OPENDIR, path)
        if kind != CMD_HANDLE:
            raise SFTPError("Expected a handle of a folder")
        folder = SFTPFile(self, message.get_binary())
        while True:
            try:
                kind, message = self._request(CMD_READDIR, folder.handle)
            except EOFError:  # the server's "no more entries"; a lost connection is an SSHException
                break
            if kind != CMD_NAME:
                raise SFTPError("Expected names")
            for _ in range(message.get_int()):
                name, long_name = message.get_binary(), message.get_binary()
                yield name, _attributes(message, long_name)
        folder.close()

    def pieces(self, file: SFTPFile, size: int) -> Iterator[bytes]:
        """The first `size` bytes of an open file in order, with many reads in flight; ends early when the file does."""
        answers = _Answers()
        flying: deque[tuple[int, int, int]] = deque()

        def ask(offset: int, length: int) -> tuple[int, int, int]:
            return self._async_request(answers, CMD_READ, file.handle, int64(offset), length), offset, length

        ahead = 0
        while flying or ahead < size:
            while ahead < size and len(flying) < WINDOW_REQUESTS:
                flying.append(ask(ahead, min(REQUEST_BYTES, size - ahead)))
                ahead += flying[-1][2]
            number, offset, length = flying.popleft()
            data = self._data(*self._answer(answers, number), length)
            if data is None:
                return
            yield data
            if len(data) < length:  # servers may answer short: the rest comes before anything later
                flying.appendleft(ask(offset + len(data), length - len(data)))

    def write(self, file: SFTPFile, chunks: Iterable[bytes]) -> int:
        """Write the chunks (each at most REQUEST_BYTES) with many in flight; the number of bytes the server took."""
        answers = _Answers()
        flying: deque[int] = deque()
        offset = 0
        for chunk in chunks:
            flying.append(self._async_request(answers, CMD_WRITE, file.handle, int64(offset), chunk))
            offset += len(chunk)
            if len(flying) >= WINDOW_REQUESTS:
                self._done(*self._answer(answers, flying.popleft()))
        while flying:
            self._done(*self._answer(answers, flying.popleft()))
        return offset

    def look_at(self, path: str) -> SFTPAttributes | None:
        """What lies at the path, links not followed; None when nothing does."""
        try:
            return self.lstat(path)
        except Refusal as refusal:
            if refusal.gone:
                return None
            raise

    def _answer(self, answers: _Answers, number: int) -> tuple[int, Message]:
        while number not in answers.arrived:
            self._read_response()
        return answers.arrived.pop(number)

    def _data(self, kind: int, message: Message, most: int) -> bytes | None:
        if kind == CMD_STATUS:
            try:
                self._convert_status(message)
            except EOFError:
                return None
        if kind != CMD_DATA:
            raise SFTPError("Expected data")
        data = message.get_binary()
        if not 0 < len(data) <= most:
            raise SFTPError(f"Asked for {most} bytes, got {len(data)}")
        return data

    def _done(self, kind: int, message: Message) -> None:
        if kind != CMD_STATUS:
            raise SFTPError("Expected a status")
        self._convert_status(message)

    def _convert_status(self, message: Message) -> None:
        code = message.get_int()
        text = message.get_binary().decode(errors="replace")
        if code == SFTP_EOF:
            raise EOFError(text)
        if code != SFTP_OK:
            raise Refusal(_ERRNO.get(code, errno.EIO), text or f"SFTP status {code}")


def _attributes(message: Message, long_name: bytes) -> SFTPAttributes:
    attributes: SFTPAttributes = SFTPAttributes._from_msg(message)  # type: ignore[attr-defined]  # noqa: SLF001 - paramiko has no public reader
    # some servers only tell it in the line for people
    if attributes.st_mode is None and long_name.startswith(b"-"):
        attributes.st_mode = stat.S_IFREG
    return attributes
