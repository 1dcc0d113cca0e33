"""A class for every stage of the registry, made when the package is imported: vbg.GuidedFilter(radius=8).

Names are the registry's in CamelCase; sources and sinks have their kind at the end (vbg.VideoSource,
vbg.VideoSink), because most names are both. The options are those of the library's own tables.
"""

import inspect
import textwrap
from typing import Any, Callable, Dict, List

from . import _vbg

_BASES: Dict[str, Any] = {
    "segmenter": _vbg.Segmenter,
    "mask_filter": _vbg.MaskFilter,
    "effect": _vbg.Effect,
    "compositor": _vbg.Compositor,
    "source": _vbg.Source,
    "sink": _vbg.Sink,
}


def class_name(kind: str, name: str) -> str:
    """The class for a stage: guided_filter -> GuidedFilter, the source video -> VideoSource."""
    camel = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    return camel + kind.capitalize() if kind in ("source", "sink") else camel


def default_of(parameter: Dict[str, Any]) -> Any:
    """A parameter's default as a Python value, for signatures."""
    text = parameter["default"]
    if parameter["type"] == "boolean":
        return text in ("true", "yes", "on", "1")
    if parameter["type"] == "integer":
        return int(text)
    if parameter["type"] == "number" and text not in parameter["choices"]:
        return float(text)
    return text


def describe(parameter: Dict[str, Any]) -> str:
    """One line of help about a parameter: type, range, unit, what it does."""
    parts: List[str] = [parameter["type"]]
    if parameter["type"] == "choice" or parameter["choices"]:
        words = " or ".join(parameter["choices"])
        parts = [words if parameter["type"] == "choice" else f"{parameter['type']} or {words}"]
    low, high = parameter["min"], parameter["max"]
    if low is not None and high is not None:
        parts.append(f"{low:g} to {high:g}")
    elif low is not None:
        parts.append(f"at least {low:g}")
    elif high is not None:
        parts.append(f"at most {high:g}")
    if parameter["unit"]:
        parts.append(parameter["unit"])
    if parameter["required"]:
        parts.append("must be given")
    return f"{parameter['name']} : {', '.join(parts)}\n    {parameter['help']}"


def _make(stage: Dict[str, Any]) -> type:
    kind, name = stage["kind"], stage["name"]
    base = _BASES[kind]

    def __init__(self: Any, **options: Any) -> None:
        base.__init__(self, name, **options)

    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    for p in stage["parameters"]:
        default = inspect.Parameter.empty if p["required"] else default_of(p)
        parameters.append(inspect.Parameter(p["name"], keyword, default=default))
    __init__.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    article = "an" if kind[0] == "e" else "a"
    noun = kind.replace("_", " ")
    lines = [f"{stage['summary'].rstrip('.')}.", "", f"This is {article} {noun}, a vbg.{base.__name__} named '{name}'."]
    if stage["parameters"]:
        lines += ["", *(describe(p) for p in stage["parameters"])]
    __init__.__doc__ = "All options are keywords; see the class."
    return type(class_name(kind, name), (base,), {"__init__": __init__, "__doc__": "\n".join(lines), "__module__": "vbg"})


__all__: List[str] = []
for _kind in _BASES:
    for _stage in _vbg.stages(_kind):
        _class = _make(_stage)
        globals()[_class.__name__] = _class
        __all__.append(_class.__name__)


def table() -> str:
    """All stages with one line each, for help(vbg)."""
    lines = ["", "Stages there are"]
    for kind in _BASES:
        lines.append(f"    {kind.replace('_', ' ').capitalize()}s")
        for stage in _vbg.stages(kind):
            first = f"        {class_name(kind, stage['name'])}  "
            lines += textwrap.wrap(stage["summary"], 116, initial_indent=f"{first:<34}", subsequent_indent=" " * 34)
    return "\n".join(lines) + "\n"


def _factory(kind: str) -> Callable[..., Any]:
    base = _BASES[kind]

    def make(spec: str, /, **options: Any) -> Any:
        return base(spec, **options)

    make.__name__ = make.__qualname__ = kind
    make.__module__ = "vbg"
    make.__doc__ = (
        f'Make a {kind.replace("_", " ")} by name: vbg.{kind}("name:key=value", key=value). '
        f"The same as vbg.{base.__name__}(...)."
    )
    return make


segmenter = _factory("segmenter")
mask_filter = _factory("mask_filter")
effect = _factory("effect")
compositor = _factory("compositor")
source = _factory("source")
sink = _factory("sink")
__all__ += list(_BASES)
