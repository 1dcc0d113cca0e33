"""before.py on vbg. Only the imports differ.

    after.py CAMERA FAKE-CAMERA BACKGROUND-PICTURE [FRAMES]
"""
import sys

import cv2
import vbg.fakecam as pyfakewebcam
from vbg.framediff import replace_still

# The program. From here on before.py and after.py are the same.
cap = cv2.VideoCapture(sys.argv[1])
width, height = int(cap.get(cv2.CAP_PROP_FRAME_WIDTH)), int(cap.get(cv2.CAP_PROP_FRAME_HEIGHT))
fake = pyfakewebcam.FakeWebcam(sys.argv[2], width, height)
background = cv2.resize(cv2.imread(sys.argv[3]), (width, height))

frames = int(sys.argv[4]) if len(sys.argv) > 4 else -1
_, previous = cap.read()
while frames != 0:
    _, current = cap.read()
    frame = replace_still(previous, current, background)
    fake.schedule_frame(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
    previous = current
    frames -= 1
