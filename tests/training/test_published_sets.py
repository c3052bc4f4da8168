"""Every recipe reads its data set: small files in the true layout, with values whose meaning is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rgbsar_core.legend import PUBLISHED_LEGENDS
from rgbsar_core.metrics import IGNORE_INDEX
from rgbsar_core.models.weights import build_without_memory
from rgbsar_core.networks import list_networks
from rgbsar_core.registry import _module as network_module
from training.datasets.images import Scene
from training.datasets.samples import CropSamples, places, training_statistics
from training.datasets.splits import open_images, training_images, validation_images
from training.recipe import Recipe
from training.recipe_file import read_recipe

from .tiles_on_disk import write_tile

RECIPES = Path(__file__).resolve().parents[2] / "training" / "recipes"
PUBLISHED = sorted(path for path in RECIPES.rglob("*.yaml") if path.parent.name not in ("base", "asanet", "ombria"))
SIDE = 16


def flat(*values: float, dtype: Any = np.uint8) -> NDArray[Any]:
    """(bands, 16, 16), each band of one value."""
    return np.broadcast_to(np.array(values, dtype)[:, None, None], (len(values), SIDE, SIDE)).copy()


def labels(*values: int) -> NDArray[np.uint8]:
    """(16, 16) whose first pixels hold these values, the others the first of them."""
    pixels = np.full(SIDE * SIDE, values[0], np.uint8)
    pixels[: len(values)] = values
    return pixels.reshape(SIDE, SIDE)


def read(name: str, folder: Path, *overrides: str) -> Recipe:
    return read_recipe(RECIPES / f"{name}.yaml", [f"data.folders=['{folder}']", *overrides])


def seen(recipe: Recipe, scene: Scene) -> tuple[list[float], list[float], list[int]]:
    """The network's input at the first pixel, and the first labels."""
    images = training_images(recipe)
    samples = CropSamples(
        images, recipe, *training_statistics(images, recipe), pixels=places(images, recipe), first=0, length=1
    )
    optical, sar, _ = samples[0]
    return optical[:, 0, 0].tolist(), sar[:, 0, 0].tolist(), scene.labels.ravel().tolist()


UNCHANGED = (f"augmentation.crop={SIDE}", "augmentation.scale=[1, 1]", "augmentation.max_class_share=null")


def test_pie_is_read_in_bgr_order_with_the_sar_band_three_times(tmp_path: Path) -> None:
    for split, name in (("train", "1_0_0"), ("val", "2_0_0")):
        write_tile(tmp_path / "rgb" / f"{name}.tif", flat(83, 90, 73))
        write_tile(tmp_path / "sar" / f"{name}.tif", flat(143))
        write_tile(tmp_path / "label" / f"{name}.tif", labels(0, 1, 2, 3, 4, 5, 255))
        (tmp_path / f"{split}.txt").write_text(f"{name}\n", encoding="utf-8")
    recipe = read("pie_rgb_sar/asanet", tmp_path, *UNCHANGED)
    optical, sar, classes = seen(recipe, training_images(recipe)[0])
    expected = [(73 - 73.422) / 29.48, (90 - 89.751) / 26.953, (83 - 83.405) / 24.829]
    np.testing.assert_allclose(optical, expected, rtol=1e-5)
    np.testing.assert_allclose(sar, [(143 - 84.869) / 57.769] * 3, rtol=1e-5)
    assert classes[:7] == [0, 1, 2, 3, 4, 5, IGNORE_INDEX]
    assert validation_images(recipe).names == ("2_0_0",)


def test_ddhr_is_jpeg_with_numbered_names(tmp_path: Path) -> None:
    for split, name in (("train", "1"), ("val", "200")):
        write_tile(tmp_path / "GF2" / f"{name}.jpg", flat(100, 100, 100))
        write_tile(tmp_path / "GF3" / f"{name}.jpg", flat(60))
        write_tile(tmp_path / "label" / f"{name}.png", labels(0, 1, 2, 3, 4))
        (tmp_path / f"{split}.txt").write_text(f"{name}\n", encoding="utf-8")
    recipe = read("ddhr_sk/cmx", tmp_path, *UNCHANGED)
    optical, sar, classes = seen(recipe, training_images(recipe)[0])
    expected = [(100 - 80.475) / 29.48, (100 - 98.217) / 26.953, (100 - 106.364) / 24.829]
    np.testing.assert_allclose(optical, expected, atol=1 / 24)  # JPEG may be off by one
    np.testing.assert_allclose(sar, [(60 - 53.837) / 48.475] * 3, atol=1 / 48)
    assert classes[:5] == [0, 1, 2, 3, 4]
    assert recipe.legend.names[2] == "farmland"
    assert read("ddhr_sk/cmx", tmp_path, "parity=true").legend.names[2] == "greenery"


def test_whu_tiles_have_four_bands_of_which_three_count_and_a_background(tmp_path: Path) -> None:
    for split in ("train", "test"):
        write_tile(tmp_path / split / "opt_dir" / "NH49E001013_000.tif", flat(10, 20, 30, 200))
        write_tile(tmp_path / split / "sar_dir" / "NH49E001013_000.tif", flat(40))
        write_tile(tmp_path / split / "ann_dir" / "NH49E001013_000.tif", labels(0, 1, 7))
    recipe = read("whu_opt_sar/sa_gate", tmp_path, *UNCHANGED)
    optical, sar, classes = seen(recipe, training_images(recipe)[0])
    expected = [(30 - 80.475) / 29.48, (20 - 98.217) / 26.953, (10 - 106.364) / 24.829]
    np.testing.assert_allclose(optical, expected, rtol=1e-5)
    np.testing.assert_allclose(sar, [(40 - 53.837) / 48.475] * 3, rtol=1e-5)
    assert classes[:3] == [IGNORE_INDEX, 0, 6]
    assert validation_images(recipe).names == ("NH49E001013_000",)


def test_hunan_remaps_labels_and_scales_each_tile_under_parity_alone(tmp_path: Path) -> None:
    optical, sar = flat(*range(100, 113), dtype=np.float32), flat(-10, -18, dtype=np.float32)
    optical[:, 0, 0], sar[:, 0, 0] = 50, -20
    optical[:, 0, 1], sar[:, 0, 1] = 200, 0
    values = labels(*range(13))
    for split in ("train", "val"):
        write_tile(tmp_path / "s2_dir" / split / "7_s2.tif", optical)
        write_tile(tmp_path / "s1_dir" / split / "7_s1.tif", sar)
        write_tile(tmp_path / "ann_dir" / split / "7_lc.tif", values)
    recipe = read("hunan/amm_fusenet", tmp_path, *UNCHANGED, "parity=true")
    tile = training_images(recipe)[0]
    # Raw 0 to 12; 11 would be class 7 of 0 to 6.
    assert tile.labels.ravel()[:13].tolist() == [255, 0, 1, 2, 1, 3, 4, 6, 6, 5, 6, 255, 255]
    assert tile.optical_range.tolist() == [[50.0, 200.0]] * 13 and tile.sar_range.tolist() == [[-20.0, 0.0]] * 2
    numbers = training_statistics(training_images(recipe), recipe)
    assert numbers == (((0.0,) * 13, (1.0,) * 13), ((0.0,) * 2, (1.0,) * 2))
    seamless = read("hunan/amm_fusenet", tmp_path, *UNCHANGED)
    assert training_images(seamless)[0].optical_range.tolist() == [[0.0, 1.0]] * 13
    mean = training_statistics(training_images(seamless), seamless)[1][0]
    np.testing.assert_allclose(mean[0], -10 + (-20 + 10 + 0 + 10) / 256, atol=1e-3)


def test_hunan_with_elevation_takes_the_first_band_of_the_topo_files(tmp_path: Path) -> None:
    for split in ("train", "val"):
        write_tile(tmp_path / "s2_dir" / split / "7_s2.tif", flat(*range(13), dtype=np.float32))
        write_tile(tmp_path / "dem_dir" / split / "7_topo.tif", flat(955, 3, 4, dtype=np.float32))
        write_tile(tmp_path / "ann_dir" / split / "7_lc.tif", labels(1))
    recipe = read("hunan_dem/amm_fusenet", tmp_path, *UNCHANGED)
    assert seen(recipe, training_images(recipe)[0])[1] == [0.5]  # (955 - 18) / (1892 - 18)


def test_dfc2020_reads_igbp_labels_to_train_and_the_contests_own_to_validate(tmp_path: Path) -> None:
    optical, sar = flat(*([5000] * 12 + [20000]), dtype=np.uint16), flat(-5, -40, dtype=np.float32)
    sar[:, 15, 15] = np.nan
    stem = "ROIs1158_{}_1_p30"
    for split, token, inside in (("train", "lc", "s2_1"), ("val", "dfc", ""), ("test", "lc", "")):
        write_tile(tmp_path / "s2_dir" / split / inside / (stem.format("s2") + ".tif"), optical)
        write_tile(tmp_path / "s1_dir" / split / inside.replace("2", "1", 1) / (stem.format("s1") + ".tif"), sar)
        write_tile(tmp_path / "ann_dir" / split / inside / (stem.format(token) + ".tif"), labels(*range(11)))
    recipe = read("dfc2020/unet", tmp_path, *UNCHANGED)
    tile = training_images(recipe)[0]
    seen_optical, seen_sar, classes = seen(recipe, tile)
    np.testing.assert_allclose(seen_optical, [0.5] * 12 + [1.0])
    np.testing.assert_allclose(seen_sar, [0.8, 0.0], atol=1e-6)  # x / 25 + 1, clipped at -25
    assert classes[:11] == [255, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3]
    assert classes[-1] == IGNORE_INDEX  # no SAR there
    assert validation_images(recipe)[0].labels.ravel()[:11].tolist() == [255, *range(10)]
    assert open_images(recipe, ("test",))[0].labels.ravel()[10] == 3


def test_potsdam_labels_are_colours_and_what_is_none_of_them_is_clutter(tmp_path: Path) -> None:
    colors = [(255, 0, 0), (255, 255, 255), (0, 0, 255), (0, 255, 255), (0, 255, 0), (255, 255, 0), (7, 7, 7)]
    pixels = np.zeros((SIDE * SIDE, 3), np.uint8)
    pixels[: len(colors)] = colors
    stem = "top_potsdam_2_10_{}_0"
    for split in ("train", "val"):
        write_tile(tmp_path / "img_dir" / split / (stem.format("RGBIR") + ".tif"), flat(0, 51, 102, 255))
        write_tile(tmp_path / "dsm_dir" / split / (stem.format("dsm") + ".tif"), flat(35.2105, dtype=np.float32))
        picture = pixels.T.reshape(3, SIDE, SIDE)
        write_tile(tmp_path / "ann_dir" / split / (stem.format("label") + ".tif"), picture)
    recipe = read("potsdam/danet", tmp_path, *UNCHANGED)
    optical, sar, classes = seen(recipe, training_images(recipe)[0])
    np.testing.assert_allclose(optical, [0, 0.2, 0.4, 1.0], rtol=1e-6)
    np.testing.assert_allclose(sar, [0.5], atol=1e-5)  # -35.75 to 106.171 is 0 to 1
    assert classes[:7] == [0, 1, 2, 3, 4, 5, 0]


def test_legends_are_those_of_the_plugin() -> None:
    for key, folder in (("pie", "pie_rgb_sar"), ("ddhr", "ddhr_sk"), ("whu", "whu_opt_sar")):
        assert read_recipe(RECIPES / folder / "asanet.yaml").legend == PUBLISHED_LEGENDS[key]


def test_the_papers_tables_are_complete() -> None:
    """ASANet's seven networks on three sets, AMM-FuseNet's seven on its sets; WHFNet where it was run."""
    found = {(path.parent.name, path.stem) for path in PUBLISHED}
    asanet = {"asanet", "cmx", "sa_gate", "fusenet", "cmfnet", "ftransunet", "afnet"}
    amm = {"amm_fusenet", "unet", "segnet", "pspnet", "deeplabv3plus", "denseaspp", "danet"}
    assert {(folder, name) for folder in ("pie_rgb_sar", "ddhr_sk", "whu_opt_sar") for name in asanet} <= found
    assert {(folder, name) for folder in ("hunan", "hunan_dem", "dfc2020", "potsdam") for name in amm} <= found
    assert {(folder, "whfnet") for folder in ("pie_rgb_sar", "ddhr_sk", "whu_opt_sar")} <= found
    ombria = {read_recipe(path).network.name for path in (RECIPES / "ombria").glob("*.yaml")}
    assert ombria == {info.name for info in list_networks()}


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_published_faults_and_selection_on_scored_images_want_parity(path: Path) -> None:
    recipe, faithful = read_recipe(path), read_recipe(path, ["parity=true"])
    assert recipe.augmentation.flips.sar
    # A single image flips with its label (shared/reference/DATASETS_ASANET.md, 5), and WHFNet's PIE has no flips.
    apart = path.parent.name == "pie_rgb_sar" and path.stem not in ("asanet_optical", "asanet_sar", "whfnet")
    assert faithful.augmentation.flips.sar == (not apart)
    on_scored_images = path.parent.name in ("pie_rgb_sar", "ddhr_sk", "whu_opt_sar")
    assert recipe.trainer.keep == ("last" if on_scored_images else "best")
    assert faithful.trainer.keep == "best"
    assert recipe.loss.class_weights is None  # the authors list some and never use them


def published(name: str, *overrides: str) -> Recipe:
    return read_recipe(RECIPES / f"{name}.yaml", overrides)


def test_ddhr_names_under_parity_are_those_of_each_authors_code() -> None:
    """shared/reference/whfnet/spec.md, section 11: WHFNet has the makers' order, ASANet the other."""
    names = {
        name: published(f"ddhr_sk/{name}", "parity=true").legend.names for name in ("asanet", "cmx", "whfnet")
    }
    makers = ("buildings", "roads", "farmland", "water", "greenery")
    assert names["whfnet"] == makers == published("ddhr_sk/asanet").legend.names
    assert names["asanet"] == names["cmx"] == ("buildings", "roads", "greenery", "water", "farmland")


def test_a_fusenet_whose_decoder_is_not_connected_wants_parity() -> None:
    """shared/reference/fusenet/spec.md."""
    for folder in ("pie_rgb_sar", "ddhr_sk", "whu_opt_sar", "ombria"):
        assert published(f"{folder}/fusenet").network.variant == "chained"
    for folder in ("pie_rgb_sar", "ddhr_sk", "whu_opt_sar"):
        assert published(f"{folder}/fusenet", "parity=true").network.variant == "unchained"


def test_whfnet_weighs_its_three_auxiliary_heads_apart_and_has_its_own_numbers() -> None:
    """shared/reference/whfnet/spec.md, sections 7 and 10."""
    for folder in ("pie_rgb_sar", "ddhr_sk", "whu_opt_sar"):
        recipe = published(f"{folder}/whfnet")
        assert recipe.loss.auxiliary == (0.4, 0.3, 0.3)
        assert recipe.augmentation.flips.horizontal == (0.5 if folder == "whu_opt_sar" else 0.0)
    whu = published("whu_opt_sar/whfnet", "parity=true")
    assert (whu.optical.mean, whu.optical.std) == ((106.363, 98.217, 80.474), (24.851, 26.946, 29.449))
    assert (whu.sar.mean, whu.sar.std) == ((53.837,), (48.46,))
    assert published("whu_opt_sar/whfnet").optical == published("whu_opt_sar/asanet").optical
    assert published("ddhr_sk/whfnet").data.folders[0] == "data/DDHR-DATA/korea/256_cloud"


def test_wrong_class_counts_of_the_authors_want_parity() -> None:
    """shared/reference/DATASETS_ASANET.md, section 6; DATASETS_AMM.md, section 2."""
    for name, classes, outputs in (("whu_opt_sar/cmx", 7, 40), ("dfc2020/danet", 10, 11), ("hunan/danet", 7, 7)):
        assert len(published(name).legend) == classes
        faithful = published(name, "parity=true").legend
        assert len(faithful) == outputs
        assert faithful.names[:classes] == published(name).legend.names


def test_amm_fusenets_protocol_has_its_momentum_and_under_parity_its_validations() -> None:
    """shared/reference/amm_fusenet/spec.md, section 8."""
    for folder in ("hunan", "hunan_dem", "dfc2020", "potsdam"):
        recipe = published(f"{folder}/amm_fusenet", "parity=true")
        assert recipe.network.parameters == {"output_stride": 16, "encoder_momentum": 0.01}
        assert (recipe.trainer.validate_every, recipe.trainer.steps, recipe.trainer.batch) == (100, 50_000, 10)
    assert published("hunan/unet").trainer.validate_every == 1000


def test_any_network_takes_any_data_set_by_overrides() -> None:
    """The command of docs/models/reproduce.md."""
    overrides = ("network={name: asanet, size: tiny}", "loss.auxiliary=0.4", "trainer.output=runs/hunan/asanet")
    recipe = published("hunan/amm_fusenet", *overrides)
    assert (recipe.network.name, recipe.network.parameters, recipe.loss.auxiliary) == ("asanet", {}, 0.4)
    assert parameters(recipe) > 80_000_000


def parameters(recipe: Recipe) -> int:
    """Of the recipe's network, built without memory."""
    shape = {
        "optical_channels": len(recipe.optical.bands),
        "sar_channels": len(recipe.sar.bands),
        "num_classes": len(recipe.classes),
    }
    build = network_module(recipe.network.name).build
    network = build_without_memory(build, {**shape, **recipe.network.keywords()})
    return sum(parameter.numel() for parameter in network.parameters())


def test_asanet_on_pie_has_the_parameters_that_were_counted_for_the_authors() -> None:
    """shared/reference/asanet/spec.md, section 6; it takes 3 + 3 bands to get there."""
    assert parameters(read_recipe(RECIPES / "pie_rgb_sar" / "asanet.yaml")) == 82_904_764


@pytest.mark.slow
def test_every_network_can_be_built_with_its_recipes_bands_and_classes() -> None:
    """Each form of a network once."""
    recipes = [read_recipe(path) for path in (*PUBLISHED, *(RECIPES / "ombria").glob("*.yaml"))]
    forms = {(recipe.network.name, str(recipe.network.keywords())): recipe for recipe in recipes}
    assert all(parameters(recipe) > 1_000_000 for recipe in forms.values())
