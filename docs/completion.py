"""Completion for the shells: commands, options, the words an option takes, files where files may stand."""
import shlex


def visible(command):
    return [option for option in command["options"] if not option["positional"]]


def positionals(command):
    return [option for option in command["options"] if option["positional"]]


def bash(program):
    """One function: finds the command the cursor is in, then what may stand there."""
    function = "_" + program.name.replace("-", "_")
    lines = [
        f"# bash completion of {program.name}",
        f"{function}() {{",
        "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command='' word",
        "  local words='' files=''",
        "  COMPREPLY=()",
        "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do",
        "    case \"$command $word\" in",
    ]
    for words, _ in program.commands():
        if words:
            before, last = " ".join(words[:-1]), words[-1]
            lines.append(f"      {shlex.quote(f'{before} {last}')}) command={shlex.quote(' '.join(words))} ;;")
    lines += ["    esac", "  done", "  case \"$command $previous\" in"]
    for words, command in program.commands():
        for option in visible(command):
            if option["value"]:
                values, files = program.values(option)
                patterns = "|".join(shlex.quote(f"{' '.join(words)} {name}") for name in option["names"])
                lines.append(f"    {patterns}) words={shlex.quote(' '.join(values))} files={'yes' if files else ''} ;;")
    lines += ["    *)", "      case \"$command\" in"]
    for words, command in program.commands():
        offered = [name for option in visible(command) for name in option["names"]]
        offered += [sub["name"] for sub in command["commands"]]
        files = False
        for option in positionals(command):
            values, may_be_file = program.values(option)
            offered += values
            files = files or may_be_file
        lines.append(f"        {shlex.quote(' '.join(words))}) words={shlex.quote(' '.join(offered))} files={'yes' if files else ''} ;;")
    lines += [
        "      esac ;;",
        "  esac",
        "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")",
        "  if [ -n \"$files\" ]; then",
        "    mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -f -- \"$current\")",
        "    compopt -o filenames 2>/dev/null",
        "  fi",
        "}",
        f"complete -F {function} {program.name}",
    ]
    return "\n".join(lines) + "\n"


def zsh_escape(text):
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:").replace("'", "'\\''")


def zsh_action(program, option):
    words, files = program.values(option)
    if words and files:
        return "{_" + program.name.replace("-", "_") + "_word_or_file " + " ".join(words) + "}"
    return "(" + " ".join(words) + ")" if words else "_files" if files else " "


def zsh_arguments(program, command):
    arguments = []
    for option in visible(command):
        for name in option["names"]:
            many = "*" if option["repeated"] else ""
            value = f":{zsh_escape(option['value'].lower())}:{zsh_action(program, option)}" if option["value"] else ""
            arguments.append(f"'{many}{name}[{zsh_escape(option['help'])}]{value}'")
    for option in positionals(command):
        place = "*" if option["repeated"] else ""
        arguments.append(f"'{place}:{zsh_escape(option['names'][0])}:{zsh_action(program, option)}'")
    return arguments


def zsh(program):
    prefix = "_" + program.name.replace("-", "_")
    lines = [f"#compdef {program.name}",
             f"{prefix}_word_or_file() {{ _alternative \"words:word:($*)\" 'files:file:_files' }}"]
    for words, command in reversed(program.commands()):
        name = "_".join([prefix, *words]).replace("-", "_")
        lines.append(f"{name}() {{")
        arguments = zsh_arguments(program, command)
        if not command["commands"]:
            lines += ["  _arguments \\", "    " + " \\\n    ".join(arguments), "}"]
            continue
        lines += ["  local state line", "  local -a commands=("]
        lines += [f"    '{sub['name']}:{zsh_escape(sub['summary'])}'" for sub in command["commands"]]
        lines += ["  )", "  _arguments -C \\", "    " + " \\\n    ".join(arguments) + " \\",
                  "    '1:command:->command' '*::argument:->argument'", "  case $state in",
                  "    command) _describe command commands ;;", "    argument)", "      case $line[1] in"]
        for sub in command["commands"]:
            lines.append(f"        {sub['name']}) {name}_{sub['name'].replace('-', '_')} ;;")
        lines += ["      esac ;;", "  esac", "}"]
    return "\n".join(lines + [f"{prefix} \"$@\""]) + "\n"


def fish(program):
    quote = lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"  # noqa: E731
    lines = [f"# fish completion of {program.name}", f"complete -c {program.name} -f"]
    names = [sub["name"] for sub in program.tree["commands"]]
    for words, command in program.commands():
        if not words:
            condition = f"not __fish_seen_subcommand_from {' '.join(names)}"
        else:
            condition = " ; and ".join(f"__fish_seen_subcommand_from {word}" for word in words)
            if command["commands"]:
                condition += f" ; and not __fish_seen_subcommand_from {' '.join(s['name'] for s in command['commands'])}"
        start = f"complete -c {program.name} -n {quote(condition)}"
        for sub in command["commands"]:
            lines.append(f"{start} -a {sub['name']} -d {quote(sub['summary'])}")
        for option in command["options"]:
            values, files = program.values(option)
            if option["positional"]:
                if values or files:
                    lines.append(f"{start}{' -F' if files else ''}{' -a ' + quote(' '.join(values)) if values else ''}")
                continue
            flags = "".join(f" -l {n[2:]}" if n.startswith("--") else f" -s {n[1:]}" for n in option["names"])
            if option["value"]:
                flags += " -r" + (" -F" if files else " -f") + (f" -a {quote(' '.join(values))}" if values else "")
            lines.append(f"{start}{flags} -d {quote(option['help'])}")
    return "\n".join(lines) + "\n"
