// Segments a picture and puts the person in front of another one, in Go.
//
//	picture PICTURE BACKGROUND OUT [SEGMENTER]
//	go build   (cgo finds the library through pkg-config)
package main

/*
#cgo pkg-config: vbg-c
#include <stdlib.h>
#include <vbg/vbg.h>

extern vbg_status goInvert(void *user, vbg_frame_view *guide, vbg_mask_view *in, vbg_mask_view *out);
static vbg_mask_filter *invert_filter(void *user) {
    vbg_mask_filter *filter = NULL;
    vbg_mask_filter_create_custom("go_invert", (vbg_filter_fn)goInvert, NULL, user, &filter);
    return filter;
}
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"
)

// lastError is the calling thread's newest failure; the goroutine must be locked to its thread.
func lastError() error {
	text := make([]byte, C.vbg_error_message(nil, 0)+1)
	C.vbg_error_message((*C.char)(unsafe.Pointer(&text[0])), C.size_t(len(text)))
	return fmt.Errorf("%s", text[:len(text)-1])
}

func check(status C.vbg_status) error {
	if status == C.VBG_OK {
		return nil
	}
	return lastError()
}

// text is a C string that is freed when the program's step is done.
func text(value string) (*C.char, func()) {
	c := C.CString(value)
	return c, func() { C.free(unsafe.Pointer(c)) }
}

func viewOf(frame *C.vbg_frame) (C.vbg_frame_view, error) {
	var view C.vbg_frame_view
	view.struct_size = C.uint32_t(unsafe.Sizeof(view))
	return view, check(C.vbg_frame_get_view(frame, &view))
}

// goInvert is a mask filter written in Go. The program applies it twice, which changes nothing.
//
//export goInvert
func goInvert(user unsafe.Pointer, guide *C.vbg_frame_view, in, out *C.vbg_mask_view) C.vbg_status {
	for y := C.int64_t(0); y < C.int64_t(in.height); y++ {
		from := unsafe.Slice((*byte)(unsafe.Add(in.data, y*in.stride)), in.width)
		to := unsafe.Slice((*byte)(unsafe.Add(out.data, y*out.stride)), in.width)
		for x := range to {
			to[x] = 255 - from[x]
		}
	}
	return C.VBG_OK
}

func run(picture, background, out, segmenter string) error {
	runtime.LockOSThread() // failures are kept for each thread
	defer runtime.UnlockOSThread()

	path, free := text(picture)
	defer free()
	var frame, room *C.vbg_frame
	if err := check(C.vbg_frame_load(path, C.VBG_FORMAT_BGR8, &frame)); err != nil {
		return err
	}
	defer C.vbg_frame_destroy(frame)
	person, err := viewOf(frame)
	if err != nil {
		return err
	}
	if err := check(C.vbg_frame_create(person.width, person.height, C.VBG_FORMAT_BGR8, &room)); err != nil {
		return err
	}
	defer C.vbg_frame_destroy(room)
	behind, err := viewOf(room)
	if err != nil {
		return err
	}

	// frame -> matte: 255 = person
	spec, free := text(segmenter)
	defer free()
	var finder *C.vbg_segmenter
	if err := check(C.vbg_segmenter_create(spec, 0, &finder)); err != nil {
		return err
	}
	defer C.vbg_segmenter_destroy(finder)
	var mask *C.vbg_mask
	if err := check(C.vbg_mask_create(person.width, person.height, C.VBG_MASK_U8, &mask)); err != nil {
		return err
	}
	defer C.vbg_mask_destroy(mask)
	var alpha C.vbg_mask_view
	alpha.struct_size = C.uint32_t(unsafe.Sizeof(alpha))
	if err := check(C.vbg_mask_get_view(mask, &alpha)); err != nil {
		return err
	}
	if err := check(C.vbg_segmenter_segment(finder, &person, &alpha, nil, nil)); err != nil {
		return err
	}
	filter := C.invert_filter(nil)
	defer C.vbg_mask_filter_destroy(filter)
	for i := 0; i < 2; i++ {
		if err := check(C.vbg_mask_filter_apply(filter, &person, &alpha, &alpha)); err != nil {
			return err
		}
	}

	// the background, scaled to cover the picture
	base, free := text("image:fit=cover")
	defer free()
	key, free := text("path")
	defer free()
	value, free := text(background)
	defer free()
	var covering *C.char
	if err := check(C.vbg_spec_with(base, key, value, &covering)); err != nil {
		return err
	}
	defer C.vbg_text_destroy(covering)
	var image *C.vbg_effect
	if err := check(C.vbg_effect_create(covering, 0, &image)); err != nil {
		return err
	}
	defer C.vbg_effect_destroy(image)
	if err := check(C.vbg_effect_apply(image, &person, &alpha, &behind)); err != nil {
		return err
	}

	// person over background, in place
	var over *C.vbg_compositor
	if err := check(C.vbg_compositor_create(nil, 0, &over)); err != nil {
		return err
	}
	defer C.vbg_compositor_destroy(over)
	if err := check(C.vbg_compositor_compose(over, &person, &alpha, &behind, &behind)); err != nil {
		return err
	}
	file, free := text(out)
	defer free()
	if err := check(C.vbg_view_save(&behind, file)); err != nil {
		return err
	}
	fmt.Printf("%dx%d, libvbg %s\n", person.width, person.height, C.GoString(C.vbg_version_text()))
	return nil
}

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintf(os.Stderr, "usage: %s PICTURE BACKGROUND OUT [SEGMENTER]\n", os.Args[0])
		os.Exit(2)
	}
	segmenter := "auto"
	if len(os.Args) > 4 {
		segmenter = os.Args[4]
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], segmenter); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
