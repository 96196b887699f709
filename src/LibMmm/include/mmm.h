/* mmm.h - clients and hosts of mmm ("memory mapped machine").
 *
 * A client is a program that draws into a file in the directory $MMM_PATH. The host shows its picture, sends it events and plays its sound.
 * This header works in C and C++. Link with `pkg-config --cflags --libs mmm`. The protocol itself is docs/protocol.md of MmmAppliance.
 *
 * Rules for all functions:
 * - Faults are reported by the return value, and by one line on stderr that begins with "mmm: ". The library never ends the process and
 *   installs no signal handler. A file that another process makes shorter ends the program with SIGBUS at the next access.
 * - Sizes and positions are pixels; texts are UTF-8. A text that is too long is cut between two characters. Lengths are without the NUL.
 * - A returned text is a copy that belongs to the Mmm object. It is valid until mmm_destroy, unless its function says otherwise.
 * - Two threads may use one object: one calls the functions of sound (mmm_pcm_...), the other all the others.
 * - NULL may be passed for a pointer to a result that is not wanted.
 */
#ifndef MMM_H
#define MMM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

typedef struct Mmm Mmm;

typedef struct MmmRectangle {
    int x, y, width, height;
} MmmRectangle;

/* Accepted for compatibility; both mean the same. */
typedef enum MmmFlag {
    MMM_FLAG_DEFAULT = 0,
    MMM_FLAG_BUFFER = 1
} MmmFlag;

/* --- A client ------------------------------------------------------------------------------------------------------------------------ */

/* Creates a client. A negative width or height means the size of the host's screen, or 400x300 if no host tells one. Joins the host of
 * $MMM_PATH; if it is not set, starts one (the program mmm of the PATH, with the display of $MMM_DISPLAY) and sets the variable. The
 * client starts with a blank frame, the title "mmm" and sound of 48000 Hz, 16 bits, stereo. flags and babl_format are ignored. Returns
 * NULL if the directory is missing, no host can be started, there is no space, or a side is greater than 16384. */
Mmm *mmm_new(int width, int height, MmmFlag flags, void *babl_format);

/* Opens the file of a client that has ended, or that this process has become, with its picture, size and title. The client then belongs
 * to this process. Returns NULL if the file is missing or not that of a client. */
Mmm *mmm_client_reopen(const char *path);

/* Ends a client: removes its file, and its directory if mmm_new has made it and it is empty; then MMM_PATH is no longer set, and the next
 * client starts another host. Of a host's object, and in a process that the client has forked, the file stays. NULL is allowed. */
void mmm_destroy(Mmm *mmm);

/* The path of the client's file. */
const char *mmm_get_path(Mmm *mmm);

/* At most 255 bytes. */
void mmm_set_title(Mmm *mmm, const char *title);
const char *mmm_get_title(Mmm *mmm);

/* Named texts that both sides can set: a key of at most 15 bytes, a value of at most 63. A client has at most 14; a further one and a
 * key that is too long are refused with one line. The key "title" means the title. mmm_get_value returns NULL for an unknown key; what
 * it returns is valid until the same key is read again. */
void mmm_set_value(Mmm *mmm, const char *key, const char *value);
const char *mmm_get_value(Mmm *mmm, const char *key);

/* The name of the pixel format; "" means B, G, R, A in memory. */
const char *mmm_get_babl_format(Mmm *mmm);

/* Always 4. */
int mmm_get_bytes_per_pixel(Mmm *mmm);

/* Where the client is on the screen, and its place in the stack, which the host sets. */
void mmm_set_x(Mmm *mmm, int x);
void mmm_set_y(Mmm *mmm, int y);
void mmm_set_z(Mmm *mmm, int z);
int mmm_get_x(Mmm *mmm);
int mmm_get_y(Mmm *mmm);
int mmm_get_z(Mmm *mmm);

/* Microseconds since the first call of this function in the process; the first call returns 0. Where a long has 32 bits, the number
 * becomes negative after 35 minutes. */
long mmm_ticks(void);

/* --- The size ------------------------------------------------------------------------------------------------------------------------ */

/* Changes the size of the client. Waits until the host has taken the last frame, at most 150 ms. All pixels must be drawn again;
 * pointers to pixels are no longer valid. A side outside 1 to 16384, and a size for which there is no space, are refused with one line. */
void mmm_set_size(Mmm *mmm, int width, int height);

/* The size as this side last saw it; 0 for NULL. */
void mmm_get_size(Mmm *mmm, int *width, int *height);
int mmm_get_width(Mmm *mmm);
int mmm_get_height(Mmm *mmm);

/* The size of the host's screen; the client's own size if no host has told it. */
void mmm_get_full_size(Mmm *mmm, int *width, int *height);

/* Follows the size that the host asks for, as mmm_set_size does. Returns 1 if the size has changed, else 0: also between
 * mmm_get_buffer_write and mmm_write_done, and if the host does not take the last frame within 150 ms; call it again later. Call it in
 * each round of the program's loop. */
int mmm_client_check_size(Mmm *mmm, int *width, int *height);

/* --- Frames -------------------------------------------------------------------------------------------------------------------------- */

/* Begins a frame: waits until the host has taken the last one, at most 150 ms, and returns the pixels, which are still those of the last
 * frame. stride is in bytes. babl_format is ignored. The pointer is valid until the size changes. */
unsigned char *mmm_get_buffer_write(Mmm *mmm, int *width, int *height, int *stride, void *babl_format);

/* Ends a frame and says which rectangle has changed. A width of 0 or less means everything, except that 0 and 0 mean that nothing has
 * changed: then no frame is shown. */
void mmm_write_done(Mmm *mmm, int x, int y, int width, int height);

/* Waits at most 150 ms until the host has taken the last frame; the second one also returns when a frame waits for the host. Returns 1,
 * or 0 if the time is over. */
int mmm_wait_neutral(Mmm *mmm);
int mmm_wait_neutral_or_wait_flip(Mmm *mmm);

/* --- Events and messages ------------------------------------------------------------------------------------------------------------- */

/* Events come from the host: "mouse-press X Y", the name of a key, "message TEXT". mmm_get_event returns NULL if there is none; a text
 * is valid until 15 more have been read. */
int mmm_has_event(Mmm *mmm);
const char *mmm_get_event(Mmm *mmm);

/* Sends an event to the client: a text of at most 127 bytes. If 1023 wait, it is dropped. */
void mmm_add_event(Mmm *mmm, const char *event);

/* Messages go from the client to the host, by the same rules. */
void mmm_add_message(Mmm *mmm, const char *message);
int mmm_has_message(Mmm *mmm);
const char *mmm_get_message(Mmm *mmm);

/* Sends the message "warp-cursor X Y", for hosts that have a cursor. */
void mmm_warp_cursor(Mmm *mmm, int x, int y);

/* --- Waiting (not in the original library) ----------------------------------------------------------------------------------------- */

/* A descriptor for select, poll and epoll. It is readable when there may be something to do: then call mmm_wait with 0,
 * mmm_client_check_size, and mmm_get_event until it returns NULL. Do not read from it or close it. Returns -1 if the process has no
 * descriptors left. */
int mmm_get_fd(Mmm *mmm);

/* Sleeps until there may be something to do: an event, a new size, a frame that was taken, room for sound, a signal. Returns 1 then, and
 * 0 if timeout_ms is over (-1: no limit). It may return 1 without a reason. A program that has nothing to do uses no processor time if the
 * host has a bell; with an original host this function looks 50 times a second. */
int mmm_wait(Mmm *mmm, int timeout_ms);

/* Asks for more events: a list of words separated by spaces, of multitouch, key-release, scroll, enter-leave, focus, visibility,
 * buttons, all. Replaces the earlier list. Returns 0, or -1 if the client has 14 values already. */
int mmm_ask(Mmm *mmm, const char *kinds);

/* --- Sound --------------------------------------------------------------------------------------------------------------------------- */

typedef enum MmmPCM {
    MMM_f32 = 0,
    MMM_f32S = 1,
    MMM_s16 = 2,
    MMM_s16S = 3
} MmmPCM;

/* A frame is one sample of each channel: 4, 8, 2 or 4 bytes, and 1, 2, 1 or 2 channels. Of an unknown format: 1 and 0. */
int mmm_pcm_bytes_per_frame(MmmPCM format);
int mmm_pcm_channels(MmmPCM format);

/* Sets format or rate (8000 to 192000 Hz) and discards what is queued. Another format or rate is refused with one line. */
void mmm_pcm_set_format(Mmm *mmm, MmmPCM format);
void mmm_pcm_set_sample_rate(Mmm *mmm, int hz);
MmmPCM mmm_pcm_get_format(Mmm *mmm);
int mmm_pcm_get_sample_rate(Mmm *mmm);

/* Queues sound and returns the number of frames that fit. */
int mmm_pcm_queue(Mmm *mmm, const int8_t *data, int frames);

/* How many frames to queue now so that about 1024 wait; 0 or less for none. */
int mmm_pcm_get_frame_chunk(Mmm *mmm);

/* Frames that wait, and frames for which there is room. */
int mmm_pcm_get_queued_frames(Mmm *mmm);
int mmm_pcm_get_free_frames(Mmm *mmm);

/* Takes at most this many frames out of the queue (for hosts). Returns how many. */
int mmm_pcm_read(Mmm *mmm, int8_t *data, int frames);

/* --- A host -------------------------------------------------------------------------------------------------------------------------- */

/* Opens the file of a client, of 64-bit or 32-bit ARM programs. Returns NULL if it is not that of a client; errno is EAGAIN, and no line
 * is printed, if the client is still creating it. End with mmm_destroy. */
Mmm *mmm_host_open(const char *path);

/* The process of the client. */
long mmm_client_pid(Mmm *mmm);

/* Looks whether the client has another size than before. Returns 1 if so. */
int mmm_host_check_size(Mmm *mmm, int *width, int *height);

/* The size that the client is asked for. */
void mmm_host_get_size(Mmm *mmm, int *width, int *height);
void mmm_host_set_size(Mmm *mmm, int width, int height);

/* Gives the rectangle that has changed. Returns 1 if a frame waits for the host, else 0. The numbers may be outside of the picture. */
int mmm_get_damage(Mmm *mmm, int *x, int *y, int *width, int *height);

/* Takes the frame and returns its pixels, until mmm_read_done. Returns NULL while the client draws (after 150 ms), when its size has
 * just changed, and while it has no valid picture; call it again later. */
const unsigned char *mmm_get_buffer_read(Mmm *mmm, int *width, int *height, int *stride);

/* Returns the frame to the client. If the client has begun another one meanwhile, because this took longer than 150 ms, does nothing. */
void mmm_read_done(Mmm *mmm);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
