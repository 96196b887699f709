// A lamp that a touch turns on and off, drawn by cairo into the shared pixels.
//   c++ -o lamp lamp.cpp $(pkg-config --cflags --libs mmm cairo) && mmm ./lamp
#include <cairo.h>
#include <csignal>
#include <memory>
#include <mmm.h>
#include <string_view>

namespace {

volatile std::sig_atomic_t is_ending;

struct Ender {
    void operator()(Mmm *mmm) const { mmm_destroy(mmm); }
};

void draw(Mmm *mmm, bool is_lit)
{
    int width, height, stride;
    unsigned char *pixels = mmm_get_buffer_write(mmm, &width, &height, &stride, nullptr);
    cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32, width, height, stride);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 0x20 / 255.0, 0x30 / 255.0, 0x40 / 255.0);
    cairo_paint(cairo);
    if (is_lit) {
        cairo_set_source_rgb(cairo, 1, 0xc0 / 255.0, 0x30 / 255.0);
        cairo_arc(cairo, width / 2.0, height / 2.0, height / 3.0, 0, 6.2832);
        cairo_fill(cairo);
    }
    cairo_destroy(cairo);
    cairo_surface_destroy(surface); // writes what cairo has not drawn yet
    mmm_write_done(mmm, 0, 0, width, height);
}

} // namespace

int main()
{
    const std::unique_ptr<Mmm, Ender> mmm(mmm_new(-1, -1, MMM_FLAG_DEFAULT, nullptr));
    if (!mmm)
        return 1; // the library has said why
    mmm_set_title(mmm.get(), "lamp");
    std::signal(SIGTERM, [](int signal) { is_ending = signal; });
    bool is_lit = false;
    for (bool has_changed = true; !is_ending; has_changed = false) {
        has_changed |= mmm_client_check_size(mmm.get(), nullptr, nullptr) != 0;
        while (const char *event = mmm_get_event(mmm.get())) {
            if (std::string_view(event).substr(0, 12) == "mouse-press ") {
                is_lit = !is_lit;
                has_changed = true;
            }
        }
        if (has_changed)
            draw(mmm.get(), is_lit);
        mmm_wait(mmm.get(), -1);
    }
}
