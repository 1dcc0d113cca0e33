/* The C API's headers compile as C11, each before anything else, and their macros work. */
#include <vbg/vbg.h>

int vbg_header_is_c(void);
int vbg_header_is_c(void) {
    vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
    vbg_stats stats = VBG_STRUCT(vbg_stats);
    return view.struct_size == sizeof view && stats.struct_size == sizeof stats && VBG_VERSION_NUMBER > 0;
}
