// Waiting for the host, for programs that sleep in mmm_wait or in select, poll or epoll.
#include "internal.h"

static bool is_size_asked(Mmm *mmm)
{
    const int width = load(mmm, mmm->at->desired_width), height = load(mmm, mmm->at->desired_height);
    if (width == mmm->width && height == mmm->height)
        mmm->told_width = 0;
    else if ((width != mmm->told_width || height != mmm->told_height) && size_is_valid(width, height))
        return true;
    return false;
}

static bool is_frame_taken(const Mmm *mmm)
{
    return !mmm->told_neutral && !mmm->is_drawing && load(mmm, mmm->at->flip_state) == NEUTRAL;
}

// Without a bell: tells once for each time that sound was queued, since the program may have nothing more to play.
static bool is_sound_wanted(Mmm *mmm)
{
    return mmm->sounds && !bell_is_connected(mmm) && pcm_has_room(mmm) && atomic_exchange(&mmm->sounds, false);
}

// Tells a size once, since a program may ignore it, and the end of a frame once; events until they are read.
static bool has_something(Mmm *mmm)
{
    frame_offer_again(mmm);
    bool has = events_wait(mmm, mmm->at->events_read);
    if (is_size_asked(mmm)) {
        mmm->told_width = load(mmm, mmm->at->desired_width);
        mmm->told_height = load(mmm, mmm->at->desired_height);
        has = true;
    }
    if (is_frame_taken(mmm))
        has = mmm->told_neutral = true;
    return is_sound_wanted(mmm) || has;
}

void wait_wake_if_needed(Mmm *mmm)
{
    if (events_wait(mmm, mmm->at->events_read) || is_size_asked(mmm) || is_frame_taken(mmm)
        || (mmm->sounds && pcm_has_room(mmm)))
        bell_wake(mmm);
}

int mmm_get_fd(Mmm *mmm) { return mmm->has_bell_parts ? mmm->bell.epoll : -1; }

int mmm_wait(Mmm *mmm, int timeout_ms)
{
    const int64_t end = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;
    // Takes what has come first, so that the descriptor is not readable any more for what is told now.
    bool has_rung = bell_sleep(mmm, 0) == BELL_RANG;
    while (!has_something(mmm) && !has_rung) {
        const int64_t left = timeout_ms < 0 ? -1 : end - clock_ms();
        if (timeout_ms >= 0 && left <= 0)
            return 0;
        has_rung = bell_sleep(mmm, (int)left) == BELL_RANG;
    }
    return 1;
}
