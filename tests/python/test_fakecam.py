"""The 2020 script and the second write-up's, before and after: the same pictures."""

import pathlib
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import vbg
from conftest import DATA, SOURCE, matte, picture
from vbg import fakecam, framediff

cv2 = pytest.importorskip("cv2", reason="SKIP: no OpenCV for Python; install Debian's python3-opencv")

import fakecam_2020 as reference  # noqa: E402  (an independent account of the script's arithmetic)

FRAMES = 4


def apart(a, b):
    return int(np.abs(a.astype(int) - b.astype(int)).max())


@pytest.mark.parametrize("height,width", [(1, 1), (5, 7), (17, 33), (48, 64), (101, 67), (720, 1280)])
def test_functions_against_the_reference(height, width):
    frame = picture(height, width, seed=height)
    mask = (matte(height, width) > 127).astype(np.uint8)
    assert np.abs(fakecam.post_process_mask(mask) - reference.post_process_mask(mask)).max() <= 0.5 / 255 + 1e-9
    np.random.seed(7)
    expected = reference.hologram_effect(frame, reference.random_source(7))
    assert apart(fakecam.hologram_effect(frame), expected) <= 1
    for dx, dy in ((5, 5), (-5, -5), (0, 3), (200, 0), (0, 0)):
        if abs(dx) <= width and abs(dy) <= height:
            assert (fakecam.shift_img(frame, dx, dy) == reference.shift_image(frame, dx, dy)).all()


def test_the_random_numbers_go_on_from_frame_to_frame():
    frames = [picture(seed=i) for i in range(3)]
    np.random.seed(2020)
    rng = reference.random_source(2020)
    for frame in frames:
        assert apart(fakecam.hologram_effect(frame), reference.hologram_effect(frame, rng)) <= 1
    assert np.random.uniform() == rng.uniform()


def test_soft_masks_keep_their_scale():
    mask = (matte() > 127).astype(np.uint8) * 200
    ours, theirs = fakecam.post_process_mask(mask), reference.post_process_mask(mask)
    assert ours.max() > 100 and np.abs(ours - theirs).max() <= 0.51


def test_get_frame_with_a_given_mask():
    """Everything but the network, against the reference."""
    class Given(vbg.Segmenter):
        def do_segment(self, frame, alpha):
            alpha[:] = mask * 255

    class Capture:
        def read(self):
            return True, frame.copy()

    frame, background, mask = picture(90, 160, 1), picture(90, 160, 2), (matte(90, 160) > 127).astype(np.uint8)
    fakecam.use_segmenter(Given())
    try:
        np.random.seed(3)
        ours = fakecam.get_frame(Capture(), background)
        assert (fakecam.get_mask(frame, "http://localhost:9000") == mask).all()
    finally:
        fakecam._made = None
    assert apart(ours, reference.get_frame(frame.copy(), mask, background, reference.random_source(3))) <= 1


def test_a_capture_at_its_end():
    class Capture:
        def read(self):
            return False, None

    with pytest.raises(EOFError, match="no frame"):
        fakecam.get_frame(Capture(), picture())


def test_masks_of_the_original_network(models):
    goldens = DATA / "goldens/bodypix"
    name = "astronaut_1280x720"
    path = goldens / "cpu/quant2_075_s16" / name / "mask.npy"
    if not path.exists():
        pytest.skip(f"SKIP: no {path}")
    frame = cv2.imread(str(goldens / "inputs" / f"{name}.png"))
    mask = fakecam.get_mask(frame)
    expected = np.load(path).reshape(mask.shape)
    assert set(np.unique(mask)) <= {0, 1} and (mask != expected).mean() <= 0.005


def program_part(path):
    text = path.read_text()
    return text[text.index("# The program."):]


@pytest.mark.parametrize("name", ["fakecam", "framediff"])
def test_only_imports_differ(name):
    folder = SOURCE / "examples" / name
    assert program_part(folder / "before.py") == program_part(folder / "after.py")
    before_it = (folder / "after.py").read_text().split("# The program.")[0].split('"""')[2]
    assert all(line.startswith(("import ", "from ")) for line in before_it.splitlines() if line)


STUBS = {
    "pyfakewebcam.py": """
        import numpy as np
        class FakeWebcam:
            def __init__(self, device, width, height):
                self.device, self.count = device, 0
            def schedule_frame(self, frame):
                np.save(self.device % self.count, frame)
                self.count += 1
        """,
    "requests.py": """
        import os, numpy as np
        class RequestException(Exception): pass
        class Answer: pass
        masks = iter(np.load(os.environ["MASKS"])) if "MASKS" in os.environ else None
        def post(url, data, headers):
            answer = Answer()
            answer.content = next(masks).tobytes()
            return answer
        """,
}


def run(script, arguments, folder, **environment):
    """Runs an example with the same random numbers and stand-ins for what is not installed."""
    import os

    program = f"import numpy, runpy, sys; numpy.random.seed(11); sys.argv = {[str(script), *map(str, arguments)]!r}; " \
              f"runpy.run_path({str(script)!r}, run_name='__main__')"
    paths = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", ""), str(pathlib.Path(vbg.__file__).parents[1])])
    subprocess.run([sys.executable, "-B", "-c", program], check=True, timeout=120,
                   env={**os.environ, "PYTHONPATH": paths, **environment})


@pytest.mark.parametrize("name", ["fakecam", "framediff"])
def test_scripts_before_and_after_make_the_same_pictures(name, tmp_path, request):
    environment = {}
    for file, text in STUBS.items():
        (tmp_path / file).write_text(textwrap.dedent(text))
    person = DATA / "goldens/bodypix/inputs/astronaut_crop_333x257.png"
    base = cv2.imread(str(person)) if person.exists() else picture(257, 333)
    base = base[:256, :332]
    film = [np.ascontiguousarray(np.roll(base, 3 * i, axis=1)) for i in range(FRAMES + 1)]
    for i, frame in enumerate(film):
        cv2.imwrite(str(tmp_path / f"in_{i:03d}.png"), frame)
    cv2.imwrite(str(tmp_path / "background.png"), picture(100, 150, seed=9))
    if name == "fakecam":
        request.getfixturevalue("models")
        masks = np.stack([fakecam.get_mask(frame) for frame in film[:FRAMES]])
        assert 0.05 < masks.mean() < 0.95
        np.save(tmp_path / "masks.npy", masks)
        environment["MASKS"] = str(tmp_path / "masks.npy")
    folder = SOURCE / "examples" / name
    camera, background = tmp_path / "in_%03d.png", tmp_path / "background.png"
    run(folder / "before.py", [camera, tmp_path / "before_%03d.npy", background, FRAMES], tmp_path, **environment)
    run(folder / "after.py", [camera, f"images:path={tmp_path}/after_%03d.png", background, FRAMES], tmp_path)
    made = sorted(tmp_path.glob("after_*.png"))
    assert len(made) == FRAMES
    for i, path in enumerate(made):
        before = np.load(tmp_path / f"before_{i:03d}.npy")
        after = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        assert np.ptp(before) > 100
        assert apart(before, after) <= 1


def test_frame_differencing():
    before, now, background = picture(seed=1), picture(seed=1), picture(seed=2)
    now[10:20, 10:20] ^= 64
    grey = cv2.cvtColor(cv2.absdiff(before, now), cv2.COLOR_BGR2GRAY)
    assert (framediff.moving(before, now) == (grey > 3)).all()
    expected = np.where((grey > 3)[:, :, None], now, background)
    assert (framediff.replace_still(before, now, background) == expected).all()
    stream = framediff.FrameDiff()
    assert (stream.frame(before, background) == background).all()
    assert (stream.frame(now, background) == expected).all()
    stream.reset()
    assert stream.mask(now).max() == 0
    assert (framediff.moving(before, now, threshold=254) == 0).all()
