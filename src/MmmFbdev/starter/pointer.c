// A pointer as an absolute evdev device, as a PS/2 mouse, and as gpm.
#include "starter.h"

#include "../gpm.h"

#include <linux/input.h>
#include <string.h>

static int limit(int value, int least, int most) { return value < least ? least : value > most ? most : value; }

static void send_evdev(int socket, const struct pointing *pointing)
{
    const int codes[] = { BTN_TOUCH, BTN_RIGHT, BTN_MIDDLE };
    struct input_event events[8];
    int count = 0;
    events[count++] = (struct input_event){ .type = EV_ABS, .code = ABS_X, .value = pointing->x };
    events[count++] = (struct input_event){ .type = EV_ABS, .code = ABS_Y, .value = pointing->y };
    for (int i = 0; i < 3; i++) {
        if (((pointing->buttons ^ pointing->were) >> i & 1) != 0)
            events[count++] = (struct input_event){ .type = EV_KEY, .code = (uint16_t)codes[i], .value = (int)(pointing->buttons >> i & 1) };
    }
    if (pointing->wheel_x != 0)
        events[count++] = (struct input_event){ .type = EV_REL, .code = REL_HWHEEL, .value = pointing->wheel_x };
    if (pointing->wheel_y != 0)
        events[count++] = (struct input_event){ .type = EV_REL, .code = REL_WHEEL, .value = -pointing->wheel_y };
    events[count++] = (struct input_event){ .type = EV_SYN, .code = SYN_REPORT };
    give(socket, events, sizeof events[0] * (size_t)count);
}

static void send_ps2(int socket, int right, int up, unsigned buttons)
{
    const unsigned char packet[] = {
        (unsigned char)(8 | buttons | (right < 0 ? 0x10 : 0) | (up < 0 ? 0x20 : 0)),
        (unsigned char)right,
        (unsigned char)up,
    };
    give(socket, packet, sizeof packet);
}

// A PS/2 mouse tells ways, not positions: the first way leads into the corner at the top left from anywhere.
static void send_mouse(struct device *device, const struct picture *picture, const struct pointing *pointing)
{
    if (device->x < 0) {
        for (int moved = 0; moved < picture->width || moved < picture->height; moved += 127)
            send_ps2(device->socket, -127, 127, pointing->were);
        device->x = device->y = 0;
    }
    while (device->x != pointing->x || device->y != pointing->y) {
        const int right = limit(pointing->x - device->x, -127, 127), down = limit(pointing->y - device->y, -127, 127);
        send_ps2(device->socket, right, -down, pointing->were);
        device->x += right;
        device->y += down;
    }
    if (pointing->buttons != pointing->were)
        send_ps2(device->socket, 0, 0, pointing->buttons);
}

static void send_gpm(struct device *device, const struct pointing *pointing)
{
    // The bits of gpm: 4 left, 2 middle, 1 right.
    const unsigned changed = pointing->buttons ^ pointing->were, named = changed != 0 ? changed : pointing->buttons;
    struct gpm_event event = {
        .buttons = (uint8_t)((named & 1) << 2 | (named & 4) >> 1 | (named & 2) >> 1),
        .vc = 1,
        .dx = (int16_t)(pointing->x - (device->x < 0 ? 0 : device->x)),
        .dy = (int16_t)(pointing->y - (device->x < 0 ? 0 : device->y)),
        .x = (int16_t)pointing->x,
        .y = (int16_t)pointing->y,
        .type = changed != 0          ? (changed & pointing->buttons) != 0 ? GPM_DOWN : GPM_UP
                : pointing->buttons   ? GPM_DRAG
                                      : GPM_MOVE,
        .wdx = (int16_t)pointing->wheel_x,
        .wdy = (int16_t)-pointing->wheel_y,
    };
    device->x = pointing->x;
    device->y = pointing->y;
    give(device->socket, &event, sizeof event);
}

void pointer_send(struct devices *devices, const struct pointing *pointing)
{
    for (int i = 0; i < devices->count; i++) {
        struct device *device = &devices->all[i];
        if (device->kind == LINK_POINTER)
            send_evdev(device->socket, pointing);
        else if (device->kind == LINK_MOUSE)
            send_mouse(device, devices->picture, pointing);
        else if (device->kind == LINK_GPM)
            send_gpm(device, pointing);
    }
}

// Each byte of a command to a PS/2 mouse is acknowledged; the answer to "identify" is a mouse without a wheel.
void pointer_answer(struct device *device, const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; device->kind == LINK_MOUSE && i < length; i++) {
        const unsigned char answer[] = { 0xfa, 0 };
        give(device->socket, answer, bytes[i] == 0xf2 ? 2 : 1);
    }
}
