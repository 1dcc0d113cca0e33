#!/usr/bin/env python3
"""A tour of vbg in Python, with pictures. Runs its own cells and writes them with what they show to tour.html.

    tour.py [PICTURE-OF-A-PERSON] [--out FOLDER]

Reads like a notebook: what stands between the lines of "# %%" is one cell (editors that know such cells run them one
by one). Without a picture of a person a drawn one stands before a green screen.
"""
import argparse
import base64
import contextlib
import html
import io
import pathlib
import traceback

import cv2
import numpy as np

# The cells. -----------------------------------------------------------------------------------------------------
CELLS = r'''
# %% [markdown]
# ## A picture
# A picture is a numpy array, (height, width, 3), in OpenCV's order blue, green, red.
# %%
frame = example_person()
show(frame, "the frame")
# %% [markdown]
# ## Finding the person
# A segmenter makes a matte: (height, width), 255 where the person is. `auto` is the best network there is here; with
# no network fetched, the green screen does.
# %%
segmenter = vbg.Segmenter("auto") if has_network else vbg.ChromaKey()
matte = segmenter(frame)
show(matte, f"the matte of {segmenter.name}")
# %% [markdown]
# ## A better matte
# Mask filters are classes with keyword options, checked against the library's own tables. Some look at the picture
# too.
# %%
for better in (vbg.Dilate(size=15), vbg.BoxBlur(size=31), vbg.GuidedFilter(radius=12, eps=1e-4)):
    show(better(matte, frame), repr(better))
# %% [markdown]
# ## Another background
# Effects make or change a layer. `compose` lays the person over it.
# %%
soft = vbg.GuidedFilter(radius=8)(matte, frame)
for background in (vbg.Color(value="#1e3a8a"), vbg.Blur(sigma=12), vbg.Pixelate(size=24)):
    show(vbg.compose(frame, soft, background(frame, soft)), repr(background))
# %% [markdown]
# ## The 2020 hologram
# %%
np.random.seed(1)
from vbg import fakecam
show(fakecam.hologram_effect(frame), "vbg.fakecam.hologram_effect")
# %% [markdown]
# ## A stage of one's own
# Subclass one of the six kinds. It works beside the library's own stages, also inside a pipeline.
# %%
class Stripes(vbg.Effect):
    replaces_layer = True                       # shows nothing of the camera

    def do_apply(self, layer, alpha, out):
        out[:] = (40, 40, 200)
        out[::16] = out[1::16] = 255

show(vbg.compose(frame, soft, Stripes()(frame)), "stripes")
# %% [markdown]
# ## The whole machine
# A pipeline keeps the room private: whatever goes wrong, the raw camera never comes out. Here it makes a film of a
# picture that drifts, and a sink of our own collects the frames.
# %%
class Collect(vbg.Sink):
    def do_write(self, picture):
        self.frames = [*getattr(self, "frames", []), picture]

collect = Collect()
with vbg.ImageSink(path=folder / "person.png") as sink:
    sink.write(frame)
pipeline = vbg.Pipeline(
    source=vbg.ImageSource(path=folder / "person.png", motion="drift", size=(320, 240), frames=24),
    segmenter=segmenter, filters="guided_filter:radius=8 | temporal", background=Stripes(), sink=collect)
pipeline.run()
show(np.hstack(collect.frames[::8]), "frames 0, 8 and 16")
print(pipeline.stats())
for stage in pipeline.stats().stages:
    print(f"  {stage.name:<28} {1e3 * stage.mean:6.2f} ms")
# %% [markdown]
# ## When something is wrong
# Everything raised is a `vbg.Error` and the built-in exception that fits; the text tells the fix.
# %%
for attempt in (lambda: vbg.ChromaKey()(frame / 255.0), lambda: vbg.Dilate(sise=3), lambda: vbg.mask_filter("guided_fliter")):
    try:
        attempt()
    except vbg.Error as error:
        print(f"{type(error).__name__}: {error}")
'''
# ------------------------------------------------------------------------------------------------------------------

STYLE = "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto}pre{background:#f4f4f4;padding:.7em;overflow:auto}" \
        "figure{display:inline-block;margin:.3em}img{max-height:220px}figcaption{font-size:80%}"


def drawn_person():
    """A head and shoulders before a green screen."""
    picture = np.full((360, 480, 3), (64, 177, 0), np.uint8)
    cv2.ellipse(picture, (240, 390), (150, 150), 0, 0, 360, (120, 60, 40), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (240, 160), (60, 80), 0, 0, 360, (140, 170, 220), -1, cv2.LINE_AA)
    for x in (218, 262):
        cv2.circle(picture, (x, 145), 8, (60, 40, 30), -1, cv2.LINE_AA)
    return picture


def as_html(text):
    """The few signs of markdown that the cells use."""
    lines = [line[2:] if line.startswith("# ") else line for line in text.strip().splitlines()]
    out = []
    for line in lines:
        out.append(f"<h2>{html.escape(line[3:])}</h2>" if line.startswith("## ") else html.escape(line))
    return "<p>" + "\n".join(out) + "</p>"


def run_cell(code, names, pictures):
    """Runs one cell; what it printed, showed or raised, as HTML. Second value: whether it went well."""
    printed, good = io.StringIO(), True
    pictures.clear()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(code, "tour", "exec"), names)
        except Exception:  # the page shows it, the exit status tells it
            traceback.print_exc(file=printed)
            good = False
    figures = "".join(
        f'<figure><img src="data:image/png;base64,{base64.b64encode(cv2.imencode(".png", picture)[1]).decode()}">'
        f"<figcaption>{html.escape(text)}</figcaption></figure>" for picture, text in pictures)
    text = printed.getvalue()
    return f"<pre>{html.escape(code.strip())}</pre>{figures}" + (f"<pre>{html.escape(text)}</pre>" if text else ""), good


def main():
    import vbg

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("person", nargs="?", help="a picture")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."), help="folder for tour.html and its files")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        has_network = options.person is not None and vbg.resolve_auto("segmenter").split(":")[0] in ("selfie", "bodypix")
    except vbg.Error:
        has_network = False
    pictures = []
    names = {
        "vbg": vbg, "np": np, "folder": options.out, "has_network": has_network,
        "show": lambda picture, text: pictures.append((np.array(picture), text)),
        "example_person": lambda: vbg.ImageSource(path=options.person).read() if options.person else drawn_person(),
    }
    page, all_good = [f"<!doctype html><meta charset=utf-8><title>vbg in Python</title><style>{STYLE}</style><h1>vbg in Python</h1>"], True
    for cell in CELLS.split("# %%")[1:]:
        if cell.startswith(" [markdown]"):
            page.append(as_html(cell[len(" [markdown]"):]))
        else:
            text, good = run_cell(cell, names, pictures)
            page.append(text)
            all_good = all_good and good
    (options.out / "tour.html").write_text("\n".join(page))
    print(f"wrote {options.out / 'tour.html'}")
    return 0 if all_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
