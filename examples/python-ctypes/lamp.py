#!/usr/bin/env python3
"""A lamp that a touch turns on and off, by libmmm. Start it with: mmm ./lamp.py"""
import ctypes
import signal
import sys

lib = ctypes.CDLL("libmmm.so.0")
lib.mmm_new.restype = ctypes.c_void_p
lib.mmm_get_buffer_write.restype = ctypes.c_void_p
lib.mmm_get_event.restype = ctypes.c_char_p


def draw(mmm, is_lit):
    width, height, stride = ctypes.c_int(), ctypes.c_int(), ctypes.c_int()
    pixels = lib.mmm_get_buffer_write(mmm, ctypes.byref(width), ctypes.byref(height), ctypes.byref(stride), None)
    color = b"\x30\xc0\xff\xff" if is_lit else b"\x40\x30\x20\xff"  # B, G, R, A
    ctypes.memmove(pixels, color * (stride.value // 4 * height.value), stride.value * height.value)
    lib.mmm_write_done(mmm, 0, 0, width, height)


def main():
    pointer = lib.mmm_new(-1, -1, 0, None)
    if not pointer:
        return 1  # the library has said why
    mmm = ctypes.c_void_p(pointer)
    lib.mmm_set_title(mmm, b"lamp")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    is_lit = False
    try:
        draw(mmm, is_lit)
        while True:
            lib.mmm_wait(mmm, -1)  # sleeps until there may be something to do
            has_changed = lib.mmm_client_check_size(mmm, None, None)
            while event := lib.mmm_get_event(mmm):
                if event.startswith(b"mouse-press "):
                    is_lit = not is_lit
                    has_changed = True
            if has_changed:
                draw(mmm, is_lit)
    finally:
        lib.mmm_destroy(mmm)


sys.exit(main())
