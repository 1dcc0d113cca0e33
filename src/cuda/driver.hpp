#pragma once
/// @file driver.hpp  The few calls of the CUDA runtime that libvbg makes, as plain functions: driver.cu has
/// them, and stubs.cpp where libvbg is built without CUDA. None throws. Each answers a Status of status.hpp;
/// `gpu` is the number of the GPU meant, and the calling thread's own choice of a GPU is left as it was.
/// Thread-safe.

#include <cstddef>
#include <string_view>

#include "cuda/step.hpp"

namespace vbg::cuda::driver {

[[nodiscard]] std::string_view text(int status) noexcept;  ///< CUDA's own word for it

[[nodiscard]] int device_count(int& count) noexcept;
/// Copies the GPU's name, ending in 0, into `name`.
[[nodiscard]] int device_name(int gpu, char* name, std::size_t size) noexcept;
/// kOk where this build has code for that GPU.
[[nodiscard]] int probe(int gpu) noexcept;

[[nodiscard]] int allocate(int gpu, std::size_t bytes, void*& memory) noexcept;
int release(int gpu, void* memory) noexcept;
[[nodiscard]] int allocate_pinned(int gpu, std::size_t bytes, void*& memory) noexcept;
int release_pinned(void* memory) noexcept;

[[nodiscard]] int make_stream(int gpu, void*& stream) noexcept;
int destroy_stream(int gpu, void* stream) noexcept;
[[nodiscard]] int make_event(int gpu, void*& event) noexcept;
int destroy_event(int gpu, void* event) noexcept;

[[nodiscard]] int record(int gpu, void* event, void* stream) noexcept;
[[nodiscard]] int wait_event(int gpu, void* stream,
                             void* event) noexcept;   ///< the stream waits, not the caller
[[nodiscard]] int event_ready(void* event) noexcept;  ///< kOk or kNotReady
[[nodiscard]] int synchronize_event(void* event) noexcept;
[[nodiscard]] int synchronize_stream(int gpu, void* stream) noexcept;

/// Does a kernel or a copy in the stream's turn.
[[nodiscard]] int perform(int gpu, const Step& step, void* stream) noexcept;

// Steps that are done one after the other, as a CUDA graph ready to be launched.

/// What the steps point to may go afterwards, but for memory that they read and write.
[[nodiscard]] int make_program(int gpu, const Step* steps, std::size_t count, void*& program) noexcept;
/// Puts a step in the place of another that it is like. Launches before this are done as they were.
[[nodiscard]] int change_program(void* program, std::size_t at, const Step& step) noexcept;
/// Does it in the stream's turn.
[[nodiscard]] int launch_program(void* program, void* stream) noexcept;
/// It must be done.
int destroy_program(void* program) noexcept;

}  // namespace vbg::cuda::driver
