// The bell of a client, with hosts that refuse, hang up or are missing. The host is a thread that only answers greetings.
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clients.h"

static int listener;
static const char *_Atomic answer; // NULL: hang up without one
static atomic_bool hangs_up;       // after the answer
static atomic_int greetings, bell = -1;

static void *serve(void *unused)
{
    char hello[300];
    for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0;) {
        const char *text = answer;
        greetings++;
        const int old = !hangs_up && text != NULL && strcmp(text, "mmm 1 ok") == 0 ? atomic_exchange(&bell, fd) : fd;
        if (recv(fd, hello, sizeof hello, 0) > 0 && text != NULL)
            send(fd, text, strlen(text), MSG_NOSIGNAL);
        if (old >= 0)
            close(old);
    }
    return unused;
}

static pthread_t server;

static void start_host(const char *its_answer)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    CHECK(snprintf(address.sun_path, sizeof address.sun_path, "%s/.host", getenv("MMM_PATH")) < (int)sizeof address.sun_path);
    answer = its_answer;
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    CHECK(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof address) == 0 && listen(listener, 50) == 0);
    CHECK(pthread_create(&server, NULL, serve, NULL) == 0);
}

static void stop_host(void)
{
    char path[200];
    snprintf(path, sizeof path, "%s/.host", getenv("MMM_PATH"));
    unlink(path);
    shutdown(listener, SHUT_RDWR);
    pthread_join(server, NULL);
    close(listener);
    if (bell >= 0)
        close(bell);
}

static void wait_for(Mmm *mmm, long ms)
{
    for (const long end = mmm_ticks() / 1000 + ms; mmm_ticks() / 1000 < end;)
        mmm_wait(mmm, (int)(end - mmm_ticks() / 1000));
}

// The times that this thread has slept, and its processor time in ms.
static long sleeps(void)
{
    struct rusage usage;
    CHECK(getrusage(RUSAGE_THREAD, &usage) == 0);
    return usage.ru_nvcsw;
}

static long used_ms(void)
{
    struct rusage usage;
    CHECK(getrusage(RUSAGE_THREAD, &usage) == 0);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000L + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

static void greeted_after_growing_pauses(const char *answer)
{
    start_host(answer);
    mmm_ticks();
    Mmm *mmm = client(10, 10);
    wait_for(mmm, 1000);
    CHECK(greetings >= 3 && greetings <= 20);
    mmm_destroy(mmm);
    stop_host();
}

// A host that has no room hangs up.
static void test_hang_ups(void) { greeted_after_growing_pauses(NULL); }

// A host that ends at once again and again, as one that crashes.
static void test_short_lives(void)
{
    hangs_up = true;
    greeted_after_growing_pauses("mmm 1 ok");
}

// A refusal is told once, though the client asks again each second.
static void test_refused(void)
{
    char path[200], text[4000] = "";
    snprintf(path, sizeof path, "%s/.errors", getenv("MMM_PATH"));
    const int errors = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), screen = dup(STDERR_FILENO);
    CHECK(errors >= 0 && dup2(errors, STDERR_FILENO) >= 0);
    start_host("mmm 1 error no room");
    mmm_ticks();
    Mmm *mmm = client(10, 10);
    wait_for(mmm, 2500);
    dup2(screen, STDERR_FILENO);
    CHECK(greetings >= 3 && greetings <= 5);
    CHECK(pread(errors, text, sizeof text - 1, 0) > 0);
    const char *line = strchr(text, '\n');
    CHECK(strstr(text, ": the host has refused this client: no room\n") != NULL && line != NULL && line[1] == '\0');
    mmm_destroy(mmm);
    stop_host();
    unlink(path);
}

// A process that the program has forked has the socket, too; the client sleeps all the same when the host has hung up.
static void test_fork(void)
{
    start_host("mmm 1 ok");
    mmm_ticks();
    Mmm *mmm = client(10, 10);
    CHECK(bell >= 0);
    const pid_t child = fork();
    if (child == 0) {
        close(bell); // the host's side, which is not another process here
        pause();
        _exit(0);
    }
    CHECK(child > 0);
    stop_host();
    const long before = used_ms();
    wait_for(mmm, 1000);
    CHECK(used_ms() - before < 200);
    kill(child, SIGKILL);
    CHECK(waitpid(child, NULL, 0) == child);
    mmm_destroy(mmm);
}

// What a forked process destroys stays that of the client.
static void test_forked_destroy(void)
{
    start_host("mmm 1 ok");
    Mmm *mmm = client(10, 10);
    const pid_t child = fork();
    if (child == 0) {
        mmm_destroy(mmm);
        _exit(0);
    }
    CHECK(waitpid(child, NULL, 0) == child);
    EQUAL(0, access(mmm_get_path(mmm), F_OK));
    while (mmm_wait(mmm, 0))
        continue;
    send(bell, "", 1, MSG_NOSIGNAL);
    EQUAL(1, mmm_wait(mmm, 5000)); // the socket is still watched
    mmm_destroy(mmm);
    stop_host();
}

// Without a host the client looks 50 times a second, after a second in which it looks often.
static void test_looks(void)
{
    mmm_ticks();
    Mmm *mmm = client(10, 10);
    wait_for(mmm, 1500);
    const long before = sleeps();
    wait_for(mmm, 2000);
    CHECK(sleeps() - before <= 200);
    mmm_destroy(mmm);
}

// A client that rings without end, and waits only by its descriptor, looks all the same: the rings do not put the look off.
static void test_rings_without_end(void)
{
    mmm_ticks();
    Mmm *mmm = client(10, 10);
    struct pollfd descriptor = { .fd = mmm_get_fd(mmm), .events = POLLIN };
    int readable = 0;
    for (const long end = mmm_ticks() + 300000; mmm_ticks() < end && readable < 5;) {
        mmm_set_title(mmm, "rings");
        if (poll(&descriptor, 1, 1) == 1) {
            readable++;
            mmm_wait(mmm, 0);
        }
    }
    EQUAL(5, readable);
    mmm_destroy(mmm);
}

// The end of a sound is told once, so that a program with nothing more to play sleeps.
static void test_sound(void)
{
    int8_t sound[4000] = { 0 };
    Mmm *mmm = client(10, 10), *host = host_of(mmm);
    mmm_read_done(host);
    EQUAL(1, mmm_wait(mmm, -1));
    for (int i = 0; i < 3; i++) {
        while (mmm_pcm_get_frame_chunk(mmm) > 0)
            mmm_pcm_queue(mmm, sound, 1000);
        EQUAL(0, mmm_wait(mmm, 10));
        while (mmm_pcm_read(host, sound, 1000) > 0)
            continue;
        EQUAL(1, mmm_wait(mmm, -1)); // there is room
        EQUAL(0, mmm_wait(mmm, 50));
    }
    mmm_destroy(host);
    mmm_destroy(mmm);
}

// The next client starts a script as its host, which begins with this command.
static void start_by_script(const char *command)
{
    char path[300];
    const char *directory = getenv("MMM_PATH");
    snprintf(path, sizeof path, "%s/mmm", directory);
    FILE *script = fopen(path, "w");
    CHECK(script != NULL);
    fprintf(script, "#!/bin/sh\n%s\n: > \"$2/.host\"\nexec sleep 1\n", command);
    CHECK(fclose(script) == 0 && chmod(path, 0700) == 0);
    snprintf(path, sizeof path, "%s:%s", directory, getenv("PATH"));
    setenv("PATH", path, 1);
    setenv("XDG_RUNTIME_DIR", directory, 1);
    unsetenv("MMM_PATH");
}

// A program that blocks and ignores signals starts a host that does neither.
static void test_launched_host(void)
{
    char path[300], directory[200];
    sigset_t blocked, before;
    snprintf(directory, sizeof directory, "%s", getenv("MMM_PATH"));
    snprintf(path, sizeof path, "grep -E '^Sig(Blk|Ign):' /proc/$$/status | cut -c 20- > %s/signals", directory);
    start_by_script(path);
    sigfillset(&blocked);
    CHECK(sigprocmask(SIG_BLOCK, &blocked, &before) == 0);
    signal(SIGTERM, SIG_IGN);
    Mmm *mmm = client(10, 10);
    sigprocmask(SIG_SETMASK, &before, NULL);
    char text[200] = "";
    snprintf(path, sizeof path, "%s/signals", directory);
    FILE *signals = fopen(path, "r");
    CHECK(signals != NULL && fread(text, 1, sizeof text - 1, signals) > 0);
    fclose(signals);
    SAME_TEXT("00000\n00000\n", text); // the signals 1 to 20
    mmm_destroy(mmm);
}

// The host that a client has started ends with it, and removes its directory: the next client starts another one in another directory.
static void test_second_launched_host(void)
{
    char path[2][300];
    start_by_script("");
    for (int i = 0; i < 2; i++) {
        Mmm *mmm = client(10, 10);
        snprintf(path[i], sizeof path[i], "%s", getenv("MMM_PATH"));
        CHECK(strncmp(mmm_get_path(mmm), path[i], strlen(path[i])) == 0);
        mmm_destroy(mmm);
        CHECK(getenv("MMM_PATH") == NULL);
    }
    CHECK(strcmp(path[0], path[1]) != 0);
}

static void *play(void *mmm)
{
    static int8_t sound[1000 * 4];
    while (answer != NULL) {
        mmm_pcm_queue(mmm, sound, 1000);
        mmm_pcm_read(mmm, sound, 1000);
        usleep(100); // valgrind runs one thread at a time
    }
    return NULL;
}

// One thread plays and the other one draws, while hosts come and go.
static void test_threads(void)
{
    start_host("mmm 1 ok");
    Mmm *mmm = client(10, 10);
    pthread_t player;
    CHECK(pthread_create(&player, NULL, play, mmm) == 0);
    mmm_ticks();
    for (long end = mmm_ticks() + 2500000, next = 0; mmm_ticks() < end;) {
        if (mmm_ticks() >= next) {
            shutdown(bell, SHUT_RDWR); // the client greets again
            next = mmm_ticks() + 250000; // a longer life than that of a host that crashes
        }
        mmm_wait(mmm, 5);
        mmm_get_event(mmm);
        mmm_read_done(mmm);
        CHECK(mmm_get_buffer_write(mmm, NULL, NULL, NULL, NULL) != NULL);
        mmm_write_done(mmm, 0, 0, 1, 1);
    }
    CHECK(greetings > 3);
    answer = NULL;
    pthread_join(player, NULL);
    mmm_destroy(mmm);
    stop_host();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        { "hang-ups", test_hang_ups }, { "short-lives", test_short_lives }, { "refused", test_refused }, { "fork", test_fork },
        { "forked-destroy", test_forked_destroy }, { "looks", test_looks },
        { "rings-without-end", test_rings_without_end }, { "sound", test_sound },
        { "launched-host", test_launched_host },
        { "second-launched-host", test_second_launched_host }, { "threads", test_threads },
    };
    return run_test(tests, sizeof tests / sizeof *tests, argc, argv);
}
