#!/usr/bin/env python3
"""Writes python/vbg/_stages.pyi, the types of the classes made from the registry's tables.

    make_stubs.py            write it
    make_stubs.py --check    exit with 1 and say so where it is not what the module would give
    make_stubs.py --out FILE write there: the build does this, so that a package's stubs are those of its module

Run it with PYTHONPATH at the built package (build/python) after adding a stage or an option.
"""

import pathlib
import sys
import textwrap

try:
    from vbg import _stages, _vbg
except ImportError as error:  # no numpy for this Python, say
    sys.exit(f"make_stubs.py: {error}")

OUT = pathlib.Path(__file__).resolve().parents[1] / "vbg" / "_stages.pyi"
HEAD = '''# Written by python/tools/make_stubs.py from the registry's tables; do not edit.
import os
from typing import Any, Dict, Optional, Tuple, Union

from ._vbg import Compositor, Effect, MaskFilter, Segmenter, Sink, Source

_Path = Union[str, "os.PathLike[str]"]
_Size = Union[str, Tuple[int, int]]
_Color = Union[str, Tuple[int, int, int]]

__all__ = [
    ALL
]

def class_name(kind: str, name: str) -> str: ...
def default_of(parameter: Dict[str, Any]) -> Any: ...
def describe(parameter: Dict[str, Any]) -> str: ...
def table() -> str: ...
def segmenter(spec: str, /, **options: Any) -> Segmenter: ...
def mask_filter(spec: str, /, **options: Any) -> MaskFilter: ...
def effect(spec: str, /, **options: Any) -> Effect: ...
def compositor(spec: str, /, **options: Any) -> Compositor: ...
def source(spec: str, /, **options: Any) -> Source: ...
def sink(spec: str, /, **options: Any) -> Sink: ...
'''
TYPES = {"integer": "int", "number": "float", "boolean": "bool", "text": "str", "path": "_Path", "color": "_Color",
         "choice": "str", "size": "_Size"}


def type_of(parameter):
    kind = TYPES[parameter["type"]]
    return "Union[float, str]" if kind == "float" and parameter["choices"] else kind


def stub(kind, stage):
    base = "".join(word.capitalize() for word in kind.split("_"))
    words = ["self"]
    if stage["parameters"]:
        words.append("*")
    for p in stage["parameters"]:
        words.append(f"{p['name']}: {type_of(p)}" if p["required"] else f"{p['name']}: Optional[{type_of(p)}] = ...")
    line = f"    def __init__({', '.join(words)}) -> None: ..."
    if len(line) > 120:
        line = "    def __init__(\n        " + ",\n        ".join(words) + ",\n    ) -> None: ..."
    return f"\nclass {_stages.class_name(kind, stage['name'])}({base}):\n{line}\n"


def main(arguments):
    kinds = ("segmenter", "mask_filter", "effect", "compositor", "source", "sink")
    names = textwrap.fill(", ".join(f'"{name}"' for name in _stages.__all__), 100, subsequent_indent="    ")
    text = HEAD.replace("ALL", names + ",") + "".join(stub(kind, stage) for kind in kinds for stage in _vbg.stages(kind))
    if arguments == ["--check"]:
        if OUT.read_text() == text:
            return 0
        print(f"{OUT.name} is not what the registry says; run PYTHONPATH=build/python python3 python/tools/make_stubs.py")
        return 1
    if arguments and (len(arguments) != 2 or arguments[0] != "--out"):
        print(__doc__)
        return 2
    (pathlib.Path(arguments[1]) if arguments else OUT).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
