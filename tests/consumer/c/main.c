/* What a C user of an installed libvbg writes: a filter of one's own, built-in stages, and an error handled.
 */
#include <stdio.h>
#include <string.h>
#include <vbg/vbg.h>

static vbg_status invert(void* user, const vbg_frame_view* guide, const vbg_mask_view* in,
                         const vbg_mask_view* out) {
    (void)guide;
    ++*(int*)user;
    for (int32_t y = 0; y < in->height; ++y) {
        const uint8_t* from = (const uint8_t*)in->data + y * in->stride;
        uint8_t* to = (uint8_t*)out->data + y * out->stride;
        for (int32_t x = 0; x < in->width; ++x) to[x] = (uint8_t)(255 - from[x]);
    }
    return VBG_OK;
}

static int fail(int code) {
    char text[1000];
    vbg_error_message(text, sizeof text);
    fprintf(stderr, "%d: %s\n", code, text);
    return code;
}

int main(void) {
    vbg_pipeline* pipeline = NULL;
    vbg_mask_filter* filter = NULL;
    vbg_frame *frame = NULL, *out = NULL;
    vbg_frame_view from = VBG_STRUCT(vbg_frame_view), to = VBG_STRUCT(vbg_frame_view);
    int calls = 0;
    if (vbg_pipeline_create(1, &pipeline) || vbg_pipeline_set_segmenter(pipeline, "constant:value=0") ||
        vbg_mask_filter_create_custom("invert", invert, NULL, &calls, &filter) ||
        vbg_pipeline_take_filter(pipeline, filter) ||
        vbg_pipeline_add_background(pipeline, "color:value=#0000ff") ||
        vbg_frame_create(8, 8, VBG_FORMAT_BGR8, &frame) || vbg_frame_create(8, 8, VBG_FORMAT_BGR8, &out) ||
        vbg_frame_get_view(frame, &from) || vbg_frame_get_view(out, &to) || vbg_view_fill(&from, 1, 2, 3) ||
        vbg_pipeline_process(pipeline, &from, &to, NULL)) {
        return fail(1);
    }
    const uint8_t* row = (const uint8_t*)to.planes[0] + 7 * to.strides[0];
    if (calls != 1 || row[0] != 3 || row[2] != 1) return fail(2); /* all is person now */
    vbg_effect* none = NULL;
    if (vbg_effect_create("no_such_effect", 0, &none) != VBG_ERROR_NOT_FOUND || none != NULL) return fail(3);
    char text[1000];
    if (vbg_error_message(text, sizeof text) == 0 || strstr(text, "no_such_effect") == NULL) return fail(4);
    vbg_frame_destroy(frame);
    vbg_frame_destroy(out);
    vbg_pipeline_destroy(pipeline);
    printf("libvbg %s from C\n", vbg_version_text());
    return 0;
}
