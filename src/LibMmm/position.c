// Where the client is on the screen.
#include "internal.h"

#include <limits.h>
#include <string.h>

static void set(Mmm *mmm, uint32_t offset, int value)
{
    const double number = value;
    memcpy(mmm->head + offset, &number, sizeof number);
    bell_ring(mmm);
}

static int get(const Mmm *mmm, uint32_t offset)
{
    double number;
    memcpy(&number, mmm->head + offset, sizeof number);
    atomic_signal_fence(memory_order_seq_cst); // from here on only the copy is looked at
    if (!(number > (double)INT_MIN && number < (double)INT_MAX)) // also not a number
        return number >= (double)INT_MAX ? INT_MAX : number <= (double)INT_MIN ? INT_MIN : 0;
    return (int)number;
}

void mmm_set_x(Mmm *mmm, int x) { set(mmm, mmm->at->x, x); }

void mmm_set_y(Mmm *mmm, int y) { set(mmm, mmm->at->y, y); }

void mmm_set_z(Mmm *mmm, int z) { set(mmm, mmm->at->z, z); }

int mmm_get_x(Mmm *mmm) { return get(mmm, mmm->at->x); }

int mmm_get_y(Mmm *mmm) { return get(mmm, mmm->at->y); }

int mmm_get_z(Mmm *mmm) { return get(mmm, mmm->at->z); }
