"""The second write-up's program, rebuilt: no network; what moves stays, a picture is pasted over the rest.

    before.py CAMERA FAKE-CAMERA BACKGROUND-PICTURE [FRAMES]
"""
import sys

import cv2
import numpy as np
import pyfakewebcam


def replace_still(previous, current, background):
    """The frame where it differs from the one before by more than 3 grey levels, the background elsewhere."""
    difference = cv2.cvtColor(cv2.absdiff(previous, current), cv2.COLOR_BGR2GRAY)
    return np.where((difference > 3)[:, :, None], current, background)


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
