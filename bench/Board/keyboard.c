#include "keyboard.h"
#include "bench.h"

#include <fcntl.h>
#include <linux/uinput.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int device;

void keyboard_open(void)
{
    struct uinput_setup setup = { .id = { .bustype = BUS_USB, .vendor = 1, .product = 1 } };
    strcpy(setup.name, KEYBOARD);
    device = open("/dev/uinput", O_WRONLY | O_CLOEXEC);
    if (device < 0 || ioctl(device, UI_SET_EVBIT, EV_KEY) != 0)
        DIE("/dev/uinput");
    for (int key = KEY_ESC; key <= KEY_F10; key++) /* many keys, because udev and libinput detect a keyboard by its keys */
        ioctl(device, UI_SET_KEYBIT, key);
    if (ioctl(device, UI_DEV_SETUP, &setup) != 0 || ioctl(device, UI_DEV_CREATE) != 0)
        DIE("a uinput keyboard");
    usleep(500000); /* waits until the device node exists and udev has processed it */
}

void keyboard_send(int key, int down)
{
    struct input_event events[2] = { { .type = EV_KEY, .code = key, .value = down }, { .type = EV_SYN, .code = SYN_REPORT } };
    if (write(device, events, sizeof events) != sizeof events)
        DIE("uinput");
}
