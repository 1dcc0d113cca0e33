"""The package as it is installed: by CMake for the system's Python, and by pip in a virtual environment."""

import os
import pathlib
import subprocess
import sys

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
    """Minutes of compiling and a network: only where VBG_TEST_WHEEL is set."""
    if not os.environ.get("VBG_TEST_WHEEL"):
        pytest.skip("SKIP: set VBG_TEST_WHEEL=1 to build a wheel (takes minutes and a package index)")
    python = tmp_path / "venv/bin/python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    result = subprocess.run([python, "-m", "pip", "install", SOURCE / "python", "-C", f"build-dir={tmp_path / 'build'}"],
                            capture_output=True, text=True, check=False, env=clean_environment(CMAKE_PREFIX_PATH=str(prefix)))
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-4000:]
    result = subprocess.run([python, "-B", "-c", PROGRAM], capture_output=True, text=True, check=False, cwd=tmp_path,
                            env=clean_environment())
    assert result.stdout.splitlines()[-1:] == ["[9, 9, 9]"], result.stderr
    assert "venv" in result.stdout.splitlines()[0]
