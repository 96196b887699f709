// A pointer as an absolute evdev device and as a PS/2 mouse.
#include "starter.h"

#include <linux/input.h>

static int limit(int value, int least, int most) { return value < least ? least : value > most ? most : value; }

static void send_evdev(int socket, const struct pointing *pointing)
{
    const int codes[] = { BTN_TOUCH, BTN_RIGHT, BTN_MIDDLE };
    struct input_event events[8];
    int count = 0;
    events[count++] = (struct input_event){ .type = EV_ABS, .code = ABS_X, .value = pointing->x };
    events[count++] = (struct input_event){ .type = EV_ABS, .code = ABS_Y, .value = pointing->y };
    for (int i = 0; i < 3; i++) {
        const unsigned is_down = pointing->buttons >> i & 1, was_down = pointing->were >> i & 1;
        if (is_down != was_down)
            events[count++] = (struct input_event){ .type = EV_KEY, .code = (uint16_t)codes[i], .value = (int)is_down };
    }
    if (pointing->wheel_x != 0)
        events[count++] = (struct input_event){ .type = EV_REL, .code = REL_HWHEEL, .value = pointing->wheel_x };
    if (pointing->wheel_y != 0)
        events[count++] = (struct input_event){ .type = EV_REL, .code = REL_WHEEL, .value = -pointing->wheel_y };
    events[count++] = (struct input_event){ .type = EV_SYN, .code = SYN_REPORT };
    give(socket, events, sizeof events[0] * (size_t)count);
}

// What a program writes to a PS/2 mouse that shall report its wheel, in a 4th byte.
static const unsigned char s_with_wheel[] = { 0xf3, 200, 0xf3, 100, 0xf3, 80 };
enum { WITH_WHEEL = sizeof s_with_wheel };

static void send_ps2(const struct device *device, int right, int up, int wheel, unsigned buttons)
{
    const unsigned char packet[] = {
        (unsigned char)(8 | buttons | (right < 0 ? 0x10 : 0) | (up < 0 ? 0x20 : 0)),
        (unsigned char)right,
        (unsigned char)up,
        (unsigned char)wheel,
    };
    give(device->socket, packet, device->knocks == WITH_WHEEL ? 4 : 3);
}

// A PS/2 mouse tells ways, not positions: the first way leads into the corner at the top left from anywhere.
static void send_mouse(struct device *device, const struct picture *picture, const struct pointing *pointing)
{
    if (device->x < 0) {
        for (int moved = 0; moved < picture->width || moved < picture->height; moved += 127)
            send_ps2(device, -127, 127, 0, pointing->were);
        device->x = device->y = 0;
    }
    while (device->x != pointing->x || device->y != pointing->y) {
        const int right = limit(pointing->x - device->x, -127, 127), down = limit(pointing->y - device->y, -127, 127);
        send_ps2(device, right, -down, 0, pointing->were);
        device->x += right;
        device->y += down;
    }
    if (pointing->buttons != pointing->were || pointing->wheel_y != 0)
        send_ps2(device, 0, 0, limit(pointing->wheel_y, -8, 7), pointing->buttons);
}

void pointer_send(struct devices *devices, const struct pointing *pointing)
{
    for (int i = 0; i < devices->count; i++) {
        struct device *device = &devices->all[i];
        if (device->kind == LINK_POINTER)
            send_evdev(device->socket, pointing);
        else if (device->kind == LINK_MOUSE)
            send_mouse(device, devices->picture, pointing);
    }
}

// As the kernel's /dev/input/mice, which answers the last byte that was written.
void pointer_answer(struct device *device, const unsigned char *bytes, size_t length)
{
    if (device->kind != LINK_MOUSE)
        return;
    for (size_t i = 0; i < length && device->knocks < WITH_WHEEL; i++)
        device->knocks = bytes[i] == s_with_wheel[device->knocks] ? device->knocks + 1 : 0;
    const unsigned char answer[] = { 0xfa, device->knocks == WITH_WHEEL ? 3 : 0 };
    give(device->socket, answer, bytes[length - 1] == 0xf2 ? 2 : 1);
}
