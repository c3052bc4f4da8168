"""A web server on this machine that hands out ranges of files, counts them, fails or stalls when told to."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Served:
    """What a server was asked.

    Args:
        address: prefix of every file's address, with GDAL's ``/vsicurl/``.
        ranges: (file name, first byte, byte after the last) of every answered request for content.
        answer: for each request, (file name, first byte): an HTTP status in place of the content, or 200. May sleep.
    """

    address: str = ""
    ranges: list[tuple[str, int, int]] = field(default_factory=list)
    answer: Callable[[str, int], int] = lambda name, first: 200

    def bytes_of(self, name: str) -> int:
        """Bytes sent of a file."""
        return sum(stop - first for file, first, stop in self.ranges if file == name)


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Serve the files of a folder."""
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._send(head=True)

        def do_GET(self) -> None:
            self._send(head=False)

        def log_message(self, *_: object) -> None:
            pass

        def _send(self, head: bool) -> None:
            path = folder / self.path.lstrip("/")
            data = path.read_bytes() if path.is_file() else b""
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            first = int(wanted[1]) if wanted else 0
            stop = min(int(wanted[2]) + 1 if wanted and wanted[2] else len(data), len(data))
            status = 404 if not path.is_file() else 200 if head else served.answer(path.name, first)
            part = data[first:stop] if status == 200 else b""
            self.send_response(206 if status == 200 and wanted and not head else status)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(data) if head else len(part)))
            if wanted and not head:
                self.send_header("Content-Range", f"bytes {first}-{stop - 1}/{len(data)}")
            self.end_headers()
            if not head and part:
                served.ranges.append((path.name, first, stop))
                try:
                    self.wfile.write(part)
                except OSError:
                    pass  # who asked does not wait any more

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.address = f"/vsicurl/http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
