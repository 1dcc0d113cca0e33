// The C API's headers compile as C++11, and their macros work.
#include <vbg/vbg.h>

bool vbg_header_is_cpp();
bool vbg_header_is_cpp() {
    vbg_frame_view view = VBG_STRUCT(vbg_frame_view);
    vbg_stats stats = VBG_STRUCT(vbg_stats);
    return view.struct_size == sizeof view && stats.struct_size == sizeof stats;
}
