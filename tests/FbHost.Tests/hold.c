/* Holds the lock of a file's or a directory's inode, or makes others wait for a file's pages, as a client can that wants the host to wait.
 *
 * hold MODE FILE BYTES     prints "holds", then goes on until it is killed
 *   allocate   reserves so many bytes and gives them back, again and again: each takes the lock for long
 *   write      a write of memory that nobody serves (userfaultfd), which has the lock for ever; needs root
 *   list       FILE is a directory: reads its names into memory that nobody serves, and has somebody else make a name in it, who has to
 *              wait, and so has whoever looks for a name from then on; needs root
 *   punch      makes a hole of so many bytes from the second page on, again and again: a page fault there waits until it is made
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096L

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void *unserved_page(void)
{
    int faults = syscall(SYS_userfaultfd, O_CLOEXEC);
    struct uffdio_api api = {.api = UFFD_API};
    if (faults < 0 || ioctl(faults, UFFDIO_API, &api) != 0)
        fail("userfaultfd");
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct uffdio_register range = {.range = {(unsigned long)page, PAGE}, .mode = UFFDIO_REGISTER_MODE_MISSING};
    if (ioctl(faults, UFFDIO_REGISTER, &range) != 0)
        fail("UFFDIO_REGISTER");
    return page;
}

static void *write_unserved(void *file)
{
    if (pwrite(*(int *)file, unserved_page(), PAGE, 0) < 0)
        fail("pwrite");
    return NULL;
}

static void *list_unserved(void *directory)
{
    if (syscall(SYS_getdents64, *(int *)directory, unserved_page(), PAGE) < 0)
        fail("getdents64");
    return NULL;
}

static void *make_name(void *directory)
{
    int made = openat(*(int *)directory, ".held", O_CREAT | O_WRONLY, 0600);
    if (made < 0)
        fail("openat");
    return NULL;
}

static void hold_directory(const char *path)
{
    pthread_t lister, maker;
    int directory = open(path, O_RDONLY | O_DIRECTORY);
    if (directory < 0)
        fail(path);
    pthread_create(&lister, NULL, list_unserved, &directory);
    sleep(1); /* as for "write" */
    pthread_create(&maker, NULL, make_name, &directory);
    sleep(1);
    puts("holds");
    pthread_join(lister, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    const char *mode = argv[1];
    long bytes = atol(argv[3]);
    setlinebuf(stdout);
    if (!strcmp(mode, "list"))
        hold_directory(argv[2]);
    int file = open(argv[2], O_RDWR);
    struct stat found;
    if (file < 0 || fstat(file, &found) != 0)
        fail(argv[2]);
    if (!strcmp(mode, "write")) {
        pthread_t thread;
        pthread_create(&thread, NULL, write_unserved, &file);
        sleep(1); /* it is in there by then; the lock cannot be asked */
        puts("holds");
        pthread_join(thread, NULL);
    }
    for (long i = 0; !strcmp(mode, "allocate"); i++) {
        if (posix_fallocate(file, 0, bytes) != 0 || ftruncate(file, found.st_size) != 0)
            fail("fallocate");
        if (i == 0)
            puts("holds");
    }
    for (long i = 0; !strcmp(mode, "punch"); i++) {
        if (fallocate(file, FALLOC_FL_KEEP_SIZE, found.st_size, bytes) != 0
            || fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE, found.st_size + bytes) != 0)
            fail("fallocate");
        if (i == 0)
            puts("holds");
    }
    return 2;
}
