"""The package as it is installed: by CMake for the system's Python, and by pip in a virtual environment."""

import os
import pathlib
import subprocess
import sys
import tomllib

import pytest

import vbg
from conftest import SOURCE

BUILD = pathlib.Path(vbg.__file__).resolve().parents[2]
PROGRAM = ("import numpy as np, vbg; print(vbg.__file__); "
           "print(vbg.Pipeline(segmenter='constant:value=255').process(np.full((4, 6, 3), 9, np.uint8)).tolist()[0][0])")


def clean_environment(**more):
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "LD_LIBRARY_PATH", "VBG_SEGMENTER")}
    return {**environment, **more}


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    if not (BUILD / "CMakeCache.txt").exists():
        pytest.skip("SKIP: the package does not lie in a build folder")
    folder = tmp_path_factory.mktemp("prefix")
    for component in ("runtime", "dev", "python"):
        result = subprocess.run(["cmake", "--install", BUILD, "--prefix", folder, "--component", component], capture_output=True,
                                text=True, check=False)
        assert result.returncode == 0, result.stderr
    return folder


def test_installed_by_cmake_it_finds_its_library(prefix):
    package = next(prefix.glob("**/vbg/__init__.py")).parent
    for name in ("py.typed", "_vbg.pyi", "_stages.pyi", "fakecam.py", "camera.py", "framediff.py"):
        assert (package / name).exists()
    result = subprocess.run([sys.executable, "-B", "-c", PROGRAM], capture_output=True, text=True, check=False,
                            env=clean_environment(PYTHONPATH=str(package.parent)))
    assert result.stdout.splitlines() == [str(package / "__init__.py"), "[9, 9, 9]"], result.stderr
    libraries = subprocess.run(["ldd", next(package.glob("_vbg*.so"))], capture_output=True, text=True, check=True).stdout
    found = next(line.split()[2] for line in libraries.splitlines() if "libvbg.so" in line)
    assert pathlib.Path(found).resolve().is_relative_to(prefix.resolve())


def test_pip_install_in_a_virtual_environment(prefix, tmp_path):
    """As a stranger does it, beside an installed libvbg; unoptimised, which compiles faster."""
    if not os.environ.get("VBG_TEST_WHEEL"):
        pytest.skip("SKIP: set VBG_TEST_WHEEL=1 to compile and install a wheel (minutes)")
    environment = clean_environment(CMAKE_PREFIX_PATH=str(prefix), SKBUILD_CMAKE_BUILD_TYPE="None", PIP_DISABLE_PIP_VERSION_CHECK="1")
    made = subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"SKIP: no virtual environment can be made; install Debian's python3-venv ({made.stderr.strip()[-200:]})")
    pip = [tmp_path / "venv/bin/python", "-m", "pip", "--quiet"]
    needed = tomllib.loads((SOURCE / "python/pyproject.toml").read_text())["build-system"]["requires"]
    reached = subprocess.run([*pip, "download", "--no-deps", "--dest", tmp_path / "wheels", *needed, "numpy"], capture_output=True,
                             text=True, check=False, env=environment)
    if reached.returncode != 0:
        pytest.skip(f"SKIP: pip finds no package index: {reached.stderr.strip()[-200:]}")
    result = subprocess.run([*pip, "install", SOURCE / "python"], capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-4000:]
    result = subprocess.run([tmp_path / "venv/bin/python", "-B", "-c", PROGRAM], capture_output=True, text=True, check=False,
                            cwd=tmp_path, env=environment)
    assert result.stdout.splitlines()[-1:] == ["[9, 9, 9]"], result.stderr
    assert str(tmp_path / "venv") in result.stdout.splitlines()[0]
    assert not (SOURCE / "python/build").exists()
