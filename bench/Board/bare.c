// The /init that bench/image compares the start of the image with: says how long the kernel has run, and ends the machine.
#include <stdio.h>
#include <sys/reboot.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("bare %ld.%03ld\n", (long)now.tv_sec, now.tv_nsec / 1000000);
    fflush(stdout);
    sleep(1); // the serial console
    reboot(RB_POWER_OFF);
    return 1;
}
