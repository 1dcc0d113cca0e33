"""The smallest program: a picture in, the person in front of a plain blue, a picture out.

    minimal.py IN.jpg OUT.png
"""
import sys

import vbg


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: minimal.py IN OUT")
    try:
        vbg.Pipeline(
            source=vbg.ImageSource(path=sys.argv[1]),
            background=vbg.Color(value="#1e3a8a"),
            preset="default",
            sink=vbg.ImageSink(path=sys.argv[2]),
        ).run()
    except vbg.Error as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
