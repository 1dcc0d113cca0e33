"""Man pages, in the classic macros of man(7)."""

TITLES = {
    "sources": "SOURCES", "segmenters": "SEGMENTERS", "filters": "MASK FILTERS", "effects": "EFFECTS",
    "compositors": "COMPOSITORS", "sinks": "SINKS", "presets": "PRESETS",
}


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def bold(text):
    return f"\\fB{escape(text)}\\fR"


def header(name, section, version, summary):
    return [f".TH {name.upper()} {section} \"\" \"libvbg {version}\"", ".SH NAME", f"{escape(name)} \\- {escape(summary)}"]


def verbatim(text):
    """Text in paragraphs; indented lines stay as they are."""
    lines, code = [], False
    for line in text.split("\n"):
        indented = line.startswith(" ")
        if indented != code:
            lines.append(".nf" if indented else ".fi")
            code = indented
        lines.append(escape(line) if line.strip() else ".PP")
    return lines + ([".fi"] if code else [])


def option_lines(option):
    names = ", ".join(bold(name) for name in option["names"])
    value = "" if option["positional"] else option["value"]
    lines = [".TP", names + (f" \\fI{escape(value)}\\fR" if value else "")]
    text = option["help"]
    if option["positional"] and option["value"]:
        text = f"{text} ({option['value']})" if text else option["value"].replace("|", ", ")
    return lines + [escape(text or "Required.")]


def groups(command):
    """Options by their group, positionals first."""
    found = {}
    for option in sorted(command["options"], key=lambda o: not o["positional"]):
        found.setdefault("Arguments" if option["positional"] else option["group"], []).append(option)
    return found


def synopsis(program, words, command):
    text = " ".join([bold(" ".join([program.name, *words]))] +
                    (["[\\fIoptions\\fR]"] if command["options"] else []))
    for option in command["options"]:
        if option["positional"]:
            name = option["names"][0] + ("..." if option["repeated"] else "")
            text += f" \\fI{escape(name)}\\fR" if option["required"] else f" [\\fI{escape(name)}\\fR]"
    return text


def of_program(program):
    summary = program.tree["summary"].rstrip(".")
    lines = header(program.name, 1, program.version, summary[:1].lower() + summary[1:])
    lines.append(".SH SYNOPSIS")
    runs = [(words, command) for words, command in program.commands()
            if not command["commands"] or (not words and program.name == "vbg-cam")]
    for i, (words, command) in enumerate(runs):
        lines += ([".br"] if i else []) + [synopsis(program, words, command)]
    lines += [".SH DESCRIPTION", *verbatim(program.tree["footer"])]
    for words, command in program.commands():
        if words:
            lines += [f".SH \"{' '.join(words).upper()}\"", escape(command["summary"]) + "."]
        for title, options in groups(command).items():
            options = [option for option in options if not words or option["names"][-1] != "--help"]
            if options:
                lines.append(f".SS \"{title}\"" if words else f".SH \"{title.upper()}\"")
            for option in options:
                lines += option_lines(option)
    also = {"vbg-cam": "vbg-stages(7), vbg-model(1)", "vbg-model": "vbg-cam(1)"}[program.name]
    return "\n".join(lines + [".SH \"SEE ALSO\"", escape(also)]) + "\n"


def of_stages(program):
    lines = header("vbg-stages", 7, program.version, "sources, segmenters, filters, effects and sinks of libvbg")
    lines += [".SH DESCRIPTION", *verbatim(
        "A stage is written as name or name:key=value,key=value, several in a row with '|' between them:\n"
        "  dilate:size=10 | box_blur:size=30\n"
        "The same texts work in vbg-cam(1), its configuration file, C++, C and Python.")]
    for kind, title in TITLES.items():
        lines.append(f".SH \"{title}\"")
        for stage in program.stages.get(kind, []):
            lines += [f".SS \"{stage['name']}\"", escape(stage["summary"]) + "."]
            for parameter in stage.get("parameters", []):
                lines += [".TP", bold(parameter["name"]), escape(f"{parameter['help'].rstrip('.')} ({describe(parameter)}).")]
            for part in ("segmenter", "filters", "foreground", "background"):
                if stage.get(part):
                    lines += [".TP", bold(part), escape(stage[part])]
    return "\n".join(lines + [".SH \"SEE ALSO\"", escape("vbg-cam(1)")]) + "\n"


def describe(parameter):
    """"integer 1 to 255 px; default 10"."""
    kind = "" if parameter["type"] == "choice" else parameter["type"]
    if "min" in parameter and "max" in parameter:
        kind += f" {parameter['min']:g} to {parameter['max']:g}"
    if parameter["unit"]:
        kind += f" {parameter['unit']}"
    if parameter["choices"]:
        words = parameter["choices"].replace("|", ", ")
        kind += f"{', or ' if kind else ''}{words}"
    if parameter["required"]:
        return f"{kind}; required"
    return f"{kind}; default {parameter['default'] or 'empty'}"
