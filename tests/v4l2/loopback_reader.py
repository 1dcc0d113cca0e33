"""A V4L2 reader of its own, straight on the ioctls: what a conferencing program does with a virtual camera."""
import errno
import fcntl
import mmap
import os
import select
import struct
import time

CAPTURE, OUTPUT, MMAP = 1, 2, 1
QUERYCAP, G_FMT, G_PARM = 0x80685600, 0xC0D05604, 0xC0CC5615
REQBUFS, QUERYBUF, QBUF, DQBUF = 0xC0145608, 0xC0585609, 0xC058560F, 0xC0585611
STREAMON, STREAMOFF = 0x40045612, 0x40045613
TIMEOUT = 10.0  # seconds; a frame comes within a tenth of one, but where others keep the processor busy


def capabilities(node):
    """What the node says it can do, as a set of words."""
    fd = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    try:
        answer = bytearray(104)
        fcntl.ioctl(fd, QUERYCAP, answer)
        flags = struct.unpack_from("I", answer, 88)[0]
    finally:
        os.close(fd)
    return {word for word, bit in (("capture", 1), ("output", 2)) if flags & bit}


class Reader:
    """Streams from a node with mmap. Frames come as (time of arrival, bytes).

    v4l2loopback lets its writer go on over what a reader has not copied yet. Where this program was too slow for that (more than
    two frame times), the frame is left out, and counted in left_out.
    """

    def __init__(self, node, buffers=8):
        self.left_out = 0
        self.fd = os.open(node, os.O_RDWR | os.O_NONBLOCK)
        form = bytearray(208)
        struct.pack_into("I", form, 0, CAPTURE)
        fcntl.ioctl(self.fd, G_FMT, form)
        self.width, self.height, fourcc = struct.unpack_from("III", form, 8)
        self.fourcc = struct.pack("I", fourcc).decode()
        parm = bytearray(204)
        struct.pack_into("I", parm, 0, CAPTURE)
        fcntl.ioctl(self.fd, G_PARM, parm)
        numerator, denominator = struct.unpack_from("II", parm, 12)
        self.fps = denominator / numerator
        wish = bytearray(struct.pack("5I", buffers, CAPTURE, MMAP, 0, 0))
        fcntl.ioctl(self.fd, REQBUFS, wish)
        self.maps = []
        for index in range(struct.unpack_from("I", wish)[0]):
            buffer = self.buffer(index)
            fcntl.ioctl(self.fd, QUERYBUF, buffer)
            offset, length = struct.unpack_from("I", buffer, 64)[0], struct.unpack_from("I", buffer, 72)[0]
            self.maps.append(mmap.mmap(self.fd, length, offset=offset))
            fcntl.ioctl(self.fd, QBUF, buffer)
        fcntl.ioctl(self.fd, STREAMON, struct.pack("I", CAPTURE))

    @staticmethod
    def buffer(index):
        data = bytearray(88)
        struct.pack_into("II", data, 0, index, CAPTURE)
        struct.pack_into("I", data, 60, MMAP)
        return data

    def dequeue(self):
        """A filled buffer, as DQBUF gives it, or None where there is none now."""
        buffer = self.buffer(0)
        try:
            fcntl.ioctl(self.fd, DQBUF, buffer)
            return buffer
        except BlockingIOError:
            return None
        except OSError as error:
            # Whenever a program asks v4l2loopback for buffers (REQBUFS), all buffers count as not mapped until that program has
            # mapped them; whoever takes one between the two gets EINVAL. It passes.
            if error.errno != errno.EINVAL:
                raise
            time.sleep(0.005)
            return None

    def next(self, timeout=TIMEOUT):
        end = time.monotonic() + timeout
        while True:
            select.select([self.fd], [], [], max(0.0, end - time.monotonic()))
            buffer = self.dequeue()
            if buffer is not None:
                break
            if time.monotonic() > end:
                raise TimeoutError("no frame came")
        index, _, used = struct.unpack_from("III", buffer, 0)
        seconds, microseconds = struct.unpack_from("qq", buffer, 24)
        data = self.maps[index][:used]
        now = time.monotonic()
        fcntl.ioctl(self.fd, QBUF, buffer)
        late = now - seconds - microseconds / 1e6 > 2 / self.fps
        return (now, None) if late else (now, data)

    def frame(self, timeout=TIMEOUT):
        """The next frame; TimeoutError when none comes."""
        end = time.monotonic() + timeout
        while True:
            when, data = self.next(timeout)
            if data is not None:
                return when, data
            self.left_out += 1
            if time.monotonic() > end:
                raise TimeoutError("all frames came late")

    def frames(self, count):
        """So many, without those that are left out."""
        return [self.frame() for _ in range(count)]

    def close(self):
        fcntl.ioctl(self.fd, STREAMOFF, struct.pack("I", CAPTURE))
        for one in self.maps:
            one.close()
        os.close(self.fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
