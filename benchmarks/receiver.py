"""A gateway client that does as little as possible: it counts frames, and looks whether their numbers have gaps.

`python3 -m benchmarks.receiver PORT COUNT [zlib]` connects, identifies, takes COUNT messages and prints one JSON line.
"""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import struct
import sys
import time
import zlib

_SEQ = re.compile(rb'"s":(\d+),"t":"MESSAGE_CREATE"}$')
_INTENTS = 1 | 1 << 9 | 1 << 15


class Frames:
    """The websocket's messages, as bytes."""

    def __init__(self, port: int, *, streamed: bool) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._inflate = zlib.decompressobj() if streamed else None
        key = base64.b64encode(os.urandom(16)).decode()
        query = "v=10&encoding=json" + ("&compress=zlib-stream" if streamed else "")
        self._socket.sendall(
            f"GET /gateway/?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._buffer = bytearray()
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        del self._buffer[: self._buffer.index(b"\r\n\r\n") + 4]

    def _more(self) -> None:
        data = self._socket.recv(1 << 20)
        if not data:
            raise ConnectionError("the sandbox went away")
        self._buffer += data

    def send(self, body: object) -> None:
        """One masked text frame."""
        data = json.dumps(body).encode()
        head = (
            bytes((0x81, 0x80 | len(data))) if len(data) < 126 else struct.pack("!BBH", 0x81, 0xFE, len(data))
        )
        self._socket.sendall(head + bytes(4) + data)

    def take(self) -> list[bytes]:
        """All messages that are there, at least one."""
        found: list[bytes] = []
        while not found:
            self._more()
            data, at, end = bytes(self._buffer), 0, len(self._buffer)
            while end - at >= 2:
                size, start = data[at + 1], at + 2
                if size == 126:
                    size, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
                elif size == 127:
                    size, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
                if start + size > end:
                    break
                piece = data[start : start + size]
                found.append(self._inflate.decompress(piece) if self._inflate else piece)
                at = start + size
            del self._buffer[:at]
        return found


def main(port: int, count: int, *, streamed: bool) -> dict[str, object]:
    """Take so many messages."""
    frames = Frames(port, streamed=streamed)
    frames.send({"op": 2, "d": {"token": "sandbox.receiver", "intents": _INTENTS, "properties": {}}})
    got = size = gaps = last = 0
    began = cpu = 0.0
    beat = time.perf_counter()
    while got < count:
        for frame in frames.take():
            match = _SEQ.search(frame, len(frame) - 60)
            if match is None:
                continue
            if not got:
                began, cpu = time.perf_counter(), time.process_time()
            seq = int(match[1])
            gaps += bool(last) and seq != last + 1
            last = seq
            got += 1
            size += len(frame)
        if time.perf_counter() - beat > 5:
            beat = time.perf_counter()
            frames.send({"op": 1, "d": last})
    seconds = time.perf_counter() - began
    return {
        "received": got,
        "seconds": round(seconds, 3),
        "per_second": round(got / seconds),
        "gaps": gaps,
        "mean_bytes": round(size / got),
        "receiver_core_share": round((time.process_time() - cpu) / seconds, 3),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]), streamed=sys.argv[3:] == ["zlib"])))
