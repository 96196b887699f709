// What the tests of clients share.
#ifndef CLIENTS_H
#define CLIENTS_H

#include "check.h"
#include "mmm.h"

static inline Mmm *client(int width, int height)
{
    Mmm *mmm = mmm_new(width, height, MMM_FLAG_DEFAULT, NULL);
    CHECK(mmm != NULL);
    return mmm;
}

static inline Mmm *host_of(Mmm *mmm)
{
    Mmm *host = mmm_host_open(mmm_get_path(mmm));
    CHECK(host != NULL);
    return host;
}

#endif
