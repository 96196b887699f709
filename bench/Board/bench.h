/* What the programs of bench/board agree on: the picture, and how a program ends that cannot go on. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define WIDTH 800
#define HEIGHT 480
#define BAND_TOP 208 /* the rows that a key changes */
#define BAND_ROWS 64
#define DARK 0xff203040u /* the picture at first */
#define LIT 0xffffc030u  /* the band after the first key, and after each second one */
#define KEYBOARD "bench keyboard" /* the name of the probe's input device */

#define DIE(what) (perror(what), exit(1))

static inline void fill(uint32_t *pixels, int top, int rows, uint32_t color)
{
    for (uint32_t *p = pixels + top * WIDTH, *end = p + rows * WIDTH; p < end; p++)
        *p = color;
}

#endif
