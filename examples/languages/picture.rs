//! Segments a picture and puts the person in front of another one, in Rust, with nothing but the standard library.
//!
//!     picture PICTURE BACKGROUND OUT [SEGMENTER]
//!     rustc -O picture.rs $(pkg-config --libs-only-L vbg-c)
use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_void};
use std::ptr::{null, null_mut};

const BGR8: i32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
struct FrameView {
    struct_size: u32,
    format: i32,
    width: i32,
    height: i32,
    planes: [*mut c_void; 4],
    strides: [i64; 4],
    matrix: i32,
    range: i32,
    device_type: i32,
    device_index: i32,
    timestamp_ns: i64,
    sequence: u64,
}

#[repr(C)]
struct MaskView {
    struct_size: u32,
    format: i32,
    width: i32,
    height: i32,
    data: *mut c_void,
    stride: i64,
    device_type: i32,
    device_index: i32,
}

/// Handles are opaque: numbers in the disguise of pointers.
type Handle = *mut c_void;

#[link(name = "vbg_c")]
extern "C" {
    fn vbg_version_text() -> *const c_char;
    fn vbg_error_message(buffer: *mut c_char, size: usize) -> usize;
    fn vbg_text_destroy(text: *mut c_char);
    fn vbg_frame_load(path: *const c_char, format: i32, out: *mut Handle) -> i32;
    fn vbg_frame_create(width: i32, height: i32, format: i32, out: *mut Handle) -> i32;
    fn vbg_frame_destroy(frame: Handle);
    fn vbg_frame_get_view(frame: Handle, view: *mut FrameView) -> i32;
    fn vbg_view_save(from: *const FrameView, path: *const c_char) -> i32;
    fn vbg_segmenter_create(spec: *const c_char, threads: i32, out: *mut Handle) -> i32;
    fn vbg_segmenter_destroy(segmenter: Handle);
    fn vbg_segmenter_segment(
        segmenter: Handle,
        frame: *const FrameView,
        alpha: *const MaskView,
        foreground: *const FrameView,
        foreground_written: *mut i32,
    ) -> i32;
    fn vbg_effect_create(spec: *const c_char, threads: i32, out: *mut Handle) -> i32;
    fn vbg_effect_destroy(effect: Handle);
    fn vbg_effect_apply(
        effect: Handle,
        layer: *const FrameView,
        alpha: *const MaskView,
        out: *const FrameView,
    ) -> i32;
    fn vbg_compositor_create(spec: *const c_char, threads: i32, out: *mut Handle) -> i32;
    fn vbg_compositor_destroy(compositor: Handle);
    fn vbg_compositor_compose(
        compositor: Handle,
        foreground: *const FrameView,
        alpha: *const MaskView,
        background: *const FrameView,
        out: *const FrameView,
    ) -> i32;
    fn vbg_spec_with(
        spec: *const c_char,
        key: *const c_char,
        value: *const c_char,
        out: *mut *mut c_char,
    ) -> i32;
}

/// A status as a Result with the library's own words.
fn check(status: i32) -> Result<(), String> {
    if status == 0 {
        return Ok(());
    }
    let mut text = vec![0u8; unsafe { vbg_error_message(null_mut(), 0) } + 1];
    unsafe { vbg_error_message(text.as_mut_ptr() as *mut c_char, text.len()) };
    text.pop();
    Err(String::from_utf8_lossy(&text).into_owned())
}

/// A handle that is destroyed when it goes.
struct Owned(Handle, unsafe extern "C" fn(Handle));

impl Owned {
    fn new(
        destroy: unsafe extern "C" fn(Handle),
        create: impl FnOnce(*mut Handle) -> i32,
    ) -> Result<Owned, String> {
        let mut handle = null_mut();
        check(create(&mut handle))?;
        Ok(Owned(handle, destroy))
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        unsafe { (self.1)(self.0) }
    }
}

fn view_of(frame: &Owned) -> Result<FrameView, String> {
    let mut view: FrameView = unsafe { std::mem::zeroed() };
    view.struct_size = std::mem::size_of::<FrameView>() as u32;
    check(unsafe { vbg_frame_get_view(frame.0, &mut view) })?;
    Ok(view)
}

fn c(text: &str) -> CString {
    CString::new(text).expect("a text without NUL")
}

fn run(picture: &str, background: &str, out: &str, segmenter: &str) -> Result<(), String> {
    let (picture, background, out, segmenter) = (c(picture), c(background), c(out), c(segmenter));
    let frame = Owned::new(vbg_frame_destroy, |h| unsafe { vbg_frame_load(picture.as_ptr(), BGR8, h) })?;
    let person = view_of(&frame)?;
    let room = Owned::new(vbg_frame_destroy, |h| unsafe {
        vbg_frame_create(person.width, person.height, BGR8, h)
    })?;
    let behind = view_of(&room)?;

    // The matte lives in memory of Rust's own: 255 = person.
    let mut matte = vec![0u8; person.width as usize * person.height as usize];
    let alpha = MaskView {
        struct_size: std::mem::size_of::<MaskView>() as u32,
        format: 0,
        width: person.width,
        height: person.height,
        data: matte.as_mut_ptr() as *mut c_void,
        stride: 0,
        device_type: 0,
        device_index: 0,
    };
    let finder = Owned::new(vbg_segmenter_destroy, |h| unsafe {
        vbg_segmenter_create(segmenter.as_ptr(), 0, h)
    })?;
    check(unsafe { vbg_segmenter_segment(finder.0, &person, &alpha, null(), null_mut()) })?;

    let mut spec = null_mut();
    check(unsafe {
        vbg_spec_with(c("image:fit=cover").as_ptr(), c("path").as_ptr(), background.as_ptr(), &mut spec)
    })?;
    let image = Owned::new(vbg_effect_destroy, |h| unsafe { vbg_effect_create(spec, 0, h) });
    unsafe { vbg_text_destroy(spec) };
    let image = image?;
    check(unsafe { vbg_effect_apply(image.0, &person, &alpha, &behind) })?;

    let over = Owned::new(vbg_compositor_destroy, |h| unsafe { vbg_compositor_create(null(), 0, h) })?;
    check(unsafe { vbg_compositor_compose(over.0, &person, &alpha, &behind, &behind) })?;
    check(unsafe { vbg_view_save(&behind, out.as_ptr()) })?;

    let share = matte.iter().map(|&v| v as f64).sum::<f64>() / 255.0 / matte.len() as f64;
    let version = unsafe { CStr::from_ptr(vbg_version_text()) }.to_string_lossy();
    println!("{}x{}, {:.1} % person, libvbg {}", person.width, person.height, 100.0 * share, version);
    Ok(())
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() < 4 {
        eprintln!("usage: {} PICTURE BACKGROUND OUT [SEGMENTER]", arguments[0]);
        std::process::exit(2);
    }
    let segmenter = arguments.get(4).map_or("auto", |s| s.as_str());
    if let Err(text) = run(&arguments[1], &arguments[2], &arguments[3], segmenter) {
        eprintln!("{}", text);
        std::process::exit(1);
    }
}
