"""The model card as a STAC item with the Machine Learning Model (MLM) extension.

Source: STAC MLM extension v1.5.0, https://github.com/stac-extensions/mlm
"""

from __future__ import annotations

from typing import Any

from .model_card import InputSpec, ModelCard

_SCHEMA = "https://stac-extensions.github.io/mlm/v1.5.0/schema.json"


def to_stac_mlm(card: ModelCard, href: str) -> dict[str, Any]:
    """Describe a model as STAC MLM JSON.

    Args:
        card: of the model file.
        href: where the model file lies.

    Returns:
        A STAC item. It carries no geometry: the card does not bound where a model may be used.
    """
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [_SCHEMA],
        "id": card.name,
        "geometry": None,
        "properties": {
            "datetime": None,
            "start_datetime": "1900-01-01T00:00:00Z",
            "end_datetime": "9999-12-31T23:59:59Z",
            "title": card.title,
            "description": card.description,
            "license": card.licence or "other",
            "mlm:name": card.name,
            "mlm:architecture": card.network,
            "mlm:tasks": ["semantic-segmentation"],
            "mlm:framework": "pytorch",
            "mlm:accelerator_constrained": False,
            "mlm:hyperparameters": {
                **card.network_parameters,
                "tile_size": card.tile_size,
                "overlap": card.overlap,
                "seed": card.seed,
            },
            "mlm:input": [_input(spec, card.tile_size) for spec in card.inputs],
            "mlm:output": [_output(card)],
            "rgbsar:gsd": card.gsd,
            "rgbsar:modality_dropout": card.modality_dropout,
            "rgbsar:temperature": card.temperature,
            "rgbsar:metrics": card.metrics,
            "rgbsar:training_data": list(card.training_data),
            "rgbsar:citation": card.citation,
        },
        "links": [],
        "assets": {
            "model": {
                "href": href,
                "type": "application/vnd.safetensors",
                "title": card.title,
                "roles": ["mlm:model", "mlm:weights"],
                "mlm:artifact_type": "safetensors",
            }
        },
    }


def _input(spec: InputSpec, tile_size: int) -> dict[str, Any]:
    steps = []
    if spec.percentiles is not None:
        low, high = spec.percentiles
        steps.append(f"stretch each band so that the scene's {low} and {high} percentiles become 0 and 1")
    if spec.clip is not None:
        steps.append(f"clip to {spec.clip[0]} .. {spec.clip[1]}")
    return {
        "name": spec.role,
        "bands": [
            {"name": band.name, **({"common_name": band.common_name} if band.common_name else {})}
            for band in spec.bands
        ],
        "input": {
            "shape": [-1, len(spec.bands), tile_size, tile_size],
            "dim_order": ["batch", "bands", "height", "width"],
            "data_type": "float32",
        },
        "value_scaling": [
            {"type": "z-score", "mean": mean, "stddev": std} for mean, std in zip(spec.mean, spec.std)
        ],
        "pre_processing_function": None,
        "rgbsar:units": spec.units,
        "rgbsar:before_scaling": steps,
    }


def _output(card: ModelCard) -> dict[str, Any]:
    return {
        "name": "land_cover",
        "tasks": ["semantic-segmentation"],
        "result": {
            "shape": [-1, len(card.legend), card.tile_size, card.tile_size],
            "dim_order": ["batch", "class", "height", "width"],
            "data_type": "float32",
        },
        "classification:classes": [
            {"value": entry.value, "name": entry.name, "title": entry.name, "color_hint": entry.hex_color[1:]}
            for entry in card.legend.classes
        ],
        "post_processing_function": None,
    }
