"""clang-tidy over the library and its programs, with the compile commands of a build folder made by clang:
    python3 .ci/tidy.py BUILD-FOLDER

Nearly all of its time goes into headers, so it reads a few files of a folder at once, put behind one another; files with names
of their own in common are kept apart. Files in which something is found, or which do not compile together, are read once more,
one by one: that decides.
"""

import collections
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
AT_ONCE = 8
# Checks that often find in files put behind one another what is in none of them: of the first see twice_included(), the
# second is the compilers' own.
NOT_TOGETHER = "-readability-duplicate-include,-clang-diagnostic-shadow"
# What a line that begins in the first column defines: a type, or what stands before the first bracket, where that is no member.
DEFINES = re.compile(r"""^(?:(?:class|struct|enum|enum\ class|using(?=\ \w+\ =))\ (\w+)
                           |(?!namespace|using|static_assert|[#/}\s]) [^(={\[\n]*? (?<![:\w])(\w+)\ ?[(={\[])""",
                     re.MULTILINE | re.VERBOSE)


def sources():
    listed = subprocess.run(["git", "ls-files", "src/*.cpp", "capi/src/*.cpp", "examples/*.cpp"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split()
    # src/torch is left to the compilers' own warnings: LibTorch's headers take clang-tidy minutes a file.
    return [name for name in listed if not name.startswith(("src/torch/", "examples/my_effect/", "examples/minimal"))]


def defined_in(name):
    """The names of what a file defines."""
    return {kind or other for kind, other in DEFINES.findall((ROOT / name).read_text())}


def batches(names):
    """Lists of files that can be read as one."""
    folders = collections.defaultdict(list)
    singles = []
    for name in names:
        if "foreach_target" in (ROOT / name).read_text():  # includes itself once for each kind of processor
            singles.append([name])
            continue
        defines = defined_in(name)
        for batch, taken in folders[os.path.dirname(name)]:
            if len(batch) < AT_ONCE and not taken & defines:
                batch.append(name)
                taken |= defines
                break
        else:
            folders[os.path.dirname(name)].append(([name], defines))
    return singles + [batch for folder in folders.values() for batch, _ in folder]


def command_of(name, commands, file):
    """The compile command of NAME for FILE, which may have its text."""
    words = shlex.split(commands[str(ROOT / name)]["command"])
    words[words.index("-c") + 1] = str(file)
    return [words[0], "-iquote", str((ROOT / name).parent), *words[1:]]


def twice_included(name):
    """What a file includes more than once: clang-tidy itself says that of single files only."""
    includes = re.findall(r"^#include .*", (ROOT / name).read_text(), re.MULTILINE)
    return [f"{name}: twice: {line}" for line, times in collections.Counter(includes).items() if times > 1]


def check(batch, commands, folder):
    """What clang-tidy says of the files of a batch; empty: nothing."""
    file, checks = ROOT / batch[0], []
    if len(batch) > 1:
        checks = [f"--checks={NOT_TOGETHER}"]
        file = pathlib.Path(tempfile.mkdtemp(dir=folder)) / pathlib.Path(batch[0]).name
        file.write_text("".join((ROOT / name).read_text() for name in batch))
    command = command_of(batch[0], commands, file)
    database = pathlib.Path(tempfile.mkdtemp(dir=folder))
    entry = {"directory": commands[str(ROOT / batch[0])]["directory"], "command": shlex.join(command), "file": str(file)}
    (database / "compile_commands.json").write_text(json.dumps([entry]))
    run = subprocess.run(["clang-tidy-14", "-p", database, f"--config-file={ROOT / '.clang-tidy'}", "--quiet",
                          "--warnings-as-errors=*", *checks, file], capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return ""
    if len(batch) > 1:  # something found, or they do not compile together: each file by itself says what it is, and where
        return "".join(check([name], commands, folder) for name in batch)
    return run.stdout + run.stderr


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    commands = {entry["file"]: entry for entry in json.loads((build / "compile_commands.json").read_text())}
    names = sources()
    found = [line for name in names for line in twice_included(name)]
    missing = [name for name in names if str(ROOT / name) not in commands]
    found += [f"{name}: {build} does not compile it" for name in missing]
    todo = batches([name for name in names if name not in missing])
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found += filter(None, pool.map(lambda batch: check(batch, commands, folder), todo))
    print("\n".join(found) if found else f"clang-tidy: {len(names)} files, nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
