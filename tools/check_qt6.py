"""Holds what the plugin takes from Qt against PyQt6, which QGIS 4 runs on: `make check-qt6`.

Needs PyQt6 and nothing of QGIS. Every name imported from ``qgis.PyQt`` must be in the PyQt6 module of the same name (or
where Qt 6 moved it, as ``qgis.PyQt`` does), and every chain such as ``Qt.ItemDataRole.UserRole`` must lead somewhere.
"""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "qgis_plugin"
MOVED = {"QAction": "QtGui", "QActionGroup": "QtGui", "QShortcut": "QtGui"}  # from QtWidgets


def problems(path: Path) -> list[str]:
    """What of one file Qt 6 does not have."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found, known = [], {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qgis.PyQt."):
            module = node.module.rpartition(".")[2]
            for alias in node.names:
                home = importlib.import_module(f"PyQt6.{MOVED.get(alias.name, module)}")
                if hasattr(home, alias.name):
                    known[alias.asname or alias.name] = getattr(home, alias.name)
                else:
                    found.append(f"{path.name}:{node.lineno}: {module}.{alias.name}")
    for node in ast.walk(tree):
        names, value = [], node
        while isinstance(value, ast.Attribute):
            names.append(value.attr)
            value = value.value
        if not names or not isinstance(value, ast.Name) or value.id not in known:
            continue
        place = known[value.id]
        for name in reversed(names):
            if not hasattr(place, name):
                found.append(f"{path.name}:{node.lineno}: {value.id}.{'.'.join(reversed(names))}")
                break
            place = getattr(place, name)
            if not isinstance(place, type):
                break  # a member or method: what follows is an object's own
    return found


def main() -> int:
    """Print what is missing; 1 if anything is."""
    files = sorted(SOURCES.rglob("*.py"))
    found = [line for path in files for line in problems(path)]
    print("\n".join(found) or f"{len(files)} files: PyQt6 has everything they take from Qt")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
