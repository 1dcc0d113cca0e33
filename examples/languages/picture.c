/* Segments a picture and puts the person in front of another one, step by step, in C.
 *   picture PICTURE BACKGROUND OUT [SEGMENTER]
 *   cc picture.c $(pkg-config --cflags --libs vbg-c) -o picture */
#include <stdio.h>
#include <stdlib.h>
#include <vbg/vbg.h>

/* Ends the program with the library's own words where something failed. */
static void check(vbg_status status) {
    char text[2000];
    if (status == VBG_OK) return;
    vbg_error_message(text, sizeof text);
    fprintf(stderr, "%s: %s\n", vbg_status_name(status), text);
    exit(1);
}

static vbg_frame_view view_of(vbg_frame* frame) {
    vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
    check(vbg_frame_get_view(frame, &view));
    return view;
}

int main(int argc, char** argv) {
    if (argc < 4) return fprintf(stderr, "usage: %s PICTURE BACKGROUND OUT [SEGMENTER]\n", argv[0]), 2;

    vbg_frame *picture, *room;
    check(vbg_frame_load(argv[1], VBG_FORMAT_BGR8, &picture));
    const vbg_frame_view person = view_of(picture);
    check(vbg_frame_create(person.width, person.height, VBG_FORMAT_BGR8, &room));
    const vbg_frame_view behind = view_of(room);

    /* frame -> matte: 255 = person */
    vbg_segmenter* segmenter;
    vbg_mask* mask;
    vbg_mask_view alpha = VBG_STRUCT(vbg_mask_view);
    check(vbg_segmenter_create(argc > 4 ? argv[4] : "auto", 0, &segmenter));
    check(vbg_mask_create(person.width, person.height, VBG_MASK_U8, &mask));
    check(vbg_mask_get_view(mask, &alpha));
    check(vbg_segmenter_segment(segmenter, &person, &alpha, NULL, NULL));

    /* the background, scaled to cover the picture */
    char* spec;
    vbg_effect* image;
    check(vbg_spec_with("image:fit=cover", "path", argv[2], &spec));
    check(vbg_effect_create(spec, 0, &image));
    check(vbg_effect_apply(image, &person, &alpha, &behind));

    /* person over background, in place */
    vbg_compositor* over;
    check(vbg_compositor_create(NULL, 0, &over));
    check(vbg_compositor_compose(over, &person, &alpha, &behind, &behind));
    check(vbg_view_save(&behind, argv[3]));
    printf("%dx%d, libvbg %s\n", (int)person.width, (int)person.height, vbg_version_text());

    vbg_compositor_destroy(over);
    vbg_effect_destroy(image);
    vbg_text_destroy(spec);
    vbg_mask_destroy(mask);
    vbg_segmenter_destroy(segmenter);
    vbg_frame_destroy(room);
    vbg_frame_destroy(picture);
    return 0;
}
