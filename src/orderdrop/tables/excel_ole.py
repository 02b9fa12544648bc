"""The container of .xls workbooks (compound file, MS-CFB): one stream of it, read with a bound on everything."""

import struct
from pathlib import Path

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # this and above are no sector numbers
_IN_HEADER = 109
_ENTRY_BYTES = 128


def stream(path: Path, *names: str) -> bytes | None:
    """The first stream that has one of these names, whole; None where there is none. Raises ValueError for a broken container.

    Memory: the size of the file, twice at most.
    """
    data = path.read_bytes()
    if not data.startswith(_MAGIC) or len(data) < 512:
        raise ValueError("no compound file")
    return _Container(data).stream(names)


class _Container:
    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise ValueError("sectors of a size that does not exist")
        self._size = 1 << shift
        self._fat = self._read_fat()
        (first_directory,) = struct.unpack_from("<I", data, 48)
        self._directory = self._chain(first_directory)
        _, _, self._cutoff, first_mini, _ = struct.unpack_from("<IIIII", data, 48)
        self._mini_fat = _numbers(self._chain(first_mini)) if first_mini < _END else ()

    def stream(self, names: tuple[str, ...]) -> bytes | None:
        entries = {
            entry[64:66]
            and entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode(
                "utf-16-le", "replace"
            ): entry
            for entry in (
                self._directory[at : at + _ENTRY_BYTES]
                for at in range(0, len(self._directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES)
            )
            if entry[66] == 2
        }
        found = next((entries[name] for name in names if name in entries), None)
        if found is None:
            return None
        first, size = struct.unpack_from("<II", found, 116)
        if size >= self._cutoff:
            return self._chain(first)[:size]
        return self._mini(first)[:size]

    def _read_fat(self) -> tuple[int, ...]:
        sectors = [
            number for number in struct.unpack_from(f"<{_IN_HEADER}I", self._data, 76) if number < _END
        ]
        (further,) = struct.unpack_from("<I", self._data, 68)
        seen: set[int] = set()
        while further < _END and further not in seen:
            seen.add(further)
            *more, further = _numbers(self._sector(further))
            sectors += [number for number in more if number < _END]
        return tuple(number for sector in dict.fromkeys(sectors) for number in _numbers(self._sector(sector)))

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        sector = self._data[at : at + self._size]
        if not sector:
            raise ValueError("a sector beyond the end of the file")
        return sector.ljust(self._size, b"\0")

    def _chain(self, first: int) -> bytes:
        sectors: list[bytes] = []
        seen: set[int] = set()
        while first < _END:
            if first in seen or first >= len(self._fat):
                raise ValueError("a chain of sectors without an end")
            seen.add(first)
            sectors.append(self._sector(first))
            first = self._fat[first]
        return b"".join(sectors)

    def _mini(self, first: int) -> bytes:
        (root,) = struct.unpack_from("<I", self._directory, 116)
        small = self._chain(root)
        parts: list[bytes] = []
        seen: set[int] = set()
        while first < _END:
            if first in seen or first >= len(self._mini_fat):
                raise ValueError("a chain of sectors without an end")
            seen.add(first)
            parts.append(small[first * 64 : first * 64 + 64])
            first = self._mini_fat[first]
        return b"".join(parts)


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
