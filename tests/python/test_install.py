"""The package as CMake installs it for the system's Python. test_wheel.py tries what pip makes."""

import shutil
import subprocess
import sys

import pytest

from conftest import SOURCE, clean_environment, install_with_cmake, libraries_of

PROGRAM = ("import numpy as np, vbg; print(vbg.__file__); "
           "print(vbg.Pipeline(segmenter='constant:value=255').process(np.full((4, 6, 3), 9, np.uint8)).tolist()[0][0])")


def test_installed_by_cmake_it_finds_its_library(tmp_path):
    prefix = install_with_cmake(tmp_path, "runtime", "python")
    package = next(prefix.glob("**/vbg/__init__.py")).parent
    for name in ("py.typed", "_vbg.pyi", "_stages.pyi", "fakecam.py", "camera.py", "framediff.py"):
        assert (package / name).exists()
    result = subprocess.run([sys.executable, "-B", "-c", PROGRAM], capture_output=True, text=True, check=False,
                            env=clean_environment(PYTHONPATH=str(package.parent)))
    assert result.stdout.splitlines() == [str(package / "__init__.py"), "[9, 9, 9]"], result.stderr
    assert libraries_of(next(package.glob("_vbg*.so")))["libvbg.so.0.1"].is_relative_to(prefix.resolve())


def test_a_copy_of_the_package_alone_tells_what_is_missing(tmp_path):
    """As in an sdist: the library's sources are not beside it."""
    shutil.copytree(SOURCE / "python", tmp_path / "python")
    result = subprocess.run(["cmake", "-S", tmp_path / "python", "-B", tmp_path / "build", "-DCMAKE_DISABLE_FIND_PACKAGE_vbg=ON",
                             f"-DPython_EXECUTABLE={sys.executable}"], capture_output=True, text=True, check=False)
    if "pybind11" in result.stderr:
        pytest.skip("SKIP: CMake finds no pybind11; install Debian's pybind11-dev")
    assert result.returncode != 0
    for words in ("pip install ./python", "CMAKE_PREFIX_PATH"):
        assert words in " ".join(result.stderr.split())
