// Sound. See docs/protocol.md section 7.
#include "internal.h"

#include <string.h>

enum { MIN_RATE = 8000, MAX_RATE = 192000, DEFAULT_RATE = 48000 };

int mmm_pcm_bytes_per_frame(MmmPCM format)
{
    switch (format) {
        case MMM_f32: return 4;
        case MMM_f32S: return 8;
        case MMM_s16: return 2;
        case MMM_s16S: return 4;
        default: return 1;
    }
}

int mmm_pcm_channels(MmmPCM format)
{
    switch (format) {
        case MMM_f32:
        case MMM_s16: return 1;
        case MMM_f32S:
        case MMM_s16S: return 2;
        default: return 0;
    }
}

struct ring {
    int bytes; // of a frame
    int total; // frames of the ring
    int read, write;
};

// Reads the ring. Returns false if a number is not valid.
static bool load_ring(Mmm *mmm, MmmPCM format, struct ring *ring)
{
    ring->bytes = mmm_pcm_bytes_per_frame(format);
    ring->total = PCM_BUFFER_LENGTH / ring->bytes;
    ring->read = load(mmm, mmm->at->pcm_read);
    ring->write = load(mmm, mmm->at->pcm_write);
    return mmm_pcm_channels(format) != 0 && ring->read >= 0 && ring->read < ring->total && ring->write >= 0 && ring->write < ring->total;
}

static bool ring_of(Mmm *mmm, struct ring *ring)
{
    static _Atomic bool said;
    const MmmPCM format = mmm_pcm_get_format(mmm);
    if (load_ring(mmm, format, ring))
        return true;
    say_once(&said, "%s: the sound has invalid numbers: format %d, frames %d and %d; it is discarded", mmm->path, (int)format, ring->read,
        ring->write);
    return false;
}

static int queued(const struct ring *ring)
{
    return ring->write >= ring->read ? ring->write - ring->read : ring->write - ring->read + ring->total;
}

static int room(const struct ring *ring) { return ring->total - queued(ring) - 2; }

static int at_most(int number, int limit) { return number < limit ? number : limit; }

// Discards what is queued. One frame of silence stays, as in the original library.
static void restart(Mmm *mmm)
{
    memset(mmm->head + mmm->at->pcm_buffer, 0, 2 * sizeof(float));
    store(mmm, mmm->at->pcm_read, 0);
    store(mmm, mmm->at->pcm_write, 1);
}

void mmm_pcm_set_format(Mmm *mmm, MmmPCM format)
{
    if (mmm_pcm_channels(format) == 0) {
        say("the sound format %d does not exist; it must be 0 to 3", (int)format);
        return;
    }
    store(mmm, mmm->at->pcm_format, (int)format);
    mmm->pcm_format = (int)format;
    restart(mmm);
}

void mmm_pcm_set_sample_rate(Mmm *mmm, int hz)
{
    if (hz < MIN_RATE || hz > MAX_RATE) {
        say("a sample rate of %d Hz is not possible; it must be %d to %d", hz, MIN_RATE, MAX_RATE);
        return;
    }
    store(mmm, mmm->at->pcm_sample_rate, hz);
    mmm->pcm_rate = hz;
    restart(mmm);
}

void pcm_take_over(Mmm *mmm)
{
    const int format = load(mmm, mmm->at->pcm_format), rate = load(mmm, mmm->at->pcm_sample_rate);
    mmm->pcm_format = format;
    mmm->pcm_rate = rate;
    if (mmm_pcm_channels((MmmPCM)format) == 0)
        mmm_pcm_set_format(mmm, MMM_s16S);
    if (rate < MIN_RATE || rate > MAX_RATE)
        mmm_pcm_set_sample_rate(mmm, DEFAULT_RATE);
}

// A client uses the numbers that it has set; a host reads those of the client.
MmmPCM mmm_pcm_get_format(Mmm *mmm) { return (MmmPCM)(mmm->is_host ? load(mmm, mmm->at->pcm_format) : mmm->pcm_format); }

int mmm_pcm_get_sample_rate(Mmm *mmm) { return mmm->is_host ? load(mmm, mmm->at->pcm_sample_rate) : mmm->pcm_rate; }

int mmm_pcm_get_queued_frames(Mmm *mmm)
{
    struct ring ring;
    return ring_of(mmm, &ring) ? queued(&ring) : 0;
}

int mmm_pcm_get_free_frames(Mmm *mmm)
{
    struct ring ring;
    return ring_of(mmm, &ring) ? room(&ring) : 0;
}

int mmm_pcm_get_frame_chunk(Mmm *mmm)
{
    struct ring ring;
    if (!ring_of(mmm, &ring))
        return 0;
    const int wanted = PCM_CHUNK - queued(&ring);
    return at_most(wanted < 0 ? 0 : wanted, room(&ring) - 2);
}

// For the thread that does not play: the other one may be changing the format, so numbers that are not valid are no fault.
bool pcm_has_room(Mmm *mmm)
{
    struct ring ring;
    return load_ring(mmm, mmm_pcm_get_format(mmm), &ring) && queued(&ring) < PCM_CHUNK;
}

// A host that took frames while the format changed may have stored a number of the old format after the change.
static bool repaired_ring(Mmm *mmm, struct ring *ring)
{
    if (ring_of(mmm, ring))
        return true;
    if (mmm->is_host)
        return false;
    restart(mmm);
    return ring_of(mmm, ring);
}

int mmm_pcm_queue(Mmm *mmm, const int8_t *data, int frames)
{
    static _Atomic bool said;
    struct ring ring;
    if (frames <= 0 || !repaired_ring(mmm, &ring) || room(&ring) <= 0)
        return 0;
    const int count = at_most(frames, room(&ring)), first = at_most(count, ring.total - ring.write);
    if (count < frames)
        say_once(&said, "%s: the sound queue has room for %d of %d frames; the rest is dropped", mmm->path, count, frames);
    unsigned char *buffer = mmm->head + mmm->at->pcm_buffer;
    const size_t bytes = (size_t)ring.bytes, before_end = (size_t)first * bytes;
    memcpy(buffer + (size_t)ring.write * bytes, data, before_end);
    memcpy(buffer, data + before_end, (size_t)(count - first) * bytes);
    ring.write = (ring.write + count) % ring.total;
    store(mmm, mmm->at->pcm_write, ring.write);
    mmm->sounds = true;
    atomic_thread_fence(memory_order_seq_cst); // the host may have emptied the ring and gone to sleep
    ring.read = load(mmm, mmm->at->pcm_read);
    if (ring.read >= 0 && ring.read < ring.total && queued(&ring) - count < PCM_CHUNK)
        bell_ring(mmm);
    return count;
}

int mmm_pcm_read(Mmm *mmm, int8_t *data, int frames)
{
    struct ring ring;
    if (frames <= 0 || !ring_of(mmm, &ring))
        return 0;
    const int count = at_most(frames, queued(&ring)), first = at_most(count, ring.total - ring.read);
    const unsigned char *buffer = mmm->head + mmm->at->pcm_buffer;
    const size_t bytes = (size_t)ring.bytes, before_end = (size_t)first * bytes;
    memcpy(data, buffer + (size_t)ring.read * bytes, before_end);
    memcpy(data + before_end, buffer, (size_t)(count - first) * bytes);
    // Unless the client has discarded the sound meanwhile.
    int32_t *index = (int32_t *)(void *)(mmm->head + mmm->at->pcm_read), seen = ring.read;
    __atomic_compare_exchange_n(index, &seen, (ring.read + count) % ring.total, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return count;
}
