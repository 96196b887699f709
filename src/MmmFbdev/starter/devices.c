// The host's events, as the terminal and the input devices of the programs.
#include "starter.h"

#include "../keys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <linux/kd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void give(int fd, const void *bytes, size_t length)
{
    ssize_t written = write(fd, bytes, length);
    (void)written; // a program that does not read loses input, as with a kernel device
}

void devices_add(struct devices *devices, enum link_word kind, int socket)
{
    if (socket < 0)
        return;
    if (devices->count == MAX_DEVICES) {
        say("more than %d open input devices; one stays silent", MAX_DEVICES);
        close(socket);
        return;
    }
    fcntl(socket, F_SETFL, O_NONBLOCK);
    devices->all[devices->count++] = (struct device){ .kind = kind, .socket = socket, .x = -1 };
}

void devices_take(struct devices *devices, int index)
{
    unsigned char bytes[256];
    struct device *device = &devices->all[index];
    const ssize_t length = read(device->socket, bytes, sizeof bytes);
    if (length > 0) {
        pointer_answer(device, bytes, (size_t)length);
    } else if (length == 0 || errno != EAGAIN) {
        close(device->socket);
        *device = devices->all[--devices->count];
    }
}

static void send_key_record(struct devices *devices, int code, int value)
{
    const struct input_event events[] = {
        { .type = EV_KEY, .code = (uint16_t)code, .value = value },
        { .type = EV_SYN, .code = SYN_REPORT },
    };
    for (int i = 0; i < devices->count; i++) {
        if (devices->all[i].kind == LINK_KEYBOARD)
            give(devices->all[i].socket, events, sizeof events);
    }
    // In these modes, the terminal gives the codes of keys; bit 7 is a release.
    const unsigned char raw = (unsigned char)(code | (value == 0 ? 0x80 : 0));
    if (devices->keyboard_mode == K_MEDIUMRAW || devices->keyboard_mode == K_RAW)
        give(devices->child->input, &raw, 1);
}

static void send_modifiers(struct devices *devices, const struct keystroke *stroke, int value)
{
    if (stroke->control)
        send_key_record(devices, KEY_LEFTCTRL, value);
    if (stroke->alt)
        send_key_record(devices, KEY_LEFTALT, value);
    if (stroke->shift)
        send_key_record(devices, KEY_LEFTSHIFT, value);
}

// The host tells modifiers with the key only, so they are pressed and released around it.
static void press(struct devices *devices, const char *event)
{
    const struct keystroke stroke = keys_find(event);
    if (devices->keyboard_mode == K_XLATE || devices->keyboard_mode == K_UNICODE)
        give(devices->child->input, stroke.text, strlen(stroke.text));
    if (stroke.code == 0)
        return;
    send_modifiers(devices, &stroke, 1);
    send_key_record(devices, stroke.code, devices->held[stroke.code] ? 2 : 1);
    devices->held[stroke.code] = true;
    send_modifiers(devices, &stroke, 0);
}

static void release(struct devices *devices, const char *event)
{
    const struct keystroke stroke = keys_find(event);
    if (stroke.code == 0 || !devices->held[stroke.code])
        return;
    devices->held[stroke.code] = false;
    send_key_record(devices, stroke.code, 0);
}

static unsigned button(const char *name)
{
    if (strcmp(name, "right") == 0)
        return 2;
    if (strcmp(name, "middle") == 0)
        return 4;
    return strcmp(name, "left") == 0 ? 1 : 0;
}

static int clamp(int value, int size) { return value < 0 ? 0 : value >= size ? size - 1 : value; }

static void point(struct devices *devices, const char *event)
{
    struct pointing pointing = { .were = devices->buttons };
    char what[16], name[16] = "left";
    if (sscanf(event, "mouse-%15s %d %d %*d %15s", what, &pointing.x, &pointing.y, name) < 3)
        return;
    if (strcmp(what, "scroll") == 0)
        sscanf(event, "mouse-scroll %*d %*d %d %d", &pointing.wheel_x, &pointing.wheel_y);
    else if (strcmp(what, "press") == 0)
        devices->buttons |= button(name);
    else if (strcmp(what, "release") == 0)
        devices->buttons &= ~button(name);
    pointing.x = clamp(pointing.x, devices->picture->width);
    pointing.y = clamp(pointing.y, devices->picture->height);
    pointing.buttons = devices->buttons;
    pointer_send(devices, &pointing);
}

void devices_event(struct devices *devices, const char *event)
{
    if (strncmp(event, "mouse-", 6) == 0)
        point(devices, event);
    else if (strncmp(event, "key-release ", 12) == 0)
        release(devices, event + 12);
    else if (strncmp(event, "message ", 8) != 0)
        press(devices, event);
}
