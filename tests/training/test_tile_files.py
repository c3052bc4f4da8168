"""Which files belong together, and which tiles make up a split."""

from __future__ import annotations

from pathlib import Path

import pytest

from rgbsar_core.errors import InputError
from training.datasets.tile_files import find_tiles, keep_fraction, without_token
from training.recipe import FilesRecipe, LabelFilesRecipe, TilesRecipe

PAIRED = TilesRecipe(
    optical=FilesRecipe(folder="s2_dir/{split}", token="s2"),
    sar=FilesRecipe(folder="s1_dir/{split}", token="s1"),
    label=LabelFilesRecipe(folder="ann_dir/{split}", token="lc"),
    split_labels={"val": LabelFilesRecipe(folder="ann_dir/{split}", token="dfc", values={0: 0, 1: 2})},
    lists={},
)


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def listed(folder: Path, names: list[str]) -> None:
    for name in names:
        for role in ("optical", "sar", "label"):
            touch(folder / role / f"{name}.tif")
    (folder / "train.txt").write_text("\n".join(names), encoding="utf-8")


def test_a_list_names_the_tiles_of_a_split_in_sorted_order(tmp_path: Path) -> None:
    listed(tmp_path, ["b", "a", "c"])
    (tmp_path / "train.txt").write_text("c\r\n\r\n a \n", encoding="utf-8")
    tiles = find_tiles(tmp_path, TilesRecipe(), ("train",))
    assert [tile.name for tile in tiles] == ["a", "c"]
    assert (tiles[0].optical, tiles[0].label) == (tmp_path / "optical" / "a.tif", tmp_path / "label" / "a.tif")


def test_names_of_a_list_may_have_an_extension_as_the_check_allows(tmp_path: Path) -> None:
    listed(tmp_path, ["a", "b.v2"])
    (tmp_path / "train.txt").write_text("a.png\nb.v2.TIF\n", encoding="utf-8")
    assert [tile.name for tile in find_tiles(tmp_path, TilesRecipe(), ("train",))] == ["a", "b.v2"]


def test_roles_are_paired_by_file_names_even_below_a_folder_that_is_called_like_a_role(tmp_path: Path) -> None:
    root = tmp_path / "s1 and lc"
    for name in ("ROIs1158_spring_{}_1_p30", "ROIs1158_spring_{}_1_p31"):
        touch(root / "s2_dir" / "train" / "s2_1" / (name.format("s2") + ".tif"))
        touch(root / "s1_dir" / "train" / "s1_1" / (name.format("s1") + ".tif"))
        touch(root / "ann_dir" / "train" / "lc_1" / (name.format("lc") + ".tif"))
    tiles = find_tiles(root, PAIRED, ("train",))
    assert [tile.name for tile in tiles] == ["ROIs1158_spring_s2_1_p30", "ROIs1158_spring_s2_1_p31"]
    assert tiles[1].sar == root / "s1_dir" / "train" / "s1_1" / "ROIs1158_spring_s1_1_p31.tif"
    assert tiles[1].label.name == "ROIs1158_spring_lc_1_p31.tif"


def test_a_split_may_keep_other_labels(tmp_path: Path) -> None:
    for role, name in (("s2", "a_s2_1"), ("s1", "a_s1_1"), ("ann", "a_dfc_1")):
        touch(tmp_path / f"{role}_dir" / "val" / f"{name}.tif")
    (tile,) = find_tiles(tmp_path, PAIRED, ("val",))
    assert tile.label.name == "a_dfc_1.tif"
    assert tile.label_files.values == {0: 0, 1: 2}


@pytest.mark.parametrize(
    ("stem", "token", "shared"),
    [
        ("ROIs1158_s1_30", "s1", "ROIs1158_*_30"),  # not the s1 of ROIs1158
        ("s1_0001", "s1", "*_0001"),
        ("top_potsdam_2_10_RGBIR", "RGBIR", "top_potsdam_2_10_*"),
        ("hunans1tile7", "s1", "hunan*tile7"),  # never alone: anywhere
        ("plain", "s1", "plain"),
        ("plain", "", "plain"),
    ],
)
def test_the_word_of_a_role_is_left_out_of_a_name(stem: str, token: str, shared: str) -> None:
    assert without_token(stem, token) == shared


def test_tiles_held_out_are_the_same_for_every_run_and_never_trained_on(tmp_path: Path) -> None:
    names = [f"t{number:02d}" for number in range(20)]
    listed(tmp_path, names)
    recipe = TilesRecipe(hold_out=5)
    train, held = (find_tiles(tmp_path, recipe, (split,)) for split in ("train", "val"))
    assert (len(train), len(held)) == (15, 5)
    assert sorted(tile.name for tile in (*train, *held)) == names
    assert find_tiles(tmp_path, recipe, ("val",)) == held
    with pytest.raises(InputError, match="holds out 20 tiles for validation; .* has 20 to train on"):
        find_tiles(tmp_path, TilesRecipe(hold_out=20), ("train",))


def test_smaller_fractions_lie_within_larger_ones_and_follow_names_not_order() -> None:
    names = [f"t{number:03d}" for number in range(400)]
    kept = {share: set(keep_fraction(names, share)) for share in (1, 1 / 2, 1 / 5, 1 / 10, 1 / 20)}
    assert [len(numbers) for numbers in kept.values()] == [400, 200, 80, 40, 20]
    shares = list(kept.values())
    assert all(small < large for large, small in zip(shares, shares[1:]))
    turned = names[::-1]
    assert {turned[number] for number in keep_fraction(turned, 0.05)} == {names[number] for number in kept[1 / 20]}
    assert len(keep_fraction(names[:10], 0.05)) == 1  # half an image is one
    with pytest.raises(InputError, match="data.fraction is 0.05, which keeps none of 9 images; .* Raise it to 1/9"):
        keep_fraction(names[:9], 0.05)


def test_what_does_not_fit_together_is_named(tmp_path: Path) -> None:
    listed(tmp_path, ["a", "b"])
    with pytest.raises(InputError, match="names no list of the split 'train'; it has test"):
        find_tiles(tmp_path, TilesRecipe(lists={"test": "test.txt"}), ("train",))
    with pytest.raises(InputError, match=r"The list '.*val.txt' cannot be read"):
        find_tiles(tmp_path, TilesRecipe(), ("val",))
    (tmp_path / "sar" / "b.tif").unlink()
    with pytest.raises(InputError, match=r"The tile 'b' of the split 'train' has no file '.*sar.b\.tif'"):
        find_tiles(tmp_path, TilesRecipe(), ("train",))
    (tmp_path / "train.txt").write_text("a\na\n", encoding="utf-8")
    with pytest.raises(InputError, match="names the tile 'a' twice"):
        find_tiles(tmp_path, TilesRecipe(), ("train",))
    (tmp_path / "train.txt").write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="The split 'train' of .* has no tile"):
        find_tiles(tmp_path, TilesRecipe(), ("train",))


def test_lonely_and_doubled_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no folder '.*s2_dir.train'"):
        find_tiles(tmp_path, PAIRED, ("train",))
    for role, name in (("s2", "a_s2"), ("s1", "a_s1"), ("s1", "b_s1"), ("ann", "a_lc"), ("ann", "b_lc")):
        touch(tmp_path / f"{role}_dir" / "train" / f"{name}.tif")
    with pytest.raises(InputError, match=r"s2_dir.train' has no partner of 'b_s1.tif' \(1 missing\)"):
        find_tiles(tmp_path, PAIRED, ("train",))
    touch(tmp_path / "s2_dir" / "train" / "x" / "a_s2.tif")
    with pytest.raises(InputError, match="have the same name; expected one of each"):
        find_tiles(tmp_path, PAIRED, ("train",))
