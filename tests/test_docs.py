"""What the documents name exists: files, headings, commands and their options, keys of recipes, algorithms."""

from __future__ import annotations

import argparse
import dataclasses
import re
import typing
from pathlib import Path

import pytest

from rgbsar_core import cli
from training.recipe import Recipe

from .conftest import REPOSITORY

DOCUMENTS = sorted([REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")])
_FENCED = re.compile(r"^```.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def code_of(text: str) -> str:
    """Code blocks, lines that a backslash continues joined, and code within sentences, one piece a line."""
    blocks = [block.replace("\\\n", " ") for block in _FENCED.findall(text)]
    pieces = [piece.replace("\n", " ") for piece in re.findall(r"`([^`]+)`", _FENCED.sub("", text))]
    return "\n".join((*blocks, *pieces))


def commands(text: str, start: str) -> list[str]:
    """What follows `start` in code, up to the end of the command."""
    return re.findall(rf"(?:^|(?<=[\s(])){start}([^|>#;\n]*)", code_of(text), re.MULTILINE)


def headings(text: str) -> set[str]:
    """Anchors as GitHub makes them."""
    found = re.findall(r"^#+ (.+)$", _FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def options_of(words: str) -> list[str]:
    return re.findall(r"(?<=[\s\[])--?[a-z][\w-]*", " " + words)


def sub_command(words: str) -> argparse.ArgumentParser:
    """The parser of `classify ...` or `dataset make ...`; fails where there is no such command."""
    parser = cli._parser()
    for word in words.split():
        choices = next((action.choices for action in parser._actions if isinstance(action.choices, dict)), None)
        if choices is None or word.startswith("-"):
            break
        assert word in choices, f"rgbsar has no command {word!r}"
        parser = choices[word]
    return parser


def has_key(kind: type, path: list[str]) -> bool:
    """Whether a recipe has the key; what lies in a plain dictionary has any name."""
    if not dataclasses.is_dataclass(kind):
        return typing.get_origin(kind) is dict
    hint = typing.get_type_hints(kind).get(path[0])
    return hint is not None and (len(path) == 1 or has_key(hint, path[1:]))


@pytest.fixture(params=DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def document(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def text(document: Path) -> str:
    return document.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def plugin_source() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "qgis_plugin").rglob("*.py"))


def test_links_lead_to_files_and_headings(document: Path, text: str) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", _FENCED.sub("", text)):
        if not re.match(r"https?://", link):
            name, _, anchor = link.partition("#")
            target = document.parent / name if name else document
            assert target.exists(), link
            assert not anchor or anchor in headings(target.read_text(encoding="utf-8")), link


def test_commands_of_rgbsar_have_the_options_shown(text: str) -> None:
    for words in commands(text, "rgbsar "):
        known = sub_command(words)._option_string_actions
        assert [option for option in options_of(words) if option not in known] == [], words


def test_scripts_exist_and_have_the_options_shown(text: str) -> None:
    module, script = r"python -m ((?:training|benchmarks|tools|rgbsar_core)\.[\w.]+)", r"python ([\w/]+\.py)"
    for name, words in (*commands(text, module), *commands(text, script)):
        path = REPOSITORY / (name if name.endswith(".py") else name.replace(".", "/") + ".py")
        source = path.read_text(encoding="utf-8")
        assert [option for option in options_of(words) if f'"{option}"' not in source] == [], words


def test_recipes_have_the_keys_shown(text: str) -> None:
    for words in commands(text, r"python -m training\."):
        for key in re.findall(r"(?<=\s)([a-z_]+(?:\.[a-z_]+)*)=", words):
            assert has_key(Recipe, key.split(".")), key


def test_make_has_the_targets_shown(text: str) -> None:
    targets = re.findall(r"^([a-z0-9-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"^make ([a-z0-9-]+)", code_of(text), re.MULTILINE)) <= set(targets)


def test_files_of_the_repository_exist(text: str) -> None:
    folders = "rgbsar_core|training|qgis_plugin|tests|tools|docs|benchmarks|examples|models|requirements"
    for name in re.findall(rf"(?<=[\s`(])((?:{folders})/[\w./-]+\.\w+)(?![\w*{{<])", text):
        assert (REPOSITORY / name).exists() or "NAME" in name or (REPOSITORY / "rgbsar_core" / name).exists(), name


def test_algorithms_exist_and_have_the_parameters_shown(text: str, plugin_source: str) -> None:
    for name in re.findall(r"rgbsar:([a-z]+)", text):
        assert f'return "{name}"' in plugin_source
    for words in commands(text, "qgis_process run "):
        for parameter in re.findall(r"\b([A-Z][A-Z0-9_]+)=", words):
            assert f'"{parameter}"' in plugin_source, parameter
