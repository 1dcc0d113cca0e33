"""What the tests of vbg-cam share: running it, pictures made by hand, and how a refusal looks."""
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

VBG_CAM = sys.argv.pop(1) if len(sys.argv) > 1 else "vbg-cam"
DATA = pathlib.Path(os.environ.get("VBG_TEST_DATA", "../shared"))
PATTERN = "pattern:size=64x48,frames=5"


def run(*args, timeout=120, env=None, cwd=None, text=True):
    # Prepared already: the program need not start itself anew each time.
    merged = {**os.environ, "VBG_PREPARED": "1", "OMP_WAIT_POLICY": "passive", **(env or {})}
    return subprocess.run([VBG_CAM, *args], capture_output=True, text=text, timeout=timeout, env=merged, cwd=cwd, check=False)


def png(width, height, pixel):
    """A PNG file's bytes, written by hand: pixel(x, y) -> (r, g, b)."""
    rows = b"".join(b"\0" + bytes(v for x in range(width) for v in pixel(x, y)) for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = pathlib.Path(folder.name)

    def refused(self, *args, says, code=1, **kwargs):
        """Exit code, one clear line that holds every text of `says`, and nothing left behind."""
        before = sorted(p.name for p in self.dir.rglob("*"))
        result = run(*args, **kwargs)
        self.assertEqual(result.returncode, code, result.stderr)
        for text in says:
            self.assertIn(text, result.stderr)
        self.assertNotIn("terminate called", result.stderr)
        self.assertEqual(before, sorted(p.name for p in self.dir.rglob("*")))
        return result
