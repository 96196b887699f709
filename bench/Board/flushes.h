/* Flush commands that the kernel has sent to the virtio-gpu device, read from the kernel's trace. */
#ifndef FLUSHES_H
#define FLUSHES_H

/* Begins tracing. all: also traces wake-ups and system calls. */
void flushes_begin(int all);

/* Copies the trace since the last flushes_clear to a file. */
void flushes_copy(const char *file);

/* Clears the trace. */
void flushes_clear(void);

/* Returns the number of RESOURCE_FLUSH commands that were answered since the last flushes_clear. *last is set to the time of the last
 * answer, CLOCK_MONOTONIC in seconds. */
int flushes_answered(double *last);

void flushes_end(void);

#endif
