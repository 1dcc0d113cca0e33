#pragma once
/// @file describe.hpp  A program's options and commands as data, for its man page and the shells' completion.

#include <CLI/CLI.hpp>
#include <string>

namespace cli {

/// JSON: name, summary, footer, options[{names, value, help, group, positional, required, repeated}] and
/// commands[...] of the same form. Hidden ones (an empty group) are left out.
std::string describe(const CLI::App& app);

/// A check without the text CLI11 would add to --help; the option's type_name says the range.
CLI::Validator within(double least, double most);

}  // namespace cli
