/* The smallest program in C: a picture in, the person in front of a plain blue, a picture out.
 *   minimal IN.jpg OUT.png */
#include <stdio.h>
#include <vbg/vbg.h>

int main(int argc, char** argv) {
    if (argc != 3) return fprintf(stderr, "usage: %s IN OUT\n", argv[0]), 2;
    char *source = NULL, *sink = NULL;
    vbg_spec_with("image", "path", argv[1], &source);
    vbg_spec_with("image", "path", argv[2], &sink);

    vbg_pipeline* pipeline = NULL;
    int failed = vbg_pipeline_create(0, &pipeline) || vbg_pipeline_set_source(pipeline, source) ||
                 vbg_pipeline_add_background(pipeline, "color:value=#1e3a8a") ||
                 vbg_pipeline_use_preset(pipeline, "default") || vbg_pipeline_add_sink(pipeline, sink) ||
                 vbg_pipeline_run(pipeline, 0, NULL, NULL);
    if (failed) {
        char text[1000];
        vbg_error_message(text, sizeof text);
        fprintf(stderr, "%s\n", text);
    }
    vbg_pipeline_destroy(pipeline);
    vbg_text_destroy(source);
    vbg_text_destroy(sink);
    return failed ? 1 : 0;
}
