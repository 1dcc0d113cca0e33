#!/usr/bin/env python3
"""Writes a program's man page and its completion for bash, zsh and fish, all from the tables behind its --help.

    manual.py PROGRAM FOLDER     FOLDER/NAME.1, NAME.bash, _NAME, NAME.fish; for vbg-cam also vbg-stages.7
"""
import pathlib
import sys

import completion
import man_page
from program import Program


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, folder = Program(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        f"{program.name}.1": man_page.of_program(program),
        f"{program.name}.bash": completion.bash(program),
        f"_{program.name}": completion.zsh(program),
        f"{program.name}.fish": completion.fish(program),
    }
    if program.stages:
        files["vbg-stages.7"] = man_page.of_stages(program)
    for name, text in files.items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main()
