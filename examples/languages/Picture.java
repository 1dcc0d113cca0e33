import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * Segments a picture and puts the person in front of another one, in Java with JNA (Debian: libjna-java).
 *
 * <pre>java -cp /usr/share/java/jna.jar Picture.java PICTURE BACKGROUND OUT [SEGMENTER]</pre>
 *
 * The library is looked for in jna.library.path and where the system's linker looks.
 */
public final class Picture {
    private static final int BGR8 = 2;

    @FieldOrder({"struct_size", "format", "width", "height", "planes", "strides", "matrix", "range",
        "device_type", "device_index", "timestamp_ns", "sequence"})
    public static final class FrameView extends Structure {
        public int struct_size, format, width, height;
        public Pointer[] planes = new Pointer[4];
        public long[] strides = new long[4];
        public int matrix, range, device_type, device_index;
        public long timestamp_ns, sequence;

        public FrameView() {
            struct_size = size();
        }
    }

    @FieldOrder({"struct_size", "format", "width", "height", "data", "stride", "device_type", "device_index"})
    public static final class MaskView extends Structure {
        public int struct_size, format, width, height;
        public Pointer data;
        public long stride;
        public int device_type, device_index;

        public MaskView() {
            struct_size = size();
        }
    }

    /** What this program uses of vbg.h. Handles are Pointers. */
    public interface Vbg extends Library {
        String vbg_version_text();
        long vbg_error_message(byte[] buffer, long size);
        void vbg_text_destroy(Pointer text);
        int vbg_frame_load(String path, int format, PointerByReference out);
        int vbg_frame_create(int width, int height, int format, PointerByReference out);
        int vbg_frame_get_view(Pointer frame, FrameView view);
        void vbg_frame_destroy(Pointer frame);
        int vbg_view_save(FrameView from, String path);
        int vbg_segmenter_create(String spec, int threads, PointerByReference out);
        int vbg_segmenter_segment(Pointer segmenter, FrameView frame, MaskView alpha, FrameView foreground,
            IntByReference foregroundWritten);
        void vbg_segmenter_destroy(Pointer segmenter);
        int vbg_effect_create(Pointer spec, int threads, PointerByReference out);
        int vbg_effect_apply(Pointer effect, FrameView layer, MaskView alpha, FrameView out);
        void vbg_effect_destroy(Pointer effect);
        int vbg_compositor_create(String spec, int threads, PointerByReference out);
        int vbg_compositor_compose(Pointer compositor, FrameView foreground, MaskView alpha, FrameView background,
            FrameView out);
        void vbg_compositor_destroy(Pointer compositor);
        int vbg_spec_with(String spec, String key, String value, PointerByReference out);
    }

    private static final Vbg VBG = Native.load("vbg_c", Vbg.class);

    /** A failure with the library's own words. JNA calls on the caller's thread, which has the text. */
    private static void check(int status) {
        if (status == 0) {
            return;
        }
        byte[] text = new byte[(int) VBG.vbg_error_message(null, 0) + 1];
        VBG.vbg_error_message(text, text.length);
        throw new IllegalStateException(Native.toString(text, "UTF-8"));
    }

    private static FrameView viewOf(Pointer frame) {
        FrameView view = new FrameView();
        check(VBG.vbg_frame_get_view(frame, view));
        return view;
    }

    private static void run(String picture, String background, String out, String segmenter) {
        PointerByReference made = new PointerByReference();
        check(VBG.vbg_frame_load(picture, BGR8, made));
        Pointer frame = made.getValue();
        FrameView person = viewOf(frame);
        check(VBG.vbg_frame_create(person.width, person.height, BGR8, made));
        Pointer room = made.getValue();
        FrameView behind = viewOf(room);

        // frame -> matte: 255 = person
        Memory matte = new Memory((long) person.width * person.height);
        MaskView alpha = new MaskView();
        alpha.width = person.width;
        alpha.height = person.height;
        alpha.data = matte;
        check(VBG.vbg_segmenter_create(segmenter, 0, made));
        Pointer finder = made.getValue();
        check(VBG.vbg_segmenter_segment(finder, person, alpha, null, null));

        // the background, scaled to cover the picture
        check(VBG.vbg_spec_with("image:fit=cover", "path", background, made));
        Pointer spec = made.getValue();
        check(VBG.vbg_effect_create(spec, 0, made));
        Pointer image = made.getValue();
        check(VBG.vbg_effect_apply(image, person, alpha, behind));

        // person over background, in place
        check(VBG.vbg_compositor_create(null, 0, made));
        Pointer over = made.getValue();
        check(VBG.vbg_compositor_compose(over, person, alpha, behind, behind));
        check(VBG.vbg_view_save(behind, out));
        System.out.printf("%dx%d, libvbg %s%n", person.width, person.height, VBG.vbg_version_text());

        VBG.vbg_compositor_destroy(over);
        VBG.vbg_effect_destroy(image);
        VBG.vbg_text_destroy(spec);
        VBG.vbg_segmenter_destroy(finder);
        VBG.vbg_frame_destroy(room);
        VBG.vbg_frame_destroy(frame);
    }

    public static void main(String[] arguments) {
        if (arguments.length < 3) {
            System.err.println("usage: Picture PICTURE BACKGROUND OUT [SEGMENTER]");
            System.exit(2);
        }
        try {
            run(arguments[0], arguments[1], arguments[2], arguments.length > 3 ? arguments[3] : "auto");
        } catch (IllegalStateException error) {
            System.err.println(error.getMessage());
            System.exit(1);
        }
    }
}
