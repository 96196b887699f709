// A client that sends one message, waits until the host has taken it, and ends: messenger TEXT.
#include "check.h"
#include "mmm.h"

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    Mmm *mmm = mmm_new(1, 1, MMM_FLAG_DEFAULT, NULL);
    CHECK(mmm != NULL);
    mmm_set_x(mmm, 10000); // beside the screen
    mmm_add_message(mmm, argv[1]);
    while (mmm_has_message(mmm))
        mmm_wait(mmm, 5);
    mmm_destroy(mmm);
    return 0;
}
