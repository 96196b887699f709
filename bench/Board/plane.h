/* Reads the buffer that the card scans out, whichever process has drawn it. */
#ifndef PLANE_H
#define PLANE_H

#include <stdint.h>

void plane_open(void);

/* Closes the card. If no other process has it open, the kernel shows its console again. */
void plane_close(void);

/* Returns the pixel (without alpha) that is scanned out, or 0 if there is none. known: the buffers that the card has shown so far still
 * exist, so their mappings can be used again. */
uint32_t plane_pixel(int x, int y, int known);

#endif
