// The protocol of gpm, the mouse server of the Linux console: struct Gpm_Event of its gpm.h, which clients read from a socket.
#ifndef GPM_H
#define GPM_H

#include <stdint.h>

#define GPM_PATH "/dev/gpmctl"

enum { GPM_MOVE = 1, GPM_DRAG = 2, GPM_DOWN = 4, GPM_UP = 8 };

struct gpm_event {
    uint8_t buttons, modifiers;
    uint16_t vc;
    int16_t dx, dy, x, y;
    int32_t type, clicks, margin;
    int16_t wdx, wdy;
};

#endif
