"""The wheels that pip makes of a checkout: with libvbg inside, and linked to an installed one. Each is tried in a virtual
environment of its own.

The library is not compiled for it once more: this build's is installed into a folder and put into the wheel from there
(VBG_PYTHON_BUNDLE). The module is compiled once, unoptimised, and linked twice.
"""

import os
import subprocess
import sys
import tomllib
import zipfile

import numpy as np
import pytest

import vbg
from conftest import DATA, SOURCE, clean_environment, install_with_cmake, libraries_of

PORTRAIT = DATA / "goldens/bodypix/inputs/astronaut_512.png"
# Prints where the package lies, and writes the mattes of a green screen and, where there is a network, of a portrait.
PROGRAM = """
import sys
import numpy as np
import vbg

print(vbg.__file__)
picture = np.full((48, 64, 3), 90, np.uint8)
picture[:, :32] = 0, 255, 0
mattes = {"screen": np.asarray(vbg.ChromaKey()(picture))}
if len(sys.argv) > 2:
    mattes["portrait"] = np.asarray(vbg.Selfie(model=sys.argv[3])(next(iter(vbg.Source("image:path=" + sys.argv[2])))))
np.savez(sys.argv[1], **mattes)
"""

pytestmark = pytest.mark.skipif(not os.environ.get("VBG_TEST_WHEEL"),
                                reason="SKIP: set VBG_TEST_WHEEL=1 to compile and install wheels (minutes)")


def run(*command, **environment):
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=clean_environment(**environment))
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-4000:]
    return result.stdout


def one_line(text):
    return " ".join(text.split())[-300:]


@pytest.fixture(scope="module")
def pip(tmp_path_factory):
    """Makes a virtual environment with these packages, and tells its Python. SKIP where no index is reached."""
    def make(*packages):
        folder = tmp_path_factory.mktemp("venv")
        made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            pytest.skip(f"SKIP: no virtual environment can be made; install Debian's python3-venv ({one_line(made.stdout)})")
        python = folder / "bin/python"
        command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        reached = subprocess.run([*command, "download", "--no-deps", "--dest", folder / "wheels", "numpy"], capture_output=True,
                                 text=True, check=False, env=clean_environment())
        if reached.returncode != 0:
            pytest.skip(f"SKIP: pip reaches no package index: {one_line(reached.stderr)}")
        run(*command, "install", "--find-links", folder / "wheels", *packages)
        return python
    return make


@pytest.fixture(scope="module")
def wheels(pip, tmp_path_factory):
    """Both wheels, and the folder with the installed libvbg."""
    prefix = install_with_cmake(tmp_path_factory.mktemp("prefix"), "runtime", "dev")
    requires = tomllib.loads((SOURCE / "python/pyproject.toml").read_text())["build-system"]["requires"]
    python = pip(*requires)
    build = tmp_path_factory.mktemp("build")
    made = {}
    for name, bundle in (("whole", "ON"), ("linked", "OFF")):
        folder = tmp_path_factory.mktemp(name)
        run(python, "-m", "pip", "--disable-pip-version-check", "wheel", SOURCE / "python", "--no-deps", "--no-build-isolation",
            "--wheel-dir", folder, f"--config-settings=build-dir={build}", f"--config-settings=cmake.define.VBG_PYTHON_BUNDLE={bundle}",
            CMAKE_PREFIX_PATH=str(prefix), SKBUILD_CMAKE_BUILD_TYPE="None")
        made[name], = folder.glob("vbg-*.whl")
    assert not (SOURCE / "python/build").exists()
    return made["whole"], made["linked"], prefix


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Arguments of the program for a portrait and a network, or none."""
    if not PORTRAIT.exists() or not (DATA / "models/tflite").exists():
        print(f"no network is tried: no {PORTRAIT}; set VBG_TEST_DATA")
        return []
    return [str(PORTRAIT), str(vbg.fetch_model("selfie-general", from_=DATA / "models", into=tmp_path_factory.mktemp("model")))]


def try_it(python, network, folder):
    """The package in an environment: where it lies, after its mattes were compared with this build's."""
    out = folder / "mattes.npz"
    program = folder / "program.py"
    program.write_text(PROGRAM)
    where = run(python, "-B", program, out, *network).splitlines()[-1]
    mattes = np.load(out)
    assert mattes["screen"].shape == (48, 64)
    assert (mattes["screen"][:, :28] == 0).all() and (mattes["screen"][:, 36:] == 255).all()
    if network:
        expected = vbg.Selfie(model=network[1])(next(iter(vbg.Source(f"image:path={network[0]}"))))
        assert 0.2 < expected.mean() / 255 < 0.8
        assert abs(mattes["portrait"].astype(int) - expected).mean() < 0.5
    package = python.parents[1]
    assert where.startswith(str(package))
    return next(package.glob("lib/python3*/site-packages/vbg/_vbg*.so"))


def test_a_wheel_with_libvbg_inside_needs_no_other(wheels, pip, network, tmp_path):
    whole, _, prefix = wheels
    with zipfile.ZipFile(whole) as archive:
        names = [name for name in archive.namelist() if name.startswith("vbg/")]
        description = archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA"))).decode()
    libraries = [name for name in names if ".so" in name]
    assert len(libraries) == 2 and "vbg/libvbg.so.0.1" in libraries  # once, and nobody else's
    for name in ("__init__.py", "_vbg.pyi", "_stages.pyi", "py.typed", "fakecam.py", "camera.py", "framediff.py", "LICENSE"):
        assert f"vbg/{name}" in names
    assert "with the system's own LibTorch" in description

    away = prefix.with_name("away")
    prefix.rename(away)  # nothing of it may be needed
    try:
        module = try_it(pip(whole), network, tmp_path)
        loaded = libraries_of(module)
        assert loaded["libvbg.so.0.1"] == module.with_name("libvbg.so.0.1").resolve()
        assert not any(path.is_relative_to(module.parents[2]) for name, path in loaded.items() if name != "libvbg.so.0.1")
        paths = run("readelf", "-d", module, module.with_name("libvbg.so.0.1"))
        assert str(prefix) not in paths
    finally:
        away.rename(prefix)


def test_a_wheel_linked_to_an_installed_libvbg_uses_that(wheels, pip, network, tmp_path):
    _, linked, prefix = wheels
    with zipfile.ZipFile(linked) as archive:
        assert len([name for name in archive.namelist() if ".so" in name]) == 1
    module = try_it(pip(linked), network, tmp_path)
    assert libraries_of(module)["libvbg.so.0.1"].is_relative_to(prefix.resolve())
