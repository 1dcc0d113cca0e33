"""before.py on vbg: the network runs in this process, the pixel work natively, pyfakewebcam is not needed.

    after.py CAMERA FAKE-CAMERA BACKGROUND-PICTURE [FRAMES]

Only the imports differ: get_frame() and FakeWebcam come from vbg.fakecam. FAKE-CAMERA may also be the spec of any
sink, e.g. "images:path=frame_%03d.png".
"""
import sys

import cv2
import vbg.fakecam as pyfakewebcam
from vbg.fakecam import get_frame

# The program. From here on before.py and after.py are the same.
cap = cv2.VideoCapture(sys.argv[1])
width, height = int(cap.get(cv2.CAP_PROP_FRAME_WIDTH)), int(cap.get(cv2.CAP_PROP_FRAME_HEIGHT))
fake = pyfakewebcam.FakeWebcam(sys.argv[2], width, height)
background = cv2.imread(sys.argv[3])
background_scaled = cv2.resize(background, (width, height))

frames = int(sys.argv[4]) if len(sys.argv) > 4 else -1
while frames != 0:
    frame = get_frame(cap, background_scaled)
    frame = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
    fake.schedule_frame(frame)
    frames -= 1
