/* What virtio-gpu was told to show, from the kernel's trace. */
#ifndef FLUSHES_H
#define FLUSHES_H

/* all: wake-ups and system calls are traced, too. */
void flushes_begin(int all);

/* Copies what was traced since it was cleared. */
void flushes_copy(const char *file);

/* Forgets what was traced so far. */
void flushes_clear(void);

/* How many RESOURCE_FLUSH were answered since they were cleared; *last: when the last was, CLOCK_MONOTONIC in seconds. */
int flushes_answered(double *last);

void flushes_end(void);

#endif
