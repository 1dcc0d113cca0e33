#include <fmt/format.h>

#include <cctype>
#include <vbg/parameter.hpp>

namespace vbg::inline v0 {

namespace {

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    [[nodiscard]] bool done() const { return at_ >= text_.size(); }
    [[nodiscard]] char peek() const { return done() ? '\0' : text_[at_]; }
    bool take(char c) {
        if (done() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void blanks() {
        while (!done() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    }
    std::string word(std::string_view what) {
        const std::size_t first = at_;
        while (!done() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_' ||
                           text_[at_] == '-')) {
            ++at_;
        }
        if (at_ == first) fail(fmt::format("wanted {}", what));
        return std::string(text_.substr(first, at_ - first));
    }
    /// Whether `name=` comes next.
    [[nodiscard]] bool names_next() const {
        std::size_t i = at_;
        while (i < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[i])) != 0 ||
                                    text_[i] == '_' || text_[i] == '-')) {
            ++i;
        }
        if (i == at_) return false;
        i = text_.find_first_not_of(" \t\n", i);
        return i != std::string_view::npos && text_[i] == '=';
    }
    /// Up to an unquoted ',' or '|', without trailing blanks.
    std::string value() {
        std::string out;
        std::size_t keep = 0;  // blanks before this are part of the value
        while (!done() && peek() != ',' && peek() != '|') {
            const char c = text_[at_++];
            if (c == '\\') {
                if (done()) fail("a backslash at the end escapes nothing");
                out += text_[at_++];
                keep = out.size();
            } else if (c == '\'' || c == '"') {
                quoted(c, out);
                keep = out.size();
            } else {
                out += c;
                if (c != ' ' && c != '\t' && c != '\n') keep = out.size();
            }
        }
        out.resize(keep);
        return out;
    }
    [[noreturn]] void fail(std::string_view why) const {
        throw Error(
            Errc::invalid_argument,
            fmt::format(
                "stage '{}': {} at character {}; write name or name:key=value,key=value and put values "
                "with , | or quotes into quotes",
                text_, why, at_ + 1));
    }

private:
    void quoted(char quote, std::string& out) {
        while (!done() && peek() != quote) {
            if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
            out += text_[at_++];
        }
        if (!take(quote)) fail(fmt::format("the quote {} is never closed", quote));
    }
    std::string_view text_;
    std::size_t at_ = 0;
};

StageSpec read_stage(Reader& in) {
    StageSpec spec;
    in.blanks();
    spec.name = in.word("a stage's name");
    in.blanks();
    if (!in.take(':')) return spec;
    in.blanks();
    while (!in.done() && in.peek() != '|') {
        Parameters::Given given;
        // The first may come without its name: `v4l2:/dev/video0`.
        if (!spec.parameters.empty() || in.names_next()) {
            given.name = in.word("a parameter's name");
            in.blanks();
            if (!in.take('=')) in.fail(fmt::format("wanted '=' after '{}'", given.name));
            in.blanks();
        } else if (in.peek() == '=' || in.peek() == ',') {
            in.fail("wanted a parameter's name");
        }
        given.value = in.value();
        spec.parameters.push_back(std::move(given));
        if (!in.take(',')) break;
        in.blanks();
        if (in.done() || in.peek() == '|') in.fail("wanted a parameter's name after ','");
    }
    return spec;
}

}  // namespace

StageSpec parse_stage(std::string_view text) {
    Reader in(text);
    StageSpec spec = read_stage(in);
    in.blanks();
    if (in.peek() == '|') in.fail("one stage is wanted here, not a chain: unexpected '|'");
    if (!in.done()) in.fail(fmt::format("unexpected '{}'", in.peek()));
    return spec;
}

std::vector<StageSpec> parse_chain(std::string_view text) {
    std::vector<StageSpec> chain;
    Reader in(text);
    in.blanks();
    if (in.done()) return chain;
    do {
        chain.push_back(read_stage(in));
        in.blanks();
    } while (in.take('|'));
    if (!in.done()) in.fail(fmt::format("unexpected '{}'", in.peek()));
    return chain;
}

std::string quote_value(std::string_view value) {
    const bool plain = !value.empty() && value.find_first_of(",|='\"\\") == std::string_view::npos &&
                       value.front() != ' ' && value.back() != ' ' && value.front() != '\t' &&
                       value.back() != '\t' && value.find('\n') == std::string_view::npos;
    if (plain) return std::string(value);
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

}  // namespace vbg::inline v0
