"""Make the demo's two layers from one validation scene of the training data's source.

Usage: ``python examples/make_example.py FOLDER`` with FOLDER the scenes that
``python -m training.data.fetch_landcover_us`` writes.

The layers differ on purpose, as a user's do: the optical one stays on its World Mercator grid (10 m in the
projection, 8.4 m on the ground); the SAR one goes to UTM with pixels of 10 m and another extent. The polygons are
those of the training data's annotation that lie in the scene.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from osgeo import gdal

SCENE = "T11SMT_207"
ATTRIBUTION = "Contains modified Copernicus Sentinel data 2020"
POLYGONS = Path(__file__).resolve().parent.parent / "training" / "data" / "landcover_us" / "polygons.geojson"
CLASS_NAMES = {1: "water", 2: "residential", 3: "industrial or commercial", 4: "natural vegetation"}
CREATION = ["TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=2", "ZLEVEL=9"]


def main(folder: Path) -> None:
    """Write ``optical.tif`` and ``sar.tif`` beside this file."""
    gdal.UseExceptions()
    here = Path(__file__).parent
    gdal.Translate(
        str(here / "optical.tif"),
        str(folder / f"{SCENE}_optical.tif"),
        srcWin=[0, 24, 1000, 1000],
        creationOptions=CREATION,
        metadataOptions=[f"ATTRIBUTION={ATTRIBUTION}", "DATE=2020-11-04", "SENSOR=Sentinel-2, true colour"],
    )
    warped = gdal.Warp(
        "",
        str(folder / f"{SCENE}_sar.tif"),
        format="MEM",
        dstSRS="EPSG:32611",
        xRes=10,
        yRes=10,
        targetAlignedPixels=True,
        resampleAlg="bilinear",
        dstNodata=0,
        errorThreshold=0,
    )
    gdal.Translate(
        str(here / "sar.tif"),
        warped,
        creationOptions=CREATION,
        metadataOptions=[f"ATTRIBUTION={ATTRIBUTION}", "DATE=2020-11-07", "SENSOR=Sentinel-1, VH"],
    )
    write_polygons(here / "training_polygons.geojson")


def write_polygons(path: Path) -> None:
    """The scene's polygons with their class in the field ``label``, to a tenth of a metre."""
    drawn = json.loads(POLYGONS.read_text(encoding="utf-8"))
    features = []
    for feature in drawn["features"]:
        if feature["properties"]["scene"] == SCENE:
            rings = [[[round(x, 1), round(y, 1)] for x, y in ring] for ring in feature["geometry"]["coordinates"]]
            name = CLASS_NAMES[feature["properties"]["class"]]
            geometry = {"type": "Polygon", "coordinates": rings}
            features.append({"type": "Feature", "properties": {"label": name}, "geometry": geometry})
    collection = {
        "type": "FeatureCollection",
        "name": "training_polygons",
        "description": "Drawn by photo-interpretation (AI) of the optical layer; not checked in the field.",
        "crs": drawn["crs"],
        "features": features,
    }
    path.write_text(json.dumps(collection, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
