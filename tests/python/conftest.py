"""What the tests of the Python package share. The package is found through PYTHONPATH (build/python)."""

import os
import pathlib
import subprocess

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


def clean_environment(**more):
    """For a program that must find the package where it was installed, not in the build folder."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "LD_LIBRARY_PATH", "VBG_SEGMENTER")}
    return {**environment, **more}


def install_with_cmake(prefix, *components):
    """Installs the build that the package belongs to; returns the folder."""
    import vbg

    build = pathlib.Path(vbg.__file__).resolve().parents[2]
    if not (build / "CMakeCache.txt").exists():
        pytest.skip("SKIP: the package does not lie in a build folder")
    for component in components:
        result = subprocess.run(["cmake", "--install", build, "--prefix", prefix, "--component", component], capture_output=True,
                                text=True, check=False)
        assert result.returncode == 0, result.stderr
    return prefix


def libraries_of(file):
    """What the dynamic linker loads for a file: name to path."""
    text = subprocess.run(["ldd", file], capture_output=True, text=True, check=True, env=clean_environment()).stdout
    lines = [line.split() for line in text.splitlines() if "=>" in line]
    return {line[0]: pathlib.Path(line[2]).resolve() for line in lines if line[2].startswith("/")}


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
