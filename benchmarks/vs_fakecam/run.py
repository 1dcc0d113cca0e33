#!/usr/bin/env python3
"""The 2020 script's pixel work against this library's, in one run.

    run.py [--program build/bin/bench_fakecam] [--rounds N] [--frames N] [--threads T] [--goal RATIO]

First both make the same frame from the same picture, mask, background and random numbers; unless the two
results differ by at most one grey level everywhere, nothing is timed. Then the two take turns, so that a busy
moment of the machine hits both, and the ratio of each round is taken by itself. Threads are the same for
both. Exit status: 0 the goal was reached, 1 the pictures differ or the goal was missed, 77 something needed
is not installed or not built.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import fakecam_pixels as script  # exits with 77 by itself where numpy or OpenCV is missing

cv2, np, fakecam = script.cv2, script.np, script.fakecam
SEED = 12345


def native(program, folder, options, *more):
    """Runs the native half on the pictures in `folder`; returns what it printed."""
    command = [program, "--width", options.width, "--height", options.height, "--threads", options.threads,
               "--seed", SEED, "--frame", folder / "frame.bgr", "--mask", folder / "mask.gray",
               "--background", folder / "background.bgr", *more]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def scripted(options):
    """Runs the Python half in a process of its own, as the script ran; returns what it printed."""
    command = [sys.executable, script.HERE / "fakecam_pixels.py", "--width", options.width, "--height",
               options.height, "--threads", options.threads, "--frames", options.frames]
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def same_picture(program, folder, options, frame, mask, background):
    """Compares one frame of both; prints how far they are apart."""
    native(program, folder, options, "--frames", 1, "--dump", folder / "native.bgr")
    ours = np.fromfile(folder / "native.bgr", np.uint8).reshape(frame.shape).astype(int)
    theirs = fakecam.get_frame(frame, mask, background, fakecam.random_source(SEED)).astype(int)
    apart = np.abs(ours - theirs)
    print(f"same picture: at most {apart.max()} grey level(s) apart, {100 * (apart > 0).mean():.2f} % of the "
          "values not equal")
    if apart.max() <= 1:
        return True
    y, x, c = np.unravel_index(apart.argmax(), apart.shape)
    print(f"WRONG: row {y}, column {x}, channel {c}: script {theirs[y, x, c]}, native {ours[y, x, c]} "
          f"({(apart > 1).sum()} values more than 1 apart); not timed")
    return False


def report(rounds, goal):
    """Prints the stages (medians of the rounds) and the ratios; returns whether the goal was reached."""
    def middle(half, pick):
        return statistics.median(pick(r[half]) for r in rounds)

    print(f"{'stage':<14}{'script ms':>11}{'native ms':>11}{'ratio':>9}")
    for stage in script.COUNTED:
        a, b = (middle(half, lambda r: r["stages"][stage]) for half in (0, 1))
        print(f"{stage:<14}{a:>11.2f}{b:>11.3f}{a / b:>9.1f}")
    a, b = (middle(half, lambda r: r["ms_per_frame"]) for half in (0, 1))
    ratios = sorted(r[0]["ms_per_frame"] / r[1]["ms_per_frame"] for r in rounds)
    ratio = statistics.median(ratios)
    print(f"{'all':<14}{a:>11.2f}{b:>11.3f}{ratio:>9.1f}   (rounds: {ratios[0]:.1f} to {ratios[-1]:.1f})")
    jpeg = statistics.median(r[0]["not_counted"]["jpeg_for_http"] for r in rounds)
    print(f"not counted: the script's JPEG for HTTP, {jpeg:.2f} ms")
    print(f"native is {ratio:.1f} times faster; goal {goal:g}: {'reached' if ratio >= goal else 'MISSED'}")
    return ratio >= goal


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(script.SOURCE_ROOT / "build" / "bin" / "bench_fakecam"))
    parser.add_argument("--rounds", type=int, default=5, help="turns of each half")
    parser.add_argument("--frames", type=int, default=40, help="frames a turn")
    parser.add_argument("--width", type=int, default=1280, help="pixels")
    parser.add_argument("--height", type=int, default=720, help="pixels")
    parser.add_argument("--threads", type=int, default=1, help="for both")
    parser.add_argument("--goal", type=float, default=6.0, help="least ratio for exit status 0")
    parser.add_argument("--json", help="also write all rounds there")
    options = parser.parse_args()
    if not pathlib.Path(options.program).exists():
        print(f"SKIP: no {options.program}; build it (cmake --preset dev, target bench_fakecam) or name it "
              "with --program")
        return 77
    frame, mask, background = script.make_inputs(options.width, options.height)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        frame.tofile(folder / "frame.bgr")
        (mask * np.uint8(255)).tofile(folder / "mask.gray")
        background.tofile(folder / "background.bgr")
        if not same_picture(options.program, folder, options, frame, mask, background):
            return 1
        rounds = []
        for _ in range(options.rounds):
            theirs = scripted(options)
            ours = native(options.program, folder, options, "--frames", options.frames * 4)
            rounds.append((theirs, ours))
    print(f"{options.width}x{options.height}, {options.rounds} rounds, script {rounds[0][0]['threads']} "
          f"thread(s), native {rounds[0][1]['threads']}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rounds, indent=1))
    return 0 if report(rounds, options.goal) else 1


if __name__ == "__main__":
    sys.exit(main())
