// The bell: the socket by which host and client wake each other, and the descriptor on which a client sleeps. docs/protocol.md section 9.
#ifndef BELL_H
#define BELL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "names.h"

struct Mmm;

struct bell {
    pthread_mutex_t lock; // guards the next three: the thread of the sound rings, too
    int socket;           // -1: none
    bool answered;        // the host has accepted this client
    int timer_ms;         // what the timer was set to; 0: it is not running
    int epoll, wake, timer, watch;
    int retry_ms;         // the pause before the next greeting
    int64_t retry_at, answered_at, tended_at;
    bool refused;
    _Atomic int polls; // looks without a bell since the client was used
};

enum bell_change { BELL_NOTHING, BELL_RANG, BELL_GONE, BELL_BACK };

// Prepares the bell. Returns false, without a line, if the process has no descriptors left; the client then works without a bell.
bool bell_open(struct Mmm *mmm);
void bell_close(struct Mmm *mmm);

// Greets the host and waits for its answer, at most one second.
void bell_connect(struct Mmm *mmm);

// Wakes the host. Never blocks; any thread may call it.
void bell_ring(struct Mmm *mmm);

// Makes the descriptor readable.
void bell_wake(struct Mmm *mmm);

// Sleeps until something comes, at most ms (-1: no limit), and handles it.
enum bell_change bell_sleep(struct Mmm *mmm, int ms);

// Handles what has come, at most ten times a second: for programs that never sleep in this library.
void bell_tend(struct Mmm *mmm);

bool bell_is_connected(struct Mmm *mmm);

#endif
