#!/usr/bin/env python3
"""Writes the page of all stages: tables from the registry, and pictures made by vbg-cam itself.

    gallery.py VBG-CAM PORTRAIT BACKGROUND FOLDER     FOLDER/stages.md and its pictures
A mask filter or an effect for which nothing is shown here is an error.
"""
import pathlib
import subprocess
import sys

import man_page
from program import Program

SIZE = "360x360"
# What to show of each, as spec strings. {bg} is the background picture.
FILTERS = {
    "threshold": ["threshold:level=0.5"],
    "levels": ["levels:black=0.3,white=0.7"],
    "dilate": ["dilate:size=10", "dilate:size=30"],
    "erode": ["erode:size=10"],
    "open": ["open:size=15"],
    "close": ["close:size=15"],
    "box_blur": ["box_blur:size=30"],
    "feather": ["feather:sigma=4", "feather:sigma=12"],
    "guided_filter": ["guided_filter"],
    "temporal": ["temporal"],
    "largest_component": ["largest_component"],
    "fill_holes": ["fill_holes"],
}
EFFECTS = {
    "hologram": ("foreground", ["hologram"]),
    "colormap": ("foreground", ["colormap"]),
    "scanlines": ("foreground", ["scanlines"]),
    "ghost": ("foreground", ["ghost"]),
    "blur": ("background", ["image:path={bg} | blur:sigma=4", "blur:sigma=12"]),
    "pixelate": ("background", ["pixelate"]),
    "grayscale": ("background", ["grayscale"]),
    "color": ("background", ["color:value=#1e3a8a"]),
    "image": ("background", ["image:path={bg}", "image:path={bg},fit=tile"]),
    "video": ("background", []),
    "flip": ("background", ["image:path={bg} | flip"]),
}


class Gallery:
    def __init__(self, cam, portrait, background, folder):
        self.program, self.portrait, self.background = Program(cam), portrait, background
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lines = ["# Stages {#stages}", "",
                      "A stage is written as `name` or `name:key=value,key=value`, several in a row with `|` between them: in "
                      "`vbg-cam`, its configuration file, C++, C and Python alike. The pictures were made by the library: a "
                      "portrait (NASA) through the `selfie` network.", ""]

    def picture(self, name, *options):
        """Runs vbg-cam on the drifting portrait and keeps the tenth frame."""
        made = subprocess.run([self.program.path, "--quiet", "--preset", "none", "--segmenter", "selfie",
                               "--source", f"image:path={self.portrait},size={SIZE},motion=drift,frames=10",
                               "--sink", f"image:path={self.folder / name}.png", *options],
                              capture_output=True, text=True, check=False)
        if made.returncode != 0:
            sys.exit(f"{name}: {made.stderr}")
        return f"![]({name}.png)"

    def show(self, pictures):
        """Pictures in a row, each under the text that made it."""
        self.lines += ["| " + " | ".join(f"`{text}`".replace("|", "&#124;") for text, _ in pictures) + " |",
                       "|" + " --- |" * len(pictures), "| " + " | ".join(picture for _, picture in pictures) + " |", ""]

    def table(self, stage):
        self.lines += [f"## {stage['name']} {{#{stage['kind']}_{stage['name']}}}", "", stage["summary"] + ".", ""]
        if stage["parameters"]:
            self.lines += ["| parameter | what it is | values |", "| --- | --- | --- |"]
            self.lines += [f"| `{p['name']}` | {p['help'].rstrip('.')} | {man_page.describe(p)} |".replace("#", "\\#")
                           for p in stage["parameters"]] + [""]

    def filters(self):
        for stage in self.program.stages["filters"]:
            name = stage["name"]
            self.table(stage)
            rows = [("the matte before", self.matte)]
            rows += [(spec, self.picture(f"filter-{name}-{i}", "--show", "matte", "--filter", spec))
                     for i, spec in enumerate(FILTERS[name])]
            self.show(rows)

    def effects(self):
        for stage in self.program.stages["effects"]:
            name = stage["name"]
            layer, specs = EFFECTS[name]
            other = {"foreground": ["--background", f"image:path={self.background}"], "background": []}[layer]
            self.table(stage)
            rows = [(spec.replace("{bg}", "stars.jpg"),
                     self.picture(f"effect-{name}-{i}", f"--{layer}", spec.replace("{bg}", str(self.background)), *other))
                    for i, spec in enumerate(specs)]
            if rows:
                self.show(rows)

    def write(self):
        for kind, shown in (("filters", FILTERS), ("effects", EFFECTS)):
            missing = {stage["name"] for stage in self.program.stages[kind]} ^ set(shown)
            if missing:
                sys.exit(f"{kind}: {', '.join(sorted(missing))}: not both in the registry and in {__file__}")
        self.matte = self.picture("matte", "--show", "matte")
        for kind, title in man_page.TITLES.items():
            if kind == "presets":
                continue
            self.lines += [f"# {title.capitalize()} {{#{kind}}}", ""]
            if kind in ("filters", "effects"):
                getattr(self, kind)()
            else:
                for stage in self.program.stages[kind]:
                    self.table(stage)
        (self.folder / "stages.md").write_text("\n".join(self.lines) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    Gallery(*sys.argv[1:]).write()
