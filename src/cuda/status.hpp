#pragma once
/// @file status.hpp  What CUDA answers, as vbg::Error. Needs neither CUDA nor a GPU.

#include <string_view>

#include <vbg/error.hpp>

namespace vbg::cuda {

/// Numbers of cudaError_t that are told apart (driver.cu checks that they are the same), and one of our own.
enum Status : int {
    kNotBuilt = -1,  ///< this libvbg has no CUDA
    kOk = 0,
    kOutOfMemory = 2,
    kDriverTooOld = 35,
    kDevicesBusy = 46,  ///< cudaErrorDevicesUnavailable: taken by somebody else
    kNoDevice = 100,
    kBadDevice = 101,  ///< no GPU of that number
    kNoKernelImage = 209,
    kMemoryBroken = 214,  ///< cudaErrorECCUncorrectable
    kLinkBroken = 220,    ///< cudaErrorNvlinkUncorrectable
    kContained = 226,     ///< cudaErrorContained
    kNotReady = 600,
    kBadAddress = 700,
    kTimeout = 702,
    kContextDestroyed = 709,
    kAssert = 710,
    kHardwareStack = 714,
    kLaunchFailure = 719,
    kMemoryLeak = 721,   ///< cudaErrorTensorMemoryLeak
    kServerEnded = 810,  ///< cudaErrorMpsClientTerminated
    kUnknown = 999,
};

/// The error for a status other than kOk. `what` says what was being done, on what; `text` is CUDA's own
/// word.
/// - out_of_memory: the GPU's memory is full
/// - not_built: this libvbg has no CUDA
/// - device: everything else; the text tells a missing or old driver, a GPU that is too old for this build,
/// and a
///   device that is lost (nothing on it can be used any more; the process must start again)
[[nodiscard]] Error error_of(int status, std::string_view what, std::string_view text);

/// Why a GPU cannot be used, in a few words, for a status of asking for it: "no NVIDIA driver", ...
[[nodiscard]] std::string_view reason_of(int status) noexcept;

/// Whether the device is lost for this process: every later call fails, too.
[[nodiscard]] bool is_lost(int status) noexcept;

}  // namespace vbg::cuda
