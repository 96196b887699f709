// Frames: whose turn it is to use the pixels, and which part of them has changed. See docs/protocol.md section 3.
#include "internal.h"

#include <limits.h>

void frame_set_state(Mmm *mmm, enum flip_state state)
{
    store(mmm, mmm->at->flip_state, (int)state);
    atomic_thread_fence(memory_order_seq_cst); // later writes of pixels or geometry do not become visible before this state
}

// Waits for one of two states, at most 150 ms. Returns at once if the host hangs up: then nobody takes the frame.
bool frame_wait(Mmm *mmm, enum flip_state one, enum flip_state other)
{
    const int64_t end = clock_ms() + PATIENCE_MS;
    bool has_slept = false, is_there;
    while (true) {
        const int state = load(mmm, mmm->at->flip_state);
        const int64_t left = end - clock_ms();
        is_there = state == (int)one || state == (int)other;
        if (is_there || left <= 0)
            break;
        if (!bell_is_connected(mmm)) {
            clock_sleep(1);
            continue;
        }
        has_slept = true;
        if (bell_sleep(mmm, (int)left) == BELL_GONE)
            break;
    }
    mmm->told_neutral = mmm->told_neutral || is_there;
    if (has_slept)
        wait_wake_if_needed(mmm); // the sleep may have taken rings for other things
    return is_there;
}

int mmm_wait_neutral(Mmm *mmm) { return frame_wait(mmm, NEUTRAL, NEUTRAL); }

int mmm_wait_neutral_or_wait_flip(Mmm *mmm) { return frame_wait(mmm, NEUTRAL, WAIT_FLIP); }

unsigned char *mmm_get_buffer_write(Mmm *mmm, int *width, int *height, int *stride, void *babl_format)
{
    (void)babl_format;
    bell_tend(mmm);
    if (!mmm->is_drawing && !frame_wait(mmm, NEUTRAL, INITIALIZING) && load(mmm, mmm->at->flip_state) == FLIPPING)
        mmm->has_overtaken = true;
    frame_set_state(mmm, DRAWING);
    mmm->is_drawing = true;
    size_give(mmm, width, height);
    if (stride != NULL)
        *stride = mmm->stride;
    return mmm->pixels;
}

static int limited(int64_t number) { return number > INT_MAX ? INT_MAX : number < INT_MIN ? INT_MIN : (int)number; }

// The smallest rectangle that contains both. One whose width is 0 is empty.
static MmmRectangle united(MmmRectangle a, MmmRectangle b)
{
    if (a.width == 0)
        return b;
    const int64_t left = a.x < b.x ? a.x : b.x, top = a.y < b.y ? a.y : b.y;
    const int64_t a_right = (int64_t)a.x + a.width, b_right = (int64_t)b.x + b.width;
    const int64_t a_bottom = (int64_t)a.y + a.height, b_bottom = (int64_t)b.y + b.height;
    return (MmmRectangle){
        .x = (int)left, .y = (int)top,
        .width = limited((a_right > b_right ? a_right : b_right) - left),
        .height = limited((a_bottom > b_bottom ? a_bottom : b_bottom) - top),
    };
}

static MmmRectangle load_damage(const Mmm *mmm)
{
    const uint32_t at = mmm->at->damage;
    return (MmmRectangle){ load(mmm, at), load(mmm, at + 4), load(mmm, at + 8), load(mmm, at + 12) };
}

static void store_damage(Mmm *mmm, MmmRectangle damage)
{
    const uint32_t at = mmm->at->damage;
    store(mmm, at, damage.x);
    store(mmm, at + 4, damage.y);
    store(mmm, at + 8, damage.width);
    store(mmm, at + 12, damage.height);
}

void mmm_write_done(Mmm *mmm, int x, int y, int width, int height)
{
    mmm->is_drawing = false;
    if (width == 0 && height == 0) {
        frame_set_state(mmm, NEUTRAL);
        return;
    }
    MmmRectangle damage = { x, y, width, height };
    if (width <= 0)
        damage = (MmmRectangle){ 0, 0, mmm->width, mmm->height };
    // The damage that is in the file is of a frame that the host has not taken.
    store_damage(mmm, united(load_damage(mmm), damage));
    frame_set_state(mmm, WAIT_FLIP);
    mmm->told_neutral = false;
    bell_ring(mmm);
}

// A host without a bell that was killed while it copied a frame leaves the state flipping, and the next one would never show the frame.
// A host that copies for longer than a client waits stores neutral at its end, also when the next frame waits by then.
void frame_offer_again(Mmm *mmm)
{
    const int state = load(mmm, mmm->at->flip_state);
    if (mmm->is_drawing || bell_is_connected(mmm) || state != FLIPPING) {
        mmm->flipping_since = 0;
        if (!mmm->is_drawing && mmm->has_overtaken && state == NEUTRAL) {
            mmm->has_overtaken = false;
            mmm_write_done(mmm, 0, 0, -1, -1);
        }
        return;
    }
    const int64_t now = clock_ms();
    if (mmm->flipping_since == 0) {
        mmm->flipping_since = now;
    } else if (now - mmm->flipping_since >= PATIENCE_MS) { // a slow host that is alive copies the same pixels, so nothing is lost
        mmm->flipping_since = 0;
        mmm_write_done(mmm, 0, 0, -1, -1);
    }
}

int mmm_get_damage(Mmm *mmm, int *x, int *y, int *width, int *height)
{
    const bool is_waiting = load(mmm, mmm->at->flip_state) == WAIT_FLIP;
    const MmmRectangle damage = load_damage(mmm);
    if (x != NULL)
        *x = damage.x;
    if (y != NULL)
        *y = damage.y;
    if (width != NULL)
        *width = damage.width;
    if (height != NULL)
        *height = damage.height;
    return is_waiting;
}

void mmm_read_done(Mmm *mmm)
{
    // A client does not wait longer than 150 ms: if it has drawn while a slow host copied, its new frame is not taken back.
    const bool has_taken = mmm->has_taken;
    mmm->has_taken = false;
    if (has_taken && load(mmm, mmm->at->flip_state) != FLIPPING)
        return;
    store_damage(mmm, (MmmRectangle){ 0, 0, 0, 0 });
    frame_set_state(mmm, NEUTRAL);
}
