#include "model/checksum.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <bit>
#include <cstdint>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vbg/error.hpp>

#include "io/file.hpp"

namespace vbg::model {

namespace {

using nlohmann::json;

/// No network graph is nested deeper; deeper files are made to break programs.
constexpr int deepest_json = 100;

std::string_view kind_name(ChecksumKind kind) {
    switch (kind) {
        case ChecksumKind::sha256: return "sha256";
        case ChecksumKind::gitsha1: return "gitsha1";
        case ChecksumKind::json_sha256: return "json-sha256";
    }
    return "";
}

/// A digest of bytes that come in pieces, by libcrypto.
class Digest {
public:
    explicit Digest(bool sha1) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
        if (!context_ || EVP_DigestInit_ex(context_.get(), sha1 ? EVP_sha1() : EVP_sha256(), nullptr) != 1) {
            throw Error(Errc::internal,
                        fmt::format("libcrypto does not offer {} here", sha1 ? "SHA-1" : "SHA-256"));
        }
    }
    void update(std::string_view bytes) {
        if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1)
            throw Error(Errc::internal, "libcrypto: computing a checksum failed");
    }
    [[nodiscard]] std::string finish() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
        unsigned int size = 0;
        if (EVP_DigestFinal_ex(context_.get(), raw.data(), &size) != 1)
            throw Error(Errc::internal, "libcrypto: computing a checksum failed");
        std::string hex;
        for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", raw.at(i));
        return hex;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

void encode_text(const std::string& text, Digest& into) {
    into.update(fmt::format("s{}:", text.size()));
    into.update(text);
}

/// See the file comment in the header.
void encode(const json& value, Digest& into) {
    switch (value.type()) {
        case json::value_t::boolean: into.update(value.get<bool>() ? "t" : "f"); break;
        case json::value_t::number_integer:
        case json::value_t::number_unsigned:
        case json::value_t::number_float: {
            const double number = value.get<double>() + 0.0;  // -0 + 0 = 0
            into.update(fmt::format("d{:016x}", std::bit_cast<std::uint64_t>(number)));
            break;
        }
        case json::value_t::string: encode_text(value.get_ref<const std::string&>(), into); break;
        case json::value_t::array:
            into.update(fmt::format("a{}:", value.size()));
            for (const json& item : value) encode(item, into);
            break;
        case json::value_t::object:  // nlohmann's objects are std::map: sorted by the bytes of the name
            into.update(fmt::format("o{}:", value.size()));
            for (const auto& [name, member] : value.items()) {
                encode_text(name, into);
                encode(member, into);
            }
            break;
        default: into.update("z");
    }
}

json parse_json(const std::filesystem::path& file, std::ifstream& in) {
    const auto shallow = [&](int depth, json::parse_event_t, json&) {
        if (depth > deepest_json) {
            throw Error(Errc::model,
                        fmt::format("'{}': lists and objects nested more than {} deep; a network "
                                    "graph has no such thing",
                                    file.string(), deepest_json));
        }
        return true;
    };
    try {
        return json::parse(in, shallow);
    } catch (const json::exception& e) {
        throw Error(Errc::model, fmt::format("'{}' is not JSON, or is cut off: {}", file.string(), e.what()));
    }
}

}  // namespace

std::string Checksum::text() const { return fmt::format("{}:{}", kind_name(kind), hex); }

std::vector<Checksum> parse_checksums(std::string_view text) {
    std::vector<Checksum> found;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        bool good = false;
        for (const ChecksumKind kind :
             {ChecksumKind::sha256, ChecksumKind::gitsha1, ChecksumKind::json_sha256}) {
            const std::string_view name = kind_name(kind);
            if (!word.starts_with(name) || word.substr(name.size(), 1) != ":") continue;
            const std::string_view hex = word.substr(name.size() + 1);
            good = hex.size() == (kind == ChecksumKind::gitsha1 ? 40U : 64U) &&
                   hex.find_first_not_of("0123456789abcdef") == std::string_view::npos;
            found.push_back({kind, std::string(hex)});
        }
        if (!good) {
            throw Error(
                Errc::invalid_argument,
                fmt::format("checksum '{}': wanted sha256: or json-sha256: and 64, or gitsha1: and 40 "
                            "lower-case hexadecimal digits",
                            word));
        }
    }
    return found;
}

Checksum checksum_of(const std::filesystem::path& file, ChecksumKind kind) {
    std::ifstream in(file, std::ios::binary);
    std::error_code none;
    if (!in || !std::filesystem::is_regular_file(file, none)) {
        check_input_file(file.string(), "model file");  // says what is wrong with it
        throw Error(Errc::io, fmt::format("model file '{}' cannot be read", file.string()));
    }
    Digest digest(kind == ChecksumKind::gitsha1);
    if (kind == ChecksumKind::json_sha256) {
        encode(parse_json(file, in), digest);
        return {kind, digest.finish()};
    }
    if (kind == ChecksumKind::gitsha1)
        digest.update(fmt::format("blob {}", std::filesystem::file_size(file)) + '\0');
    std::vector<char> block(std::size_t{1} << 16);
    while (in) {
        in.read(block.data(), static_cast<std::streamsize>(block.size()));
        digest.update({block.data(), static_cast<std::size_t>(in.gcount())});
    }
    if (in.bad()) throw Error(Errc::io, fmt::format("model file '{}': reading failed", file.string()));
    return {kind, digest.finish()};
}

std::string sha256_of(std::string_view bytes) {
    Digest digest(false);
    digest.update(bytes);
    return digest.finish();
}

std::string checksum_mismatch(const std::filesystem::path& file, const std::vector<Checksum>& accepted) {
    std::string wanted, got;
    for (const Checksum& checksum : accepted) {
        std::string found;
        try {
            const Checksum computed = checksum_of(file, checksum.kind);
            if (computed.hex == checksum.hex) return {};
            found = computed.text();
        } catch (const Error& e) {
            if (e.code() != Errc::model) throw;
            found = e.what();  // it is not JSON: a mismatch like any other
        }
        wanted += fmt::format("{}{}", wanted.empty() ? "" : " or ", checksum.text());
        if (got.find(found) == std::string::npos) got += fmt::format("{}{}", got.empty() ? "" : ", ", found);
    }
    return fmt::format("wanted {}, got {}", wanted, got);
}

}  // namespace vbg::model
