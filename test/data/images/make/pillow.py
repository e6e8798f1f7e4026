"""Prints what Pillow makes of random pictures. Made with Pillow 13.0.0 and numpy 2:

python pillow.py | node pack.mjs pillow
"""
import base64
import io
import json
import sys

import numpy as np
import PIL
from PIL import Image, ImageOps

random = np.random.RandomState(20)


def b64(a):
    return base64.b64encode(a if isinstance(a, bytes) else np.ascontiguousarray(a).tobytes()).decode()


def picture(kind, height, width):
    if kind == 0:  # hard edges: every overshoot of a filter shows
        return (random.randint(0, 2, (height, width, 3)) * 255).astype(np.uint8)
    if kind == 1:
        return random.randint(0, 256, (height, width, 3)).astype(np.uint8)
    ramp = np.add.outer(np.linspace(0, 200, height), np.linspace(0, 55, width))[..., None] * np.array([1, 0.6, 0.8])
    return np.clip(ramp + random.randn(height, width, 3) * 9, 0, 255).astype(np.uint8)


def resizes():
    rows = []
    for i in range(90):
        height, width, h, w = (int(x) for x in random.randint(1, 36, 4))
        if i % 9 == 0:
            height, width = int(random.randint(40, 90)), int(random.randint(40, 90))
        a = picture(i % 3, height, width)
        filt = i % 6
        rows.append({'from': [height, width], 'to': [h, w], 'filter': filt, 'source': b64(a),
                     'result': b64(np.asarray(Image.fromarray(a).resize((w, h), filt)))})
    return rows


def orientations():
    rows = []
    for orientation in range(1, 9):
        a = picture(1, 5, 7)
        image = Image.fromarray(a)
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.getexif()[0x0112] = orientation
        files = {}
        for name, options in [('JPEG', {}), ('PNG', {}), ('WEBP', {'lossless': True})]:
            file = io.BytesIO()
            image.save(file, name, exif=exif, **options)
            files[name] = b64(file.getvalue())
        png = Image.open(io.BytesIO(base64.b64decode(files['PNG'])))
        upright = np.asarray(ImageOps.exif_transpose(png).convert('RGB'))
        rows.append({'orientation': orientation, 'files': files, 'source': b64(a), 'from': [5, 7], 'to': list(upright.shape[:2]), 'result': b64(upright)})
    return rows


def grey():
    a = picture(1, 9, 11)
    return {'from': [9, 11], 'source': b64(a), 'result': b64(np.asarray(Image.fromarray(a).convert('L')))}


def plain():
    file = io.BytesIO()
    Image.fromarray(picture(1, 5, 7)).save(file, 'JPEG')
    return b64(file.getvalue())


json.dump({'pillow': PIL.__version__, 'resizes': resizes(), 'orientations': orientations(), 'grey': grey(), 'plainJpeg': plain()}, sys.stdout)
