"""Stand-ins for what the managed environment installs: wheels of one module, and an index that serves them."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def write_wheel(folder: Path, name: str, version: str, source: str) -> Path:
    """A wheel with one module."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    path = folder / f"{module}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{module}.py", source)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def required_versions() -> dict[str, str]:
    """Versions the requirement files pin for the Python of this test."""
    from packaging.requirements import Requirement

    from qgis_plugin.environment_plan import REQUIREMENTS, TORCH

    text = TORCH.read_text(encoding="utf-8") + REQUIREMENTS.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    wanted = [entry for entry in map(Requirement, lines) if entry.marker is None or entry.marker.evaluate()]
    return {entry.name: str(entry.specifier).removeprefix("==") for entry in wanted}


def write_wheels(folder: Path) -> Path:
    """A folder with stand-ins for torch and all that is installed with it."""
    folder.mkdir(parents=True, exist_ok=True)
    versions = required_versions()
    torch = (
        f"from types import SimpleNamespace as S\n__version__ = '{versions['torch']}'\n"
        "cuda = S(is_available=lambda: False)\nbackends = S(mps=S(is_available=lambda: False))\n"
    )
    for name, version in versions.items():
        write_wheel(folder, name, version, torch if name == "torch" else f"__version__ = '{version}'\n")
    return folder


class _Server(ThreadingHTTPServer):
    requests: list[str]
    refused: str
    headers_seen: list[dict[str, str]]


class _Handler(SimpleHTTPRequestHandler):
    """Serves files, notes what was asked for, and breaks off where the server's ``refused`` says."""

    server: _Server

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.headers_seen.append({name.lower(): value for name, value in self.headers.items()})
        if self.server.refused and self.server.refused in self.path:
            self.send_error(404)
            return
        if self.path.startswith("http://"):  # asked as a proxy: answer as that server would
            self.path = "/" + self.path.split("/", 3)[3]
        super().do_GET()

    def end_headers(self) -> None:
        if self.path.endswith(".whl"):
            self.send_header("Cache-Control", "max-age=365000000, immutable, public")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, _Server]]:
    """A web server of a folder: its address, and what was asked of it."""
    server = _Server(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    server.requests, server.refused, server.headers_seen = [], "", []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server
    finally:
        server.shutdown()
        server.server_close()


def write_index(folder: Path) -> Path:
    """A package index of the stand-ins: one for PyTorch's builds (``torch/cpu``), one for the rest (``simple``)."""
    wheels = write_wheels(folder / "files")
    for path in wheels.glob("*.whl"):
        name = path.name.split("-")[0].replace("_", "-")
        place = folder / ("torch/cpu" if name == "torch" else "simple") / name
        place.mkdir(parents=True)
        (place / "index.html").write_text(f"<a href='/files/{path.name}'>{path.name}</a>", encoding="utf-8")
    return folder
