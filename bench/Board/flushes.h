/* What virtio-gpu was told to show, from the kernel's trace. */
#ifndef FLUSHES_H
#define FLUSHES_H

void flushes_begin(void);

/* Forgets what was traced so far. */
void flushes_clear(void);

/* How many RESOURCE_FLUSH were answered since they were cleared; *first: when the first was, CLOCK_MONOTONIC in seconds. */
int flushes_answered(double *first);

void flushes_end(void);

#endif
