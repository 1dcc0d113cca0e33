// Running a pipeline from Python: Ctrl-C, progress, and the interpreter's end.
#include <condition_variable>
#include <set>
#include <thread>

#include "pipeline_object.hpp"

namespace vbg::python {

namespace {

/// The runs that are going on, so that the interpreter's end can stop them.
struct Runs {
    std::mutex mutex;
    std::condition_variable ended;
    std::multiset<RunControl*> states;
};

Runs& runs() {
    static auto* instance = new Runs;  // never destroyed: threads may outlive main()
    return *instance;
}

class Registered {
public:
    explicit Registered(RunControl& state) : state_(state) {
        const std::lock_guard lock(runs().mutex);
        runs().states.insert(&state_);
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    ~Registered() {
        const std::lock_guard lock(runs().mutex);
        runs().states.erase(runs().states.find(&state_));
        runs().ended.notify_all();
    }

private:
    RunControl& state_;
};

/// One run on a thread of its own.
class Runner {
public:
    template <class Body>
    explicit Runner(Body body) {
        thread_ = std::thread([this, body = std::move(body)] {
            std::exception_ptr error;
            try {
                body();
            } catch (...) {
                error = std::current_exception();
            }
            const std::lock_guard lock(mutex_);
            error_ = std::move(error);
            done_ = true;
            changed_.notify_all();
        });
    }
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;
    ~Runner() {
        if (thread_.joinable()) thread_.join();
    }
    /// True when the run has ended. Without the GIL.
    bool wait(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, time, [&] { return done_; });
    }
    std::exception_ptr join() {
        thread_.join();
        return error_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    std::exception_ptr error_;
    std::thread thread_;
};

/// What run() calls after each frame: Python's `progress`, which may return False to stop.
std::function<void(const Pipeline&)> progress_caller(const py::object& self, const py::object& progress,
                                                     PipelineObject& object) {
    if (progress.is_none()) return nullptr;
    return [&self, &progress, &object](const Pipeline&) {
        const WithGil gil;
        try {
            const py::object answer = call(progress, self);
            if (answer.is(py::bool_(false))) object.state->stop();
        } catch (py::error_already_set& e) {
            if (!e.matches(PyExc_Exception)) object.state->fatal(std::current_exception());
            throw;
        }
    };
}

}  // namespace

void run(const py::object& self, std::uint64_t frames, const py::object& progress) {
    auto& object = py::cast<PipelineObject&>(self);
    if (!progress.is_none() && PyCallable_Check(progress.ptr()) == 0) {
        throw Refused(Refused::As::type, "run: progress is a " + type_name(progress) +
                                             "; wanted a function of the pipeline, called after each frame");
    }
    const Busy busy(object, "run()");
    Pipeline& pipeline = object.get();
    const Registered registered(*object.state);
    struct Run {
        RunControl& control;
        ~Run() { control.end(); }
    } const ends{*object.state};
    const std::stop_token stop = object.state->start();
    const auto after_frame = progress_caller(self, progress, object);
    std::exception_ptr error;
    bool interrupted = false;
    {
        Runner runner([&] { pipeline.run(stop, frames, after_frame); });
        for (;;) {
            bool done = false;
            {
                const WithoutGil free;
                done = runner.wait(std::chrono::milliseconds(50));
            }
            if (done) break;
            if (!interrupted && PyErr_CheckSignals() != 0) {  // Ctrl-C, in the main thread
                interrupted = true;
                object.state->fatal(std::make_exception_ptr(py::error_already_set()));
            }
        }
        const WithoutGil free;
        error = runner.join();
    }
    rethrow_fatal(object);
    if (error) std::rethrow_exception(error);
}

void rethrow_fatal(PipelineObject& object) {
    if (const std::exception_ptr fatal = object.state->take_fatal()) std::rethrow_exception(fatal);
}

void stop_all_runs() {
    const WithoutGil free;
    std::unique_lock lock(runs().mutex);
    for (RunControl* state : runs().states) state->stop();
    runs().ended.wait_for(lock, std::chrono::seconds(10), [] { return runs().states.empty(); });
}

}  // namespace vbg::python
