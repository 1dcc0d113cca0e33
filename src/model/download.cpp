#include "model/download.hpp"

#include <vbg/error.hpp>

#ifndef VBG_HAVE_FETCH

namespace vbg::model {

void download(const Download& wanted) {
    throw Error(Errc::not_built, "getting '" + wanted.address +
                                     "': this build of libvbg cannot use the network; configure it with "
                                     "-DVBG_FETCH=ON (needs libcurl), or " +
                                     wanted.hint);
}

}  // namespace vbg::model

#else

#    include <curl/curl.h>
#    include <fcntl.h>
#    include <fmt/format.h>
#    include <strings.h>
#    include <unistd.h>

#    include <array>
#    include <cerrno>
#    include <charconv>
#    include <exception>
#    include <memory>
#    include <mutex>
#    include <span>
#    include <string_view>
#    include <vbg/version.hpp>

#    include "io/file.hpp"

namespace vbg::model {

namespace {

/// How often a connection that broke in the middle is taken up again.
constexpr int most_attempts = 5;

/// One request and what has come of it; libcurl's callbacks get its address.
struct Transfer {
    const Download& wanted;
    CURL* curl = nullptr;
    int fd = -1;
    std::uint64_t before = 0;  ///< bytes in the file when the request was sent
    std::uint64_t size = 0;    ///< bytes in the file now
    std::int64_t range_start = -1;
    bool begun = false, cancelled = false, too_long = false, wrong_range = false;
    std::exception_ptr failure;  ///< thrown by a callback; libcurl is C and must not see it

    explicit Transfer(const Download& download) : wanted(download) {}
    ~Transfer() {
        if (fd >= 0) ::close(fd);
    }
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    void open() {
        fd = ::open(wanted.part.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (fd < 0) throw_write_error(fmt::format("model file '{}'", wanted.part.string()), errno);
        before = size = static_cast<std::uint64_t>(::lseek(fd, 0, SEEK_END));
    }
    void empty() {
        if (::ftruncate(fd, 0) != 0)
            throw_write_error(fmt::format("model file '{}'", wanted.part.string()), errno);
        size = 0;
    }
    /// The first bytes have come: from the middle as asked, or from the start?
    bool begin() {
        begun = true;
        long status = 0;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        if (before == 0) return true;
        if (status != 206) {  // the server does not know ranges and sends everything
            empty();
            return true;
        }
        wrong_range = range_start != static_cast<std::int64_t>(before);
        return !wrong_range;
    }
    bool take(std::span<const std::byte> bytes) {
        if (!begun && !begin()) return false;
        too_long = size + bytes.size() > wanted.limit;
        if (too_long) return false;
        write_all(fd, bytes, fmt::format("model file '{}'", wanted.part.string()));
        size += bytes.size();
        return true;
    }
};

std::size_t on_data(char* data, std::size_t one, std::size_t count, void* user) {
    Transfer& transfer = *static_cast<Transfer*>(user);
    try {
        return transfer.take(std::as_bytes(std::span(data, one * count))) ? one * count : 0;
    } catch (...) {
        transfer.failure = std::current_exception();
        return 0;
    }
}

/// Looks for "Content-Range: bytes 1000-1999/2000"; a redirect's headers come first and are forgotten.
std::size_t on_header(char* data, std::size_t one, std::size_t count, void* user) {
    Transfer& transfer = *static_cast<Transfer*>(user);
    const std::string_view line(data, one * count);
    constexpr std::string_view name = "content-range:";
    if (line.starts_with("HTTP/")) transfer.range_start = -1;
    if (line.size() > name.size() && ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
        const std::size_t digits = line.find_first_of("0123456789", name.size());
        if (digits != std::string_view::npos)
            std::from_chars(line.data() + digits, line.data() + line.size(), transfer.range_start);
    }
    return one * count;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    Transfer& transfer = *static_cast<Transfer*>(user);
    try {
        if (transfer.wanted.progress && !transfer.wanted.progress(transfer.size)) transfer.cancelled = true;
    } catch (...) {
        transfer.failure = std::current_exception();
    }
    return transfer.cancelled || transfer.failure ? 1 : 0;
}

void set_options(CURL* curl, Transfer& transfer, char* reason) {
    const Download& wanted = transfer.wanted;
    curl_easy_setopt(curl, CURLOPT_URL, wanted.address.c_str());
    curl_easy_setopt(curl, CURLOPT_USERAGENT, fmt::format("vbg/{}", version()).c_str());
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // the program's signals are its own
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
    // A secure address must not lead to an insecure one.
    const char* allowed = wanted.address.starts_with("http:") ? "http,https" : "https";
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, allowed);
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, allowed);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(wanted.stall_seconds));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(wanted.stall_seconds));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
    // CURLOPT_RESUME_FROM would make an error of a server that sends everything; a plain range does not.
    if (transfer.before > 0)
        curl_easy_setopt(curl, CURLOPT_RANGE, fmt::format("{}-", transfer.before).c_str());
}

[[noreturn]] void throw_network(const Transfer& transfer, CURLcode code, const char* reason) {
    const Download& wanted = transfer.wanted;
    long status = 0;
    curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
    std::string why = *reason != '\0' ? reason : curl_easy_strerror(code);
    if (code == CURLE_HTTP_RETURNED_ERROR)
        why = fmt::format("the server answered {}{}", status, status == 404 ? " (no such file there)" : "");
    if (code == CURLE_OPERATION_TIMEDOUT)
        why = fmt::format("nothing came for {} s ({})", wanted.stall_seconds, why);
    const std::string kept =
        transfer.size > 0
            ? fmt::format(" ({} bytes are kept; the same command goes on from there)", transfer.size)
            : "";
    throw Error(Errc::io, fmt::format("getting '{}': {}{}; {}", wanted.address, why, kept, wanted.hint));
}

/// One request. True: all has come; false: worth another try.
bool attempt(const Download& wanted, int number) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
    if (!curl) throw Error(Errc::io, fmt::format("getting '{}': libcurl cannot start", wanted.address));
    Transfer transfer(wanted);
    transfer.curl = curl.get();
    transfer.open();
    std::array<char, CURL_ERROR_SIZE> reason{};
    set_options(curl.get(), transfer, reason.data());
    const CURLcode code = curl_easy_perform(curl.get());

    if (transfer.failure) std::rethrow_exception(transfer.failure);
    if (transfer.cancelled) {
        throw Error(Errc::io,
                    fmt::format("getting '{}': cancelled; {} bytes are kept, the same command goes on "
                                "from there",
                                wanted.address, transfer.size));
    }
    if (transfer.too_long) {
        transfer.empty();
        throw Error(Errc::model,
                    fmt::format("getting '{}': the server sends more than {} bytes, so it is not the "
                                "file wanted; {}",
                                wanted.address, wanted.limit, wanted.hint));
    }
    if (code == CURLE_OK) return true;
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    const bool bad_range = transfer.wrong_range || (transfer.before > 0 && status == 416);
    if (bad_range) transfer.empty();  // what we have is not a beginning of what is there: from the start
    const bool broken = code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_HTTP2_STREAM;
    const bool worth_it = bad_range || (broken && transfer.size > transfer.before);
    if (!worth_it || number == most_attempts) throw_network(transfer, code, reason.data());
    return false;
}

}  // namespace

void download(const Download& wanted) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    for (int number = 1; !attempt(wanted, number); ++number) {
    }
}

}  // namespace vbg::model

#endif
