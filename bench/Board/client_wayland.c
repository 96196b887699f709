/* A Wayland client that draws the same as client_mmm.c. The compositor must give it the whole screen.
 *
 * client-wayland           draws 64 rows for each key
 * FRAMES=1 client-wayland  draws whole frames when the compositor requests them; the colour of a frame is its number */
#define _GNU_SOURCE
#include "bench.h"
#include "xdg-shell.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-client.h>

static struct wl_compositor *compositor;
static struct wl_shm *shm;
static struct wl_seat *seat;
static struct xdg_wm_base *shell;
static struct wl_surface *surface;
static struct { /* two buffers, because the compositor reads the one that is shown */
    struct wl_buffer *buffer;
    uint32_t *pixels;
    int busy;
} buffers[2];
static int animated, configured, lit;
static uint32_t frame;

static void frame_done(void *data, struct wl_callback *callback, uint32_t time);
static const struct wl_callback_listener frame_listener = { .done = frame_done };

static void draw(int top, int rows, uint32_t color)
{
    int i = buffers[0].busy ? 1 : 0;
    if (buffers[i].busy)
        fprintf(stderr, "client-wayland: both buffers are busy\n"), exit(1);
    fill(buffers[i].pixels, top, rows, color);
    buffers[i].busy = 1;
    if (animated)
        wl_callback_add_listener(wl_surface_frame(surface), &frame_listener, NULL);
    wl_surface_attach(surface, buffers[i].buffer, 0, 0);
    wl_surface_damage_buffer(surface, 0, top, WIDTH, rows);
    wl_surface_commit(surface);
}

static void frame_done(void *data, struct wl_callback *callback, uint32_t time)
{
    (void)data, (void)time;
    wl_callback_destroy(callback);
    draw(0, HEIGHT, 0xff000000 | ++frame);
}

static void released(void *data, struct wl_buffer *buffer)
{
    (void)buffer;
    *(int *)data = 0;
}

static const struct wl_buffer_listener buffer_listener = { .release = released };

static void make_buffers(void)
{
    int size = WIDTH * HEIGHT * 4, fd = memfd_create("pixels", 0);
    if (fd < 0 || ftruncate(fd, 2 * size) != 0)
        DIE("memfd");
    uint8_t *memory = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    struct wl_shm_pool *pool = wl_shm_create_pool(shm, fd, 2 * size);
    for (int i = 0; i < 2; i++) {
        buffers[i].pixels = (uint32_t *)(memory + i * size);
        buffers[i].buffer = wl_shm_pool_create_buffer(pool, i * size, WIDTH, HEIGHT, WIDTH * 4, WL_SHM_FORMAT_XRGB8888);
        wl_buffer_add_listener(buffers[i].buffer, &buffer_listener, &buffers[i].busy);
        fill(buffers[i].pixels, 0, HEIGHT, DARK);
    }
}

static void surface_configure(void *data, struct xdg_surface *xdg, uint32_t serial)
{
    (void)data;
    xdg_surface_ack_configure(xdg, serial);
    if (!configured)
        draw(0, HEIGHT, DARK);
    configured = 1;
}

static const struct xdg_surface_listener surface_listener = { .configure = surface_configure };

static void toplevel_configure(void *data, struct xdg_toplevel *toplevel, int32_t width, int32_t height, struct wl_array *states)
{
    (void)data, (void)toplevel, (void)width, (void)height, (void)states;
}

static void toplevel_close(void *data, struct xdg_toplevel *toplevel)
{
    (void)data, (void)toplevel;
    exit(0);
}

static const struct xdg_toplevel_listener toplevel_listener = { .configure = toplevel_configure, .close = toplevel_close };

static void ping(void *data, struct xdg_wm_base *base, uint32_t serial)
{
    (void)data;
    xdg_wm_base_pong(base, serial);
}

static const struct xdg_wm_base_listener shell_listener = { .ping = ping };

static void keymap(void *data, struct wl_keyboard *keyboard, uint32_t format, int fd, uint32_t size)
{
    (void)data, (void)keyboard, (void)format, (void)size;
    close(fd);
}

static void enter(void *data, struct wl_keyboard *keyboard, uint32_t serial, struct wl_surface *entered, struct wl_array *keys)
{
    (void)data, (void)keyboard, (void)serial, (void)entered, (void)keys;
}

static void leave(void *data, struct wl_keyboard *keyboard, uint32_t serial, struct wl_surface *left)
{
    (void)data, (void)keyboard, (void)serial, (void)left;
}

static void key(void *data, struct wl_keyboard *keyboard, uint32_t serial, uint32_t time, uint32_t code, uint32_t state)
{
    (void)data, (void)keyboard, (void)serial, (void)time, (void)code;
    if (state != WL_KEYBOARD_KEY_STATE_PRESSED || animated)
        return;
    lit = !lit;
    draw(BAND_TOP, BAND_ROWS, lit ? LIT : DARK);
}

static void modifiers(void *data, struct wl_keyboard *keyboard, uint32_t serial, uint32_t down, uint32_t latched, uint32_t locked,
    uint32_t group)
{
    (void)data, (void)keyboard, (void)serial, (void)down, (void)latched, (void)locked, (void)group;
}

static const struct wl_keyboard_listener keyboard_listener = { .keymap = keymap, .enter = enter, .leave = leave, .key = key,
    .modifiers = modifiers };

static void capabilities(void *data, struct wl_seat *of, uint32_t capabilities)
{
    static struct wl_keyboard *keyboard;
    (void)data;
    if (keyboard || !(capabilities & WL_SEAT_CAPABILITY_KEYBOARD))
        return;
    keyboard = wl_seat_get_keyboard(of);
    wl_keyboard_add_listener(keyboard, &keyboard_listener, NULL);
}

static const struct wl_seat_listener seat_listener = { .capabilities = capabilities };

static void global(void *data, struct wl_registry *registry, uint32_t name, const char *interface, uint32_t version)
{
    (void)data, (void)version;
    if (strcmp(interface, wl_compositor_interface.name) == 0) {
        compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
    } else if (strcmp(interface, wl_shm_interface.name) == 0) {
        shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
    } else if (strcmp(interface, xdg_wm_base_interface.name) == 0) {
        shell = wl_registry_bind(registry, name, &xdg_wm_base_interface, 1);
        xdg_wm_base_add_listener(shell, &shell_listener, NULL);
    } else if (strcmp(interface, wl_seat_interface.name) == 0) {
        seat = wl_registry_bind(registry, name, &wl_seat_interface, 1);
        wl_seat_add_listener(seat, &seat_listener, NULL);
    }
}

static void removed(void *data, struct wl_registry *registry, uint32_t name)
{
    (void)data, (void)registry, (void)name;
}

static const struct wl_registry_listener registry_listener = { .global = global, .global_remove = removed };

int main(void)
{
    animated = getenv("FRAMES") != NULL;
    struct wl_display *display = wl_display_connect(NULL);
    if (!display)
        DIE("the compositor");
    wl_registry_add_listener(wl_display_get_registry(display), &registry_listener, NULL);
    wl_display_roundtrip(display);
    if (!compositor || !shm || !shell)
        fprintf(stderr, "client-wayland: the compositor lacks wl_compositor, wl_shm or xdg_wm_base\n"), exit(1);
    make_buffers();
    surface = wl_compositor_create_surface(compositor);
    struct xdg_surface *xdg = xdg_wm_base_get_xdg_surface(shell, surface);
    xdg_surface_add_listener(xdg, &surface_listener, NULL);
    struct xdg_toplevel *toplevel = xdg_surface_get_toplevel(xdg);
    xdg_toplevel_add_listener(toplevel, &toplevel_listener, NULL);
    xdg_toplevel_set_title(toplevel, "bench");
    xdg_toplevel_set_fullscreen(toplevel, NULL);
    wl_surface_commit(surface);
    while (wl_display_dispatch(display) >= 0)
        ;
    return 1;
}
