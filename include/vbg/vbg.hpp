#pragma once
/// @file vbg.hpp  Everything of libvbg (the adapters in vbg/interop/ aside).
///
///     Source ──frame──▶ Segmenter ──matte──▶ MaskFilter* ──matte──┐
///        ├──frame──────────▶ foreground Effect* ──────────▶ Compositor ──frame──▶ Sink
///        └──(or a picture)─▶ background Effect* ──────────────┘
///
/// Words used in all headers:
/// - *reentrant*: different objects may be used by different threads at once; one object by one thread at a
/// time.
/// - *thread-safe*: the same object or function may be used by several threads at once.
/// - *matte*, *alpha*: how much of each pixel is the person; 255 / 1.0f = person, 0 = background.
/// - errors: everything that can fail throws vbg::Error (error.hpp).

#include <vbg/camera.hpp>
#include <vbg/compositor.hpp>
#include <vbg/context.hpp>
#include <vbg/device.hpp>
#include <vbg/doctor.hpp>
#include <vbg/effect.hpp>
#include <vbg/error.hpp>
#include <vbg/export.hpp>
#include <vbg/frame.hpp>
#include <vbg/log.hpp>
#include <vbg/mask_filter.hpp>
#include <vbg/model.hpp>
#include <vbg/parameter.hpp>
#include <vbg/pipeline.hpp>
#include <vbg/preset.hpp>
#include <vbg/process.hpp>
#include <vbg/registry.hpp>
#include <vbg/segmenter.hpp>
#include <vbg/sink.hpp>
#include <vbg/source.hpp>
#include <vbg/stage.hpp>
#include <vbg/types.hpp>
#include <vbg/version.hpp>
