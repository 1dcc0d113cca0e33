#pragma once
/// @file parameter.hpp  The parameters of a stage, declared once as data.
///
/// The spec-string parser, `vbg-cam list`, the reference docs, Python's keyword arguments and the contract
/// tests all loop over the same tables.

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vbg/error.hpp>

namespace vbg::inline v0 {

enum class ParameterType : std::int32_t {
    integer = 0,
    number = 1,   ///< floating point; where `choices` is not empty, one of those words will do as well
    boolean = 2,  ///< true/false, yes/no, on/off, 1/0
    text = 3,
    path = 4,    ///< a file or folder; a leading ~/ is the home folder
    color = 5,   ///< `#rgb`, `#rrggbb` or one of black, white, red, green, blue, gray
    choice = 6,  ///< one of `choices`
    size = 7,    ///< WIDTHxHEIGHT in pixels, or empty
};

/// One parameter of one stage. All texts live as long as the program (string literals).
struct Parameter {
    std::string_view name{};  ///< snake_case
    ParameterType type = ParameterType::text;
    std::string_view default_value{};                       ///< as it would be written in a spec string
    std::string_view help{};                                ///< one sentence
    std::string_view unit{};                                ///< "px", "s", "frames/s", ... or empty
    double min = -std::numeric_limits<double>::infinity();  ///< numbers and integers
    double max = std::numeric_limits<double>::infinity();
    std::string_view choices{};  ///< words separated by '|'
    bool required = false;       ///< must be given; there is no default
    /// May be written first without its name: `v4l2:/dev/video0`. At most one of a table.
    bool positional = false;
};

/// "number", "integer", ... Thread-safe.
[[nodiscard]] VBG_API std::string_view to_string(ParameterType type) noexcept;

struct Color {
    std::uint8_t r = 0, g = 0, b = 0;
    friend bool operator==(const Color&, const Color&) = default;
};

struct Size {
    int width = 0, height = 0;
    friend bool operator==(const Size&, const Size&) = default;
};

/// The checked values of one stage: every declared parameter has one, given or default. Reentrant.
class VBG_API Parameters {
public:
    /// Checks `given` against `table`. Throws Error{invalid_argument}: unknown name (with the nearest), value
    /// out of range or of the wrong kind, required one missing. `stage` names the stage in texts.
    struct Given {
        std::string name, value;
    };
    Parameters(std::string_view stage, std::span<const Parameter> table, std::span<const Given> given);
    ~Parameters();
    Parameters(const Parameters&);
    Parameters(Parameters&&) noexcept;
    Parameters& operator=(const Parameters&);
    Parameters& operator=(Parameters&&) noexcept;

    [[nodiscard]] int integer(std::string_view name) const;
    [[nodiscard]] double number(std::string_view name) const;
    [[nodiscard]] bool boolean(std::string_view name) const;
    /// The value as text: for text, path (with ~ resolved), choice, and the word of a number with choices.
    [[nodiscard]] const std::string& text(std::string_view name) const;
    [[nodiscard]] Color color(std::string_view name) const;
    [[nodiscard]] Size size(std::string_view name) const;  ///< {0, 0} when empty
    /// Whether a number with choices holds one of its words.
    [[nodiscard]] bool is_word(std::string_view name) const;
    /// Whether the caller gave it (rather than the default).
    [[nodiscard]] bool given(std::string_view name) const;
    /// Name of the stage.
    [[nodiscard]] const std::string& stage() const noexcept { return stage_; }
    /// Canonical spec string: the name and what differs from the defaults, in table order.
    [[nodiscard]] std::string to_spec() const;

private:
    struct Value {
        const Parameter* parameter = nullptr;
        std::string text;
        double number = 0;
        Color color{};
        Size size{};
        bool given = false;
    };
    [[nodiscard]] const Value& find(std::string_view name) const;
    std::string stage_;
    std::vector<Value> values_;
};

/// "guided_filter:radius=8,eps=1e-4" taken apart; nothing is looked up yet.
struct StageSpec {
    std::string name;
    std::vector<Parameters::Given> parameters;
};

/// Grammar: `name` or `name:key=value,key=value`; the first parameter may stand without `key=` where the
/// stage's table has a positional one (its name is then empty here). A value that holds , | = ' " \ or
/// leading blanks is put in single or double quotes, or the character escaped with a backslash. Blanks around
/// names and commas are ignored. Throws Error{invalid_argument} that shows where it went wrong. Thread-safe.
[[nodiscard]] VBG_API StageSpec parse_stage(std::string_view spec);
/// Several stages separated by '|', in order. An empty text is an empty list.
[[nodiscard]] VBG_API std::vector<StageSpec> parse_chain(std::string_view spec);
/// A value as it must be written in a spec string (quoted where needed).
[[nodiscard]] VBG_API std::string quote_value(std::string_view value);

}  // namespace vbg::inline v0
