/* The buffer that the card scans out, whoever has drawn it. */
#ifndef PLANE_H
#define PLANE_H

#include <stdint.h>

void plane_open(void);

/* Closes the card; when nobody else has it open, the kernel shows its console again. */
void plane_close(void);

/* The pixel (without alpha) that is scanned out, 0 while there is none. known: the buffers that the card has flipped between so far
 * still exist, so their mappings are used again. */
uint32_t plane_pixel(int x, int y, int known);

#endif
