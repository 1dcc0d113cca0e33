"""What the tests of the Python package share. The package is found through PYTHONPATH (build/python)."""

import os
import pathlib

import numpy as np
import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("VBG_TEST_DATA") or SOURCE.parent / "shared")


def picture(height=48, width=64, seed=0):
    """Gradients and noise, so that every kernel has something to do."""
    rng = np.random.RandomState(seed)
    y, x = np.mgrid[0:height, 0:width]
    waves = np.stack([np.sin(x / (5 + c)) + np.cos(y / (7 - c)) for c in range(3)], axis=2)
    return np.clip(128 + 60 * waves + rng.normal(0, 5, (height, width, 3)), 0, 255).astype(np.uint8)


def matte(height=48, width=64):
    """A soft disc."""
    y, x = np.mgrid[0:height, 0:width]
    distance = np.hypot(y - height / 2, x - width / 2)
    return np.clip(255 * (min(height, width) / 3 - distance) / 6 + 128, 0, 255).astype(np.uint8)


@pytest.fixture
def frame():
    return picture()


@pytest.fixture
def alpha():
    return matte()


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """A folder with the 2020 script's network in it, made from the publisher's files."""
    import vbg

    weights = DATA / "models"
    if not (weights / "bodypix").exists():
        pytest.skip(f"SKIP: no {weights / 'bodypix'}; set VBG_TEST_DATA")
    folder = tmp_path_factory.mktemp("models")
    vbg.fetch_model("bodypix-mobilenet-075-16", from_=weights, into=folder)
    os.environ["VBG_MODEL_PATH"] = str(folder)
    return folder
