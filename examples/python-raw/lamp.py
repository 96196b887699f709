#!/usr/bin/env python3
"""A lamp that a touch turns on and off, without a library: it writes the fields of docs/protocol.md at their offsets, and sleeps on the bell.
Start it with: mmm ./lamp.py"""
import mmap
import os
import signal
import socket
import struct
import sys

PID, TITLE, GEOMETRY, FLIP_STATE, DESIRED = 0x18, 0xB0, 0x5B0, 0x5C0, 0x5D8
EVENTS_READ, EVENTS_WRITE, EVENTS, FIRST_PIXEL = 0x680, 0x682, 0x6A4, 0x48C70
NEUTRAL, DRAWING, WAIT_FLIP = 1, 2, 3
SIDE = 200


class Lamp:
    def __init__(self, directory):
        self.path = f"{directory}/fb.{os.getpid()}"
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.ftruncate(fd, FIRST_PIXEL + SIDE * SIDE * 4)
        self.file = mmap.mmap(fd, 0)
        self.file[TITLE:TITLE + 4] = b"lamp"
        self.put(GEOMETRY, SIDE, SIDE, SIDE * 4, FIRST_PIXEL, NEUTRAL)
        self.put(DESIRED, SIDE, SIDE)
        self.put(PID, os.getpid())  # last: from now on it is a client
        self.bell = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def greet(self, directory):
        self.bell.connect(f"{directory}/.host")
        self.bell.send(f"mmm 1 fb.{os.getpid()}".encode())
        answer = self.bell.recv(300)
        if answer != b"mmm 1 ok":
            raise OSError(f"the host has refused this client: {answer.decode()}")

    def put(self, offset, *numbers):
        struct.pack_into(f"<{len(numbers)}i", self.file, offset, *numbers)

    def draw(self, is_lit):
        while struct.unpack_from("<i", self.file, FLIP_STATE)[0] != NEUTRAL:
            if not self.bell.recv(300):  # the host rings when it has copied the last frame
                sys.exit("lamp: the host has ended")
        self.put(FLIP_STATE, DRAWING)
        self.file[FIRST_PIXEL:] = (b"\x30\xc0\xff\xff" if is_lit else b"\x40\x30\x20\xff") * (SIDE * SIDE)
        self.put(FLIP_STATE, WAIT_FLIP)
        self.bell.send(b"\0")

    def events(self):
        """All events; sleeps while there is none, and ends when the host hangs up."""
        while True:
            read, write = struct.unpack_from("<2h", self.file, EVENTS_READ)
            if read == write:
                if not self.bell.recv(300):
                    return
                continue
            slot = (read + 1) % 1024
            struct.pack_into("<h", self.file, EVENTS_READ, slot)
            start = EVENTS + slot * 128
            yield self.file[start:start + 128].split(b"\0")[0].decode(errors="replace")


def main():
    if "MMM_PATH" not in os.environ:
        sys.exit("lamp: there is no host: start this program with mmm ./lamp.py")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    lamp = Lamp(os.environ["MMM_PATH"])
    try:
        lamp.greet(os.environ["MMM_PATH"])
        is_lit = False
        lamp.draw(is_lit)
        for event in lamp.events():
            if event.startswith("mouse-press "):
                is_lit = not is_lit
                lamp.draw(is_lit)
    finally:
        os.unlink(lamp.path)


main()
