/* mmm-pset.h - functions that set one pixel.
 *
 * buffer is what mmm_get_buffer_write has returned. The functions read the bytes of a pixel and the stride from the beginning of the Mmm
 * object, where they are in this library and in the original one. They do not check the coordinates: they must be inside of the picture. */
#ifndef MMM_PSET_H
#define MMM_PSET_H

#include "mmm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The address of a pixel. */
static __inline__ unsigned char *mmm_pixel(const Mmm *mmm, unsigned char *buffer, int x, int y)
{
    const int *sizes = (const int *)(const void *)mmm;
    return buffer + (long)y * sizes[1] + (long)x * sizes[0];
}

/* Sets a pixel to a colour: red, green, blue and alpha of 0 to 255. */
static __inline__ void mmm_pset(const Mmm *mmm, unsigned char *buffer, int x, int y, int red, int green, int blue, int alpha)
{
    unsigned char *pixel = mmm_pixel(mmm, buffer, x, y);
    pixel[0] = (unsigned char)blue;
    pixel[1] = (unsigned char)green;
    pixel[2] = (unsigned char)red;
    pixel[3] = (unsigned char)alpha;
}

/* For electronic paper: sets a pixel to a grey of 0 to 255, or, if eink_is_mono is not 0, to black or white in the pattern of an ordered
 * dither. A program that uses this function defines the variable. */
extern int eink_is_mono;

static __inline__ void mmm_pset_dither(const Mmm *mmm, unsigned char *buffer, int x, int y, int grey)
{
    static const unsigned char pattern[4][4] = { { 8, 136, 40, 168 }, { 200, 72, 232, 104 }, { 56, 184, 24, 152 }, { 248, 120, 216, 88 } };
    const int shade = !eink_is_mono ? grey : grey >= pattern[y & 3][x & 3] ? 255 : 0;
    mmm_pset(mmm, buffer, x, y, shade, shade, shade, 255);
}

#ifdef __cplusplus
}
#endif

#endif
