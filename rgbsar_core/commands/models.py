"""`rgbsar describe`, `convert` and `networks`: model files, and what they are made of."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from ..card_text import card_page, describe
from ..errors import InputError
from ..legend import PUBLISHED_LEGENDS, Legend
from ..model_card import read_card
from ..model_store import checksum
from ..terminal import printable
from .common import add_command

#: How messages spell what JSON calls true, false and null; as texts, all three would count as true.
_PYTHON_WORDS = {"True": True, "False": False, "None": None}


def add(commands: Any) -> None:
    """Declare the three."""
    describe_command = add_command(commands, "describe", _describe, "print a model's card")
    describe_command.add_argument("model")
    describe_command.add_argument("--json", action="store_true", help="the card as stored")
    describe_command.add_argument("--stac", action="store_true", help="as STAC MLM JSON")
    describe_command.add_argument("--html", action="store_true", help="as a page, with classes in their colours")
    convert = add_command(commands, "convert", _convert, "turn an authors' checkpoint (.pth) into a model file")
    convert.add_argument("checkpoint")
    convert.add_argument("-o", "--output", required=True)
    convert.add_argument("--network", default="asanet")
    convert.add_argument("--classes", default="pie", help="pie, ddhr, whu or a JSON file (default %(default)s)")
    convert.add_argument("--normalisation", default="pie", help="pie, ddhr, whu or a JSON file (default %(default)s)")
    convert.add_argument("--title", default=None)
    convert.add_argument("--licence", default="", help="licence of the weights, written into the card")
    convert.add_argument(
        "--set", type=_parameter, action="append", default=[], metavar="KEY=VALUE",
        help="parameter of the network that the weights do not tell, such as variant=sar or output_stride=8",
    )  # fmt: skip
    convert.add_argument("--gsd", type=float, help="ground size of the training pixels, metres")
    convert.add_argument("--tile-size", type=int, default=256, help="of tiled inference, pixels (default %(default)s)")
    convert.add_argument("--overlap", type=int, default=64, help="of tiles, pixels (default %(default)s)")
    convert.add_argument("--precision", choices=("float32", "float16"), default="float32", help="of the stored weights")
    networks = add_command(commands, "networks", _networks, "list the networks of this package")
    networks.add_argument("--macs", action="store_true", help="with parameters and multiply-accumulates of each size")


def _describe(options: argparse.Namespace) -> str:
    card = read_card(options.model)
    if options.stac:
        from ..stac_mlm import to_stac_mlm

        return json.dumps(to_stac_mlm(card, Path(options.model).name), indent=2, ensure_ascii=False)
    if options.json:
        return json.dumps(card.to_json(), indent=2, ensure_ascii=False)
    if options.html:
        return card_page(card, checksum(Path(options.model)))
    return printable(describe(card))


def _convert(options: argparse.Namespace) -> str:
    from ..engine.convert import convert_checkpoint

    if os.path.abspath(options.checkpoint) == os.path.abspath(options.output):
        raise InputError(
            f"The output '{options.output}' is also the checkpoint; expected a file of its own. Choose another name, "
            "ending in .safetensors."
        )
    card = convert_checkpoint(
        options.checkpoint,
        options.output,
        network=options.network,
        legend=_legend(options.classes),
        normalisation=options.normalisation,
        overrides=dict(options.set),
        title=options.title,
        licence=options.licence,
        gsd=options.gsd,
        tile_size=options.tile_size,
        overlap=options.overlap,
        precision=options.precision,
    )
    return f"{options.output}: {card.title}, {len(card.legend)} classes"


def _parameter(text: str) -> tuple[str, Any]:
    """`output_stride=8` as name and value: a JSON value, Python's word for one, or else text."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise argparse.ArgumentTypeError(f"'{text}' is no KEY=VALUE such as output_stride=8")
    if value in _PYTHON_WORDS:
        return name, _PYTHON_WORDS[value]
    try:
        return name, json.loads(value)
    except (ValueError, RecursionError):
        return name, value


def _legend(text: str) -> Legend:
    """A published legend by its short name, or a JSON file with a list of classes."""
    if text in PUBLISHED_LEGENDS:
        return PUBLISHED_LEGENDS[text]
    try:
        return Legend.from_json(json.loads(Path(text).read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"Classes '{text}' cannot be used ({error}). Give {', '.join(PUBLISHED_LEGENDS)}, or a JSON file: "
            '[{"value": 1, "name": "water", "color": [0, 0, 255]}, ...].'
        ) from error


def _networks(options: argparse.Namespace) -> str:
    from ..networks import list_networks
    from ..registry import measure_network

    lines = []
    for info in list_networks():
        lines.append(f"{info.name:<14} {info.title}, {info.year}. {info.paper}. doi:{info.doi}")
        if options.macs:
            forms = [(name, value) for name, values in info.options.items() for value in values]
            for choice in [{name: value} for name, value in forms] or [{}]:
                cost = measure_network(info.name, **choice)
                form = ", ".join(f"{name} {value}" for name, value in choice.items())
                lines.append(f"  {form:<20} {cost.parameters:>13,} parameters {cost.macs / 1e9:>9.3f} GMAC")
    if options.macs:
        lines.append("(3 optical bands, 1 SAR band, 6 classes; multiply-accumulates of one 256 x 256 tile)")
    return "\n".join(lines)
