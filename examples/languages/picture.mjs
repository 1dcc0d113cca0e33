// Segments a picture and puts the person in front of another one, in Node with the package koffi (npm install koffi).
//   node picture.mjs PICTURE BACKGROUND OUT [SEGMENTER]
// The library is found as the linker finds it (LD_LIBRARY_PATH, ldconfig).
import { createRequire } from "node:module";
const koffi = createRequire(`${process.cwd()}/`)("koffi");

const BGR8 = 2;
const FrameView = koffi.struct("vbg_frame_view", {
  struct_size: "uint32_t", format: "int32_t", width: "int32_t", height: "int32_t",
  planes: koffi.array("void *", 4), strides: koffi.array("int64_t", 4), matrix: "int32_t", range: "int32_t",
  device_type: "int32_t", device_index: "int32_t", timestamp_ns: "int64_t", sequence: "uint64_t",
});
const MaskView = koffi.struct("vbg_mask_view", {
  struct_size: "uint32_t", format: "int32_t", width: "int32_t", height: "int32_t", data: "uint8_t *",
  stride: "int64_t", device_type: "int32_t", device_index: "int32_t",
});

const library = koffi.load("libvbg_c.so.0.1");
const message = library.func("size_t vbg_error_message(_Out_ char *buffer, size_t size)");
const version = library.func("const char *vbg_version_text()");

// A function that gives a status; a failure becomes an exception with the library's own words.
function checked(prototype) {
  const raw = library.func(prototype);
  return (...values) => {
    if (raw(...values) === 0) return;
    const text = Buffer.alloc(Number(message(null, 0)) + 1);
    message(text, text.length);
    throw new Error(text.toString("utf8", 0, text.length - 1));
  };
}
// What a function gives through its last argument.
function made(create, ...values) {
  const out = [null];
  create(...values, out);
  return out[0];
}

const frameLoad = checked("int32_t vbg_frame_load(const char *path, int32_t format, _Out_ void **out)");
const frameCreate = checked("int32_t vbg_frame_create(int32_t width, int32_t height, int32_t format, _Out_ void **out)");
const frameGetView = checked("int32_t vbg_frame_get_view(void *frame, _Inout_ vbg_frame_view *view)");
const segmenterCreate = checked("int32_t vbg_segmenter_create(const char *spec, int32_t threads, _Out_ void **out)");
const segment = checked("int32_t vbg_segmenter_segment(void *segmenter, vbg_frame_view *frame, vbg_mask_view *alpha, vbg_frame_view *foreground, int32_t *written)");
const effectCreate = checked("int32_t vbg_effect_create(const char *spec, int32_t threads, _Out_ void **out)");
const effectApply = checked("int32_t vbg_effect_apply(void *effect, vbg_frame_view *layer, vbg_mask_view *alpha, vbg_frame_view *out)");
const compositorCreate = checked("int32_t vbg_compositor_create(const char *spec, int32_t threads, _Out_ void **out)");
const compose = checked("int32_t vbg_compositor_compose(void *compositor, vbg_frame_view *foreground, vbg_mask_view *alpha, vbg_frame_view *background, vbg_frame_view *out)");
const save = checked("int32_t vbg_view_save(vbg_frame_view *from, const char *path)");
const specWith = checked("int32_t vbg_spec_with(const char *spec, const char *key, const char *value, _Out_ void **out)");
const destroy = (kind, handle) => library.func(`void vbg_${kind}_destroy(void *handle)`)(handle);

function viewOf(frame) {
  const view = { struct_size: koffi.sizeof(FrameView), planes: [null, null, null, null], strides: [0, 0, 0, 0] };
  frameGetView(frame, view);
  return view;
}

function main(pictureFile, backgroundFile, outFile, segmenterSpec = "auto") {
  const picture = made(frameLoad, pictureFile, BGR8);
  const person = viewOf(picture);
  const room = made(frameCreate, person.width, person.height, BGR8);
  const behind = viewOf(room);

  // The matte lives in memory of JavaScript's own: 255 = person.
  const matte = new Uint8Array(person.width * person.height);
  const alpha = { struct_size: koffi.sizeof(MaskView), width: person.width, height: person.height, data: matte };
  const segmenter = made(segmenterCreate, segmenterSpec, 0);
  segment(segmenter, person, alpha, null, null);

  const spec = made(specWith, "image:fit=cover", "path", backgroundFile);
  const image = made(effectCreate, koffi.decode(spec, "char", -1), 0);
  effectApply(image, person, alpha, behind);

  const over = made(compositorCreate, null, 0);
  compose(over, person, alpha, behind, behind);
  save(behind, outFile);
  console.log(`${person.width}x${person.height}, libvbg ${version()}`);

  for (const [kind, handle] of [["compositor", over], ["effect", image], ["text", spec], ["segmenter", segmenter],
    ["frame", room], ["frame", picture]]) destroy(kind, handle);
}

if (process.argv.length < 5) {
  console.error("usage: node picture.mjs PICTURE BACKGROUND OUT [SEGMENTER]");
  process.exit(2);
}
try {
  main(...process.argv.slice(2, 6));
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
