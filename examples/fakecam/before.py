"""The 2020 write-up's program, rebuilt: OpenCV, numpy, a network server for the mask, pyfakewebcam.

    before.py CAMERA FAKE-CAMERA BACKGROUND-PICTURE [FRAMES]

after.py is this program on vbg: its functions come from an import instead of being written out.
"""
import sys

import cv2
import numpy as np
import pyfakewebcam
import requests


def get_mask(frame, bodypix_url="http://localhost:9000"):
    """Asks the server: 1 where the person is."""
    _, jpeg = cv2.imencode(".jpg", frame)
    answer = requests.post(url=bodypix_url, data=jpeg.tobytes(), headers={"Content-Type": "application/octet-stream"})
    return np.frombuffer(answer.content, dtype=np.uint8).reshape(frame.shape[:2])


def post_process_mask(mask):
    """Wider, then softer."""
    wide = cv2.dilate(mask, np.ones((10, 10), np.uint8), iterations=1)
    return cv2.blur(wide.astype(float), (30, 30))


def shift_img(img, dx, dy):
    """Moved right and down; black comes in."""
    moved = np.roll(np.roll(img, dy, axis=0), dx, axis=1)
    rows = slice(None, dy) if dy > 0 else slice(dy, None)
    columns = slice(None, dx) if dx > 0 else slice(dx, None)
    if dy:
        moved[rows, :] = 0
    if dx:
        moved[:, columns] = 0
    return moved


def hologram_effect(img):
    """Blue-green light, flickering lines, two ghosts, and some of the picture itself."""
    light = cv2.applyColorMap(img, cv2.COLORMAP_WINTER)
    for y in range(light.shape[0]):
        if y % 5 < 2:
            light[y] = light[y] * np.random.uniform(0.1, 0.3)
    ghosts = cv2.addWeighted(light, 0.2, shift_img(light, 5, 5), 0.8, 0)
    ghosts = cv2.addWeighted(ghosts, 0.4, shift_img(light, -5, -5), 0.6, 0)
    return cv2.addWeighted(img, 0.5, ghosts, 0.6, 0)


def get_frame(cap, background_scaled):
    """One camera frame as a hologram before the background."""
    _, frame = cap.read()
    mask = None
    while mask is None:
        try:
            mask = get_mask(frame)
        except requests.RequestException:
            print("no answer from the network server; asking again")
    mask = post_process_mask(mask)
    frame = hologram_effect(frame)
    inverse = 1 - mask
    for c in range(frame.shape[2]):
        frame[:, :, c] = frame[:, :, c] * mask + background_scaled[:, :, c] * inverse
    return frame


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
