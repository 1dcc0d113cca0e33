#pragma once
// Films for tests, written and read with OpenCV alone, which shares no code with what is tested.
#include "support/frames.hpp"
#include "support/temp_dir.hpp"

#ifdef VBG_HAVE_MEDIA
#    include <fcntl.h>
#    include <unistd.h>

#    include <opencv2/imgproc.hpp>
#    include <opencv2/videoio.hpp>
#    include <string>
#    include <vector>

namespace vbg_test {

/// Frame `i` of make_film(): a flat colour that tells the number, with a white square that moves.
inline cv::Mat film_frame(cv::Size size, int i) {
    cv::Mat m(size, CV_8UC3, cv::Scalar(40 + i * 37 % 160, 40 + i * 53 % 160, 40 + i * 71 % 160));
    const int side = std::max(2, size.height / 4);
    cv::rectangle(m, cv::Rect(i * 7 % std::max(1, size.width - side), size.height / 3, side, side),
                  cv::Scalar(255, 255, 255), cv::FILLED);
    return m;
}

/// Writes `frames` frames. `fourcc` as OpenCV wants it.
inline void make_film(const std::string& path, const char* fourcc, cv::Size size, int frames,
                      double fps = 25) {
    cv::VideoWriter writer;
    if (!writer.open(path, cv::CAP_FFMPEG,
                     cv::VideoWriter::fourcc(fourcc[0], fourcc[1], fourcc[2], fourcc[3]), fps, size, true)) {
        throw std::runtime_error("OpenCV cannot write " + path);
    }
    for (int i = 0; i < frames; ++i) writer.write(film_frame(size, i));
}

/// All frames as OpenCV decodes them.
inline std::vector<cv::Mat> opencv_frames(const std::string& path) {
    cv::VideoCapture capture(path, cv::CAP_FFMPEG);
    std::vector<cv::Mat> frames;
    for (cv::Mat m; capture.read(m);) frames.push_back(m.clone());
    return frames;
}

/// b after a.
inline void join_files(const std::string& a, const std::string& b, const std::string& joined) {
    auto bytes = file_bytes(a);
    const auto more = file_bytes(b);
    bytes.insert(bytes.end(), more.begin(), more.end());
    write_bytes(joined, bytes);
}

/// What is written to descriptors 1 and 2 of this process while it lives.
class CapturedOutput {
public:
    explicit CapturedOutput(const std::string& path) : path_(path), saved_{::dup(1), ::dup(2)} {
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
        ::dup2(fd, 1);
        ::dup2(fd, 2);
        ::close(fd);
    }
    ~CapturedOutput() { stop(); }
    CapturedOutput(const CapturedOutput&) = delete;
    CapturedOutput& operator=(const CapturedOutput&) = delete;
    /// Ends it and gives the text.
    std::string stop() {
        if (saved_[0] >= 0) {
            for (int i = 0; i < 2; ++i) {
                ::dup2(saved_[i], i + 1);
                ::close(saved_[i]);
                saved_[i] = -1;
            }
        }
        const auto bytes = file_bytes(path_);
        return {bytes.begin(), bytes.end()};
    }

private:
    std::string path_;
    int saved_[2];
};

}  // namespace vbg_test
#endif
