// The bell. See docs/protocol.md section 9.
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "greeting.h"

enum {
    SHORT_POLL_MS = 4, LONG_POLL_MS = 20, SHORT_POLLS = 250, // looks without a bell: often for a second after use, then seldom
    FIRST_RETRY_MS = 4, LAST_RETRY_MS = 1000,
    ANSWER_PATIENCE_MS = 1000,
    TEND_MS = 100,
    SHORT_LIFE_MS = 100, // a host that hangs up earlier may do so again
    MAX_PACKET = 300,
};

static void add(const struct bell *bell, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
    epoll_ctl(bell->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

bool bell_open(Mmm *mmm)
{
    struct bell *bell = &mmm->bell;
    pthread_mutex_init(&bell->lock, NULL);
    bell->socket = bell->watch = -1;
    bell->epoll = epoll_create1(EPOLL_CLOEXEC);
    bell->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bell->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (bell->epoll < 0 || bell->wake < 0 || bell->timer < 0) {
        bell_close(mmm);
        return false;
    }
    add(bell, bell->wake);
    add(bell, bell->timer);
    return true;
}

void bell_close(Mmm *mmm)
{
    struct bell *bell = &mmm->bell;
    close_one(&bell->socket);
    close_one(&bell->watch);
    close_one(&bell->timer);
    close_one(&bell->wake);
    close_one(&bell->epoll);
    pthread_mutex_destroy(&bell->lock);
}

bool bell_is_connected(Mmm *mmm) { return mmm->has_bell_parts && mmm->bell.socket >= 0 && mmm->bell.answered; }

// A process that the program has forked may have a copy of the descriptor, with which a closed one would still be reported.
static void forget_one(const struct bell *bell, int *fd)
{
    if (*fd >= 0)
        epoll_ctl(bell->epoll, EPOLL_CTL_DEL, *fd, NULL);
    close_one(fd);
}

static void set_socket(struct bell *bell, int socket, bool answered)
{
    pthread_mutex_lock(&bell->lock);
    if (socket != bell->socket)
        forget_one(bell, &bell->socket);
    bell->socket = socket;
    bell->answered = answered;
    pthread_mutex_unlock(&bell->lock);
}

static void arm(struct bell *bell, int ms)
{
    const struct itimerspec time = { .it_value = { .tv_nsec = (long)ms * 1000000 } };
    timerfd_settime(bell->timer, 0, &time, NULL);
    bell->timer_ms = ms;
}

// Without a bell a timer makes the client look: soon after it was used, else seldom. 0 stops it.
static void set_timer(struct bell *bell, int ms)
{
    pthread_mutex_lock(&bell->lock);
    arm(bell, ms);
    pthread_mutex_unlock(&bell->lock);
}

// A timer that will soon expire is not set again: a client that rings without end would never look.
static void look_soon(struct bell *bell)
{
    pthread_mutex_lock(&bell->lock);
    bell->polls = 0;
    if (bell->timer_ms != SHORT_POLL_MS)
        arm(bell, SHORT_POLL_MS);
    pthread_mutex_unlock(&bell->lock);
}

static bool greet(Mmm *mmm)
{
    const int socket = greeting_send(mmm);
    if (socket < 0)
        return false;
    set_socket(&mmm->bell, socket, false);
    add(&mmm->bell, socket);
    return true;
}

// A watch tells when a host starts; one that is there, but does not listen, hangs up or refuses, is greeted again after a pause.
static void watch_and_retry(Mmm *mmm)
{
    struct bell *bell = &mmm->bell;
    if (bell->watch < 0 && (bell->watch = greeting_watch(mmm)) >= 0) {
        add(bell, bell->watch);
        if (!bell->refused && bell->retry_ms == 0 && greet(mmm)) // the host may have started before the watch
            return;
    }
    bell->retry_ms = bell->refused ? LAST_RETRY_MS : bell->retry_ms * 2;
    if (bell->retry_ms < FIRST_RETRY_MS)
        bell->retry_ms = FIRST_RETRY_MS;
    if (bell->retry_ms > LAST_RETRY_MS)
        bell->retry_ms = LAST_RETRY_MS;
    bell->retry_at = clock_ms() + bell->retry_ms;
}

// Greets the host now. Until it has answered, the timer makes the client look.
static void greet_or_retry(Mmm *mmm)
{
    if (!greet(mmm))
        watch_and_retry(mmm);
    look_soon(&mmm->bell);
}

void bell_connect(Mmm *mmm)
{
    if (!mmm->has_bell_parts)
        return;
    greet_or_retry(mmm);
    const int64_t end = clock_ms() + ANSWER_PATIENCE_MS;
    for (int64_t left; mmm->bell.socket >= 0 && !mmm->bell.answered && (left = end - clock_ms()) > 0;)
        bell_sleep(mmm, (int)left);
}

void bell_ring(Mmm *mmm)
{
    if (!mmm->has_bell_parts)
        return;
    struct bell *bell = &mmm->bell;
    pthread_mutex_lock(&bell->lock);
    const bool has_bell = bell->socket >= 0 && bell->answered;
    if (has_bell) // one that is full has rings that the host has not read; one whose host is gone is handled by bell_sleep
        send(bell->socket, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    pthread_mutex_unlock(&bell->lock);
    if (!has_bell)
        look_soon(bell);
}

void bell_wake(Mmm *mmm)
{
    const uint64_t one = 1;
    if (mmm->has_bell_parts && write(mmm->bell.wake, &one, sizeof one) < 0)
        return; // it is readable already
}

static bool is_momentary(ssize_t result) { return result < 0 && (errno == EAGAIN || errno == EINTR); }

static enum bell_change take_answer(Mmm *mmm)
{
    struct bell *bell = &mmm->bell;
    char answer[MAX_PACKET + 1];
    const ssize_t length = recv(bell->socket, answer, sizeof answer - 1, MSG_DONTWAIT);
    if (is_momentary(length))
        return BELL_NOTHING;
    answer[length < 0 ? 0 : length] = '\0';
    if (strcmp(answer, "mmm 1 ok") == 0) {
        bell->answered_at = clock_ms();
        bell->refused = false;
        forget_one(bell, &bell->watch);
        set_timer(bell, 0);
        set_socket(bell, bell->socket, true);
        bell_ring(mmm); // for what was queued or drawn between the host's look and its answer
        return BELL_BACK;
    }
    if (length > 0) {
        static const char prefix[] = "mmm 1 error ";
        const size_t skipped = strncmp(answer, prefix, sizeof prefix - 1) == 0 ? sizeof prefix - 1 : 0;
        if (!bell->refused)
            say("%s: the host has refused this client: %s", mmm->path, answer + skipped);
        bell->refused = true;
    }
    set_socket(bell, -1, false);
    watch_and_retry(mmm);
    return BELL_NOTHING;
}

// Any number of rings means the same as one.
static enum bell_change take_rings(Mmm *mmm)
{
    struct bell *bell = &mmm->bell;
    char ring[MAX_PACKET];
    ssize_t length;
    bool has_rung = false;
    while ((length = recv(bell->socket, ring, sizeof ring, MSG_DONTWAIT)) > 0)
        has_rung = true;
    if (is_momentary(length))
        return has_rung ? BELL_RANG : BELL_NOTHING;
    set_socket(bell, -1, false);
    if (clock_ms() - bell->answered_at < SHORT_LIFE_MS) {
        if (bell->retry_ms == 0)
            bell->retry_ms = FIRST_RETRY_MS / 2;
        watch_and_retry(mmm);
        look_soon(bell);
    } else {
        bell->retry_ms = 0;
        greet_or_retry(mmm); // a new host may be there already
    }
    return BELL_GONE;
}

static enum bell_change take_timer(Mmm *mmm)
{
    struct bell *bell = &mmm->bell;
    uint64_t times;
    if (read(bell->timer, &times, sizeof times) < 0)
        return BELL_NOTHING;
    pthread_mutex_lock(&bell->lock);
    bell->timer_ms = 0;
    pthread_mutex_unlock(&bell->lock);
    if (bell->socket < 0 && clock_ms() >= bell->retry_at && !greet(mmm))
        watch_and_retry(mmm);
    if (!bell_is_connected(mmm)) {
        if (bell->polls < SHORT_POLLS)
            bell->polls++;
        set_timer(bell, bell->polls < SHORT_POLLS ? SHORT_POLL_MS : LONG_POLL_MS);
    }
    return BELL_NOTHING;
}

static enum bell_change take_watch(Mmm *mmm)
{
    struct bell *bell = &mmm->bell;
    if (greeting_host_appeared(bell->watch) && bell->socket < 0) {
        bell->retry_ms = 0;
        bell->refused = false;
        greet_or_retry(mmm);
    }
    return BELL_NOTHING;
}

static enum bell_change take(Mmm *mmm, int fd)
{
    struct bell *bell = &mmm->bell;
    uint64_t times;
    if (fd == bell->socket)
        return bell->answered ? take_rings(mmm) : take_answer(mmm);
    if (fd == bell->timer)
        return take_timer(mmm);
    if (fd == bell->watch)
        return take_watch(mmm);
    return fd == bell->wake && read(fd, &times, sizeof times) > 0 ? BELL_RANG : BELL_NOTHING;
}

enum bell_change bell_sleep(Mmm *mmm, int ms)
{
    if (!mmm->has_bell_parts) {
        clock_sleep(ms < 0 || ms > LONG_POLL_MS ? LONG_POLL_MS : ms);
        return BELL_NOTHING;
    }
    struct epoll_event events[4];
    enum bell_change change = BELL_NOTHING;
    mmm->bell.tended_at = clock_ms();
    const int count = epoll_wait(mmm->bell.epoll, events, 4, ms);
    if (count < 0 && errno == EINTR)
        return BELL_RANG; // the program has handled a signal, and looks what it has changed
    for (int i = 0; i < count; i++) {
        const enum bell_change one = take(mmm, events[i].data.fd);
        if (one > change)
            change = one;
    }
    return change;
}

void bell_tend(Mmm *mmm)
{
    if (!mmm->has_bell_parts || clock_ms() - mmm->bell.tended_at < TEND_MS)
        return;
    frame_offer_again(mmm);
    if (bell_sleep(mmm, 0) == BELL_RANG)
        wait_wake_if_needed(mmm);
}
