// What the starter and the preloaded library share: the environment variable that joins them, and the messages between them.
#ifndef LINK_H
#define LINK_H

#include <stdint.h>

// "WIDTH HEIGHT PIXELS SOCKET TERMINAL": the size of the framebuffer, and the descriptors of its memory, of the socket to the starter, and
// of the program's terminal. Programs that the program starts inherit all of it.
#define LINK_VARIABLE "MMM_FBDEV"

enum {
    BYTES_PER_PIXEL = 4,
    MAX_SIDE = 16384,
    FIRST_DESCRIPTOR = 200, // the descriptors of the link are above those that programs choose
};

// Messages from the library to the starter, each one packet of the socket.
enum link_word {
    LINK_WATCH = 1,  // a mapping of the pixels; with a userfaultfd that covers it, else nothing reports its changes
    LINK_BLANK,      // value: 0, or the screen is turned off
    LINK_KEYS,       // value: the keyboard mode of the terminal, K_XLATE and so on
    LINK_KEYBOARD,   // with the device's end of a socket: the program has opened a keyboard
    LINK_POINTER,    // the same for an absolute pointer
    LINK_MOUSE,      // the same for a PS/2 mouse
};

struct link_message {
    uint32_t word;
    int32_t value;
    uint64_t start, length; // of the mapping
};

#endif
