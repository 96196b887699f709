/* Definitions for all programs of bench/board: the picture, and the exit after an error. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define WIDTH 800
#define HEIGHT 480
#define BAND_TOP 208 /* the rows that a key changes */
#define BAND_ROWS 64
#define DARK 0xff203040u /* colour of the first picture */
#define LIT 0xffffc030u  /* colour of the band after the first key and every second key after that */
#define KEYBOARD "bench keyboard" /* the name of the probe's input device */

#define DIE(what) (perror(what), exit(1))

static inline void fill(uint32_t *pixels, int top, int rows, uint32_t color)
{
    for (uint32_t *p = pixels + top * WIDTH, *end = p + rows * WIDTH; p < end; p++)
        *p = color;
}

#endif
