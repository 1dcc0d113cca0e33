// Where a model's name leads.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vbg/error.hpp>
#include <vbg/model.hpp>

namespace fs = std::filesystem;

namespace {

/// Sets a variable for a scope (nullptr: unsets it).
class Environment {
public:
    Environment(const char* name, const char* value) : name_(name) {
        if (const char* old = std::getenv(name)) old_ = old, had_ = true;
        set(value);
    }
    ~Environment() { set(had_ ? old_.c_str() : nullptr); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

private:
    void set(const char* value) const { value != nullptr ? setenv(name_, value, 1) : unsetenv(name_); }
    const char* name_;
    std::string old_;
    bool had_ = false;
};

struct Folder {
    fs::path path;
    explicit Folder(const std::string& name) : path(fs::temp_directory_path() / ("vbg_locate_" + name)) {
        fs::remove_all(path);
        fs::create_directories(path);
    }
    ~Folder() { fs::remove_all(path); }
    fs::path touch(const std::string& name) const {
        std::ofstream(path / name) << "x";
        return path / name;
    }
};

std::string error_of(const std::string& name) {
    try {
        (void)vbg::find_model_file(name);
    } catch (const vbg::Error& e) {
        CHECK((e.code() == vbg::Errc::not_found || e.code() == vbg::Errc::invalid_argument));
        return e.what();
    }
    return "";
}

}  // namespace

TEST_CASE("the model folder follows VBG_MODEL_DIR, then XDG_DATA_HOME, then HOME") {
    const Environment home("HOME", "/home/someone");
    const Environment none("VBG_MODEL_DIR", nullptr);
    {
        const Environment xdg("XDG_DATA_HOME", nullptr);
        CHECK(vbg::model_folder() == "/home/someone/.local/share/vbg/models");
    }
    {
        const Environment xdg("XDG_DATA_HOME", "relative/is/ignored");
        CHECK(vbg::model_folder() == "/home/someone/.local/share/vbg/models");
    }
    const Environment xdg("XDG_DATA_HOME", "/data");
    CHECK(vbg::model_folder() == "/data/vbg/models");
    const Environment own("VBG_MODEL_DIR", "/own");
    CHECK(vbg::model_folder() == "/own");
}

TEST_CASE("a name is looked up in the model folder first, then along VBG_MODEL_PATH") {
    const Folder first("first"), second("second"), third("third");
    const Environment own("VBG_MODEL_DIR", first.path.c_str());
    const Environment path("VBG_MODEL_PATH", (second.path.string() + "::" + third.path.string()).c_str());
    const fs::path in_third = third.touch("net.pt");
    CHECK(vbg::find_model_file("net") == in_third);
    const fs::path in_second = second.touch("net.pt");
    CHECK(vbg::find_model_file("net") == in_second);
    const fs::path in_first = first.touch("net.pt");
    CHECK(vbg::find_model_file("net") == in_first);

    const std::string text = error_of("other");
    CHECK(text.find(first.path.string()) != std::string::npos);
    CHECK(text.find(third.path.string()) != std::string::npos);
    CHECK(text.find("knows no such name") != std::string::npos);
}

TEST_CASE("an alias leads to the file under the full name; the text names what fetches it") {
    const Folder folder("alias"), empty("empty");
    const Environment own("VBG_MODEL_DIR", folder.path.c_str());
    const Environment path("VBG_MODEL_PATH", empty.path.c_str());
    const std::string alias = "bodypix-mobilenet-075-8";
    const std::string text = error_of(alias);
    CHECK(text.find("vbg-model fetch bodypix-mobilenet-075-8-quant2") != std::string::npos);
    CHECK(text.find(folder.path.string()) != std::string::npos);
    CHECK(error_of(alias + "-javascript").find("-8-quant2 --javascript-dilation") != std::string::npos);
    CHECK(error_of("bodypix-mobilenet-075-88").find("did you mean 'bodypix-mobilenet-075-8") !=
          std::string::npos);

    const fs::path full = folder.touch("bodypix-mobilenet-075-8-quant2.pt");
    CHECK(vbg::find_model_file(alias) == full);
    CHECK(vbg::find_model_file("bodypix-mobilenet-075-8-quant2") == full);
    CHECK(error_of("bodypix-mobilenet-075-8-float") != "");
    const fs::path javascript = folder.touch("bodypix-mobilenet-075-8-quant2-javascript.pt");
    CHECK(vbg::find_model_file(alias + "-javascript") == javascript);
    const fs::path own_file = folder.touch(alias + ".pt");  // somebody's own file of exactly that name wins
    CHECK(vbg::find_model_file(alias) == own_file);
}

TEST_CASE("a path is taken as it is, and only files count") {
    const Folder folder("path");
    const fs::path file = folder.touch("mine.pt");
    CHECK(vbg::find_model_file(file.string()) == file);
    {
        const Environment home("HOME", folder.path.c_str());
        CHECK(vbg::find_model_file("~/mine.pt") == file);
    }
    CHECK(error_of(folder.path.string()).find("is a folder") != std::string::npos);
    CHECK(error_of((folder.path / "none.pt").string()).find("does not exist") != std::string::npos);
    CHECK(error_of("none-beside-me.pt").find("does not exist") != std::string::npos);
    CHECK(error_of("").find("empty") != std::string::npos);
}
