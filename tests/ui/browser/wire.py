"""What reached a browser, in writing: texts and numbers of everything that came over the wire."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
from google.protobuf.message import DecodeError, Message
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

# a number stands alone, not inside of another or of a digest
_START, _END = r"(?<![0-9A-Za-z.,])", r"(?![0-9A-Za-z])"
_ARROW = (b"\xff\xff\xff\xff", b"ARROW1")


def read_wire(frames: Sequence[bytes], bodies: Mapping[str, bytes]) -> str:
    """Write down all that came: the frames of the socket, tables in them too, and every file.

    Streamlit's own files under ``/static/`` are the same for everybody and are left out.
    """
    parts = [part for frame in frames for part in _read_frame(frame)]
    for url, body in bodies.items():
        if not urlsplit(url).path.startswith("/static/"):
            parts += [url, *_read_bytes(body)]
    return "\n".join(parts)


def find_secrets(told: str, words: Sequence[str], numbers: Sequence[int]) -> list[str]:
    """List the words and numbers that stand in what was told."""
    found = [word for word in words if word in told]
    for number in numbers:
        patterns = {str(number), f"{number:,}", f"{number / 1e4:.4f}", f"{number}.0"}
        found += [
            text
            for text in sorted(patterns)
            if re.search(rf"(?<![0-9A-Za-z.,]){re.escape(text)}(?![0-9A-Za-z])", told)
        ]
    return found


def _read_frame(frame: bytes) -> Iterator[str]:
    yield from _read_bytes(frame)
    try:
        message = ForwardMsg.FromString(frame)
    except DecodeError:
        return
    for content in _walk(message):
        yield from _read_bytes(content)


def _walk(message: Message) -> Iterator[bytes]:
    """Yield every field of bytes, however deep."""
    for kind, value in message.ListFields():
        several = value if kind.is_repeated else [value]
        if kind.message_type is not None and kind.message_type.GetOptions().map_entry:
            several = list(value.values())
        for one in several:
            if isinstance(one, Message):
                yield from _walk(one)
            elif isinstance(one, bytes):
                yield one


def _read_bytes(content: bytes) -> Iterator[str]:
    """Yield a content as text: as it is, unpacked, its escapes written out, its table row by row."""
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            content = unpack(content)
        except (OSError, EOFError, zlib.error):
            continue
    text = content.decode("utf-8", errors="replace")
    yield text
    if "\\u" in text:
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    if content.startswith(_ARROW):
        try:
            table = pa.ipc.open_stream(BytesIO(content)).read_all()
        except pa.ArrowInvalid:
            return
        yield json.dumps(table.to_pylist(), ensure_ascii=False, default=str)
        yield from read_memory(table)


def read_memory(table: pa.Table) -> Iterator[str]:
    """Yield the whole numbers in the memory of a table, those below its empty cells too."""
    for column in table.columns:
        for chunk in column.chunks:
            if pa.types.is_integer(chunk.type) and (memory := chunk.buffers()[1]) is not None:
                width = chunk.type.bit_width // 8
                kind = f"{'i' if pa.types.is_signed_integer(chunk.type) else 'u'}{width}"
                yield " ".join(map(str, np.frombuffer(memory, dtype=kind, count=memory.size // width)))
