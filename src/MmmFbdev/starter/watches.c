// Mappings in the programs. While nothing changes, their pages are write-protected: the first write waits until watches_release.
#include "starter.h"

#include <errno.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

void watches_add(struct watches *watches, const struct link_message *message, int faults)
{
    if (faults >= 0 && watches->count == MAX_WATCHES) {
        close(faults);
        faults = -1;
    }
    if (faults < 0) {
        watches->has_unwatched = true;
        return;
    }
    watches->all[watches->count].faults = faults;
    watches->all[watches->count].start = message->start;
    watches->all[watches->count].length = message->length;
    watches->all[watches->count++].is_protected = false;
}

// Protects a mapping, or releases it. Fails if the program has ended or removed the mapping.
static bool set(struct watches *watches, int index, bool is_protected)
{
    struct uffdio_writeprotect range = {
        .range = { watches->all[index].start, watches->all[index].length },
        .mode = is_protected ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
    };
    int result;
    do
        result = ioctl(watches->all[index].faults, UFFDIO_WRITEPROTECT, &range);
    while (result < 0 && (errno == EAGAIN || errno == EINTR));
    watches->all[index].is_protected = is_protected;
    return result == 0;
}

static void set_all(struct watches *watches, bool is_protected)
{
    for (int i = watches->count - 1; i >= 0; i--) {
        if (watches->all[i].is_protected == is_protected || set(watches, i, is_protected))
            continue;
        close(watches->all[i].faults);
        watches->all[i] = watches->all[--watches->count];
    }
}

void watches_protect(struct watches *watches) { set_all(watches, true); }

void watches_release(struct watches *watches)
{
    struct uffd_msg message;
    for (int i = 0; i < watches->count; i++) {
        while (read(watches->all[i].faults, &message, sizeof message) == (ssize_t)sizeof message) {
        }
    }
    set_all(watches, false);
}
