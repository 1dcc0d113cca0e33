#!/usr/bin/env python3
"""BodyPix 075 / stride 16 / quant2, segments head: libvbg's LibTorch network beside ONNX Runtime.

Builds an ONNX model straight from the TensorFlow.js weights (no converter of ours is in that path), checks that
both give the same logits, then times them in turns: both stay loaded, A runs, B runs, A runs, ... Only ratios
within one round mean anything on a machine that does other things too.

One command, from anywhere (it makes itself a virtual environment with onnx, onnxruntime and numpy):
    python3 benchmarks/vs_onnxruntime/compare.py [--build build] [--data ../shared] [--rounds 15] [--threads 2]
        [--neighbour]
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def in_environment():
    """Runs this script again inside a virtual environment that has what it needs."""
    folder = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "vbg" / "vs_onnxruntime"
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "onnx", "onnxruntime", "numpy"], check=True)
        ready.touch()
    os.environ["VBG_VS_ONNXRUNTIME"] = "1"
    os.execv(python, [str(python), *sys.argv])


if "VBG_VS_ONNXRUNTIME" not in os.environ:
    in_environment()

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402


def read_weights(model_json):
    """All tensors of a TF.js graph model, dequantised: name -> float32 array in TensorFlow's layout."""
    group = json.loads(model_json.read_text())["weightsManifest"][0]
    data = b"".join((model_json.parent / path).read_bytes() for path in group["paths"])
    tensors, at = {}, 0
    for entry in group["weights"]:
        quantised = entry.get("quantization")
        kind = np.dtype((quantised or entry)["dtype"]).newbyteorder("<")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        values = np.frombuffer(data, kind, count, at)
        at += count * kind.itemsize
        if quantised:
            values = (values.astype(np.float64) * quantised["scale"] + quantised["min"]).astype(np.float32)
        tensors[entry["name"]] = values.reshape(entry["shape"])
    return tensors


def build_onnx(weights):
    """MobileNetV1 0.75 at stride 16 up to the segments head. 3x3 kernels are padded by 1: sides are 16 n + 1."""
    nodes, constants = [], []

    def constant(name, values):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(values, np.float32), name))
        return name

    constant("zero", np.array(0.0))
    constant("six", np.array(6.0))

    def convolution(source, result, kernel, bias, stride, groups, clip):
        side = kernel.shape[2]
        inputs = [source, constant(result + "_kernel", kernel), constant(result + "_bias", bias)]
        nodes.append(helper.make_node("Conv", inputs, [result + "_sum" if clip else result], strides=[stride] * 2,
                                      pads=[side // 2] * 4, group=groups, kernel_shape=[side] * 2))
        if clip:
            nodes.append(helper.make_node("Clip", [result + "_sum", "zero", "six"], [result]))
        return result

    def tensor(layer, part):
        return weights[f"MobilenetV1/{layer}/{part}"]

    x = convolution("picture", "first", tensor("Conv2d_0", "weights").transpose(3, 2, 0, 1),
                    tensor("Conv2d_0", "Conv2D_bias"), 2, 1, True)
    for block in range(1, 14):
        depth, point = f"Conv2d_{block}_depthwise", f"Conv2d_{block}_pointwise"
        kernel = tensor(depth, "depthwise_weights")
        x = convolution(x, f"depth{block}", kernel.transpose(2, 3, 0, 1), tensor(depth, "depthwise_bias"),
                        2 if block in (2, 4, 6) else 1, kernel.shape[2], True)
        x = convolution(x, f"point{block}", tensor(point, "weights").transpose(3, 2, 0, 1),
                        tensor(point, "Conv2D_bias"), 1, 1, True)
    convolution(x, "segments", tensor("segment_2", "weights").transpose(3, 2, 0, 1),
                tensor("segment_2", "Conv2D_bias"), 1, 1, False)
    graph = helper.make_graph(nodes, "bodypix",
                              [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, "h", "w"])],
                              [helper.make_tensor_value_info("segments", TensorProto.FLOAT, [1, 1, "oh", "ow"])],
                              constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


class Ours:
    """The network server: see network_server.cpp."""

    def __init__(self, program, environment=None):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment)

    def send(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()

    def ask(self, *words):
        self.send(*words)
        answer = self.process.stdout.readline().strip()
        if not answer or answer.startswith("error"):
            sys.exit(f"network server: {words[0]}: {answer or 'it ended'}")
        return answer


def picture(data, height, width):
    """A photo brought to the network's size (nearest pixel is good enough to time it), normalised."""
    saved = data / "goldens/bodypix/cpu/quant2_075_s16/astronaut_512/resized.npy"
    if saved.exists():
        photo = np.load(saved).reshape(-1, *np.load(saved).shape[-2:])
        rows = np.arange(height) * photo.shape[0] // height
        columns = np.arange(width) * photo.shape[1] // width
        photo = photo[rows][:, columns]
    else:
        photo = np.random.default_rng(1).uniform(0, 255, (height, width, 3))
    return np.ascontiguousarray(photo / 127.5 - 1, np.float32)


def beside_neighbour(ours, program, folder, options, size):
    """How much slower a frame is while another OpenMP program, whose threads spin, keeps every core busy."""
    busy = {**os.environ, "VBG_PREPARED": "1", "OMP_WAIT_POLICY": "active", "OMP_NUM_THREADS": str(options.threads)}

    def time_frames(precision):
        return [float(t) for t in ours.ask("time", precision, 20).split()]

    def time_beside(precision):
        # Made for the occasion: its threads spin even when it has nothing to do.
        neighbour = Ours(program, busy)
        neighbour.ask("load", "fp32", folder / "model.pt", "fp32", options.threads, "segments")
        neighbour.ask("input", *size, folder / "input")
        neighbour.send("time", "fp32", 1000000)
        time.sleep(0.2)
        times = time_frames(precision)
        neighbour.process.kill()
        neighbour.process.wait()
        return times

    result = {}
    for precision in ("fp32", "auto"):
        alone, beside = [], []
        for _ in range(3):
            alone += time_frames(precision)
            beside += time_beside(precision)
        result[precision] = float(np.median(beside) / np.median(alone))
        print(f"  libvbg {precision} beside a busy OpenMP program: {np.median(beside):.1f} ms, "
              f"alone {np.median(alone):.1f} ms: {result[precision]:.2f} times slower")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="CMake build folder")
    parser.add_argument("--data", type=Path, help="folder with models/bodypix/... (default: VBG_TEST_DATA, ../shared)")
    parser.add_argument("--size", default="641x353", help="network input, width x height (default %(default)s)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--runs", type=int, default=10, help="runs in a round, of each")
    parser.add_argument("--neighbour", action="store_true", help="also time beside a busy, spinning OpenMP program")
    parser.add_argument("--json", type=Path, help="also write the result there")
    options = parser.parse_args()
    data = options.data or Path(os.environ.get("VBG_TEST_DATA", ROOT.parent / "shared"))
    weights = data / "models/bodypix/mobilenet/quant2/075/model-stride16.json"
    program = options.build / "bin/vs_onnxruntime_server"
    for path, cure in ((weights, "set VBG_TEST_DATA or --data to the folder that holds models/"),
                       (program, "build it: cmake --preset dev && ninja -C build")):
        if not path.exists():
            sys.exit(f"{path} is not there: {cure}")
    width, height = map(int, options.size.split("x"))

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        image = picture(data, height, width)
        image.tofile(folder / "input")
        ours = Ours(program)
        ours.ask("convert", weights, folder / "model.pt")
        summaries = {}
        for precision in ("fp32", "auto"):
            summaries[precision] = ours.ask("load", precision, folder / "model.pt", precision, options.threads, "segments")
        ours.ask("input", height, width, folder / "input")
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = options.threads
        session = onnxruntime.InferenceSession(build_onnx(read_weights(weights)), settings,
                                               providers=["CPUExecutionProvider"])
        feed = {"picture": np.ascontiguousarray(image.transpose(2, 0, 1)[None])}

        wanted = session.run(None, feed)[0]
        for precision in ("fp32", "auto"):
            ours.ask("output", precision, folder / "output")
            got = np.fromfile(folder / "output", np.float32).reshape(wanted.shape)
            off = float(np.abs(got - wanted).max())
            sides = float(np.mean((got > 0.8473) != (wanted > 0.8473))) * 100  # logit of the default threshold 0.7
            print(f"{precision}: {summaries[precision]}\n      logits off ONNX Runtime's by {off:.2g}, "
                  f"{sides:.2f} % of cells on the other side of 0.7")
            if off > (2e-3 if "fp32" in summaries[precision] else 2.0):
                sys.exit("the results differ: not worth timing")

        def time_onnx():
            times = []
            for _ in range(options.runs):
                begin = time.perf_counter()
                session.run(None, feed)
                times.append((time.perf_counter() - begin) * 1e3)
            return times

        contestants = {"onnxruntime fp32": time_onnx}
        for precision in ("fp32", "auto"):
            contestants["libvbg " + precision] = lambda p=precision: [
                float(t) for t in ours.ask("time", p, options.runs).split()]
        for run in contestants.values():
            run()  # warm
        rounds = {name: [] for name in contestants}
        for turn in range(options.rounds):
            names = list(contestants)
            for name in names if turn % 2 == 0 else reversed(names):
                time.sleep(0.02)  # let the other one's threads fall asleep
                rounds[name].append(np.median(contestants[name]()))
        result = {"threads": options.threads, "size": options.size, "onnxruntime": onnxruntime.__version__,
                  "resident_mb": int(ours.ask("memory")), "summaries": summaries}
        print(f"{options.size}, {options.threads} threads, ONNX Runtime {onnxruntime.__version__}; "
              f"median of {options.rounds} rounds of {options.runs} runs")
        for name, times in rounds.items():
            result[name] = float(np.median(times))
            print(f"  {name:18} {np.median(times):7.2f} ms   (best round {min(times):.2f})")
        pairs = (("libvbg fp32", "onnxruntime fp32"), ("libvbg auto", "libvbg fp32"))
        for one, other in pairs:
            ratios = np.array(rounds[one]) / np.array(rounds[other])
            result[f"{one} / {other}"] = float(np.median(ratios))
            print(f"  {one} / {other}: {np.median(ratios):.2f}   (quartiles {np.percentile(ratios, 25):.2f} to "
                  f"{np.percentile(ratios, 75):.2f}, of best rounds {min(rounds[one]) / min(rounds[other]):.2f})")
        print(f"  resident memory with both networks loaded: {result['resident_mb']} MB")
        if options.neighbour:
            result["beside_neighbour"] = beside_neighbour(ours, program, folder, options, (height, width))
        if options.json:
            options.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
