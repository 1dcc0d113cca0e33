"""A program of libvbg as data: its options and commands (`--describe`) and the stages they take (`list --json`)."""
import json
import re
import subprocess

# Which stages an option's SPEC or CHAIN may name.
STAGES_OF = {
    "--source": "sources", "--sink": "sinks", "--segmenter": "segmenters", "--filter": "filters",
    "--background": "effects", "--foreground": "effects", "--card": "effects",
}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Program:
    def __init__(self, path):
        self.path = path
        self.tree = json.loads(run(path, "--describe"))
        self.name = self.tree["name"]
        self.version = run(path, "--version").strip()
        self.stages = json.loads(run(path, "list", "--json")) if self.name == "vbg-cam" else {}
        self.models = re.findall(r"^[ *] (\S+) {2,}", run(path, "list"), re.MULTILINE) if self.name == "vbg-model" else []

    def commands(self):
        """(words, command) of the program itself and of every command below it: ([], ...), (["ctl", "set"], ...)."""
        def walk(words, command):
            yield words, command
            for sub in command["commands"]:
                yield from walk(words + [sub["name"]], sub)
        return list(walk([], self.tree))

    def values(self, option):
        """The words that may follow an option or stand for a positional, and whether files may too."""
        words, files = [], False
        for part in option["value"].split("|"):
            if re.fullmatch(r"[a-z][a-z0-9-]*", part):
                words.append(part)
            elif part in ("SPEC", "CHAIN"):
                words += [stage["name"] for stage in self.stages.get(STAGES_OF.get(option["names"][-1]), [])]
            elif part in ("FILE", "PATH", "NODE", "FOLDER"):
                files = True
        if option["positional"]:
            name = option["names"][0]
            words += self.models if "NAME" in name else []
            files = files or name in ("IN", "OUT", "file") or "FILE" in name
        return words, files
