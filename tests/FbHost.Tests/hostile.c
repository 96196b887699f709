// A hostile app: hostile MODE. It tries what its sandbox must not let it do, and prints what came of it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *what, long result) {
    printf("%s %s\n", what, result < 0 ? strerrorname_np(errno) : "ok");
    fflush(stdout);
}

static void escape(int host, int other) {
    tell("mount", mount("none", "/tmp", "tmpfs", 0, ""));
    tell("unshare", unshare(CLONE_NEWUSER | CLONE_NEWNS));
    tell("ptrace", ptrace(PTRACE_ATTACH, 1, 0, 0));
    tell("keyctl", syscall(SYS_keyctl, 0, -3, 0));
    tell("bpf", syscall(SYS_bpf, BPF_PROG_LOAD, 0, 0));
    tell("userfaultfd", syscall(SYS_userfaultfd, 0));
    tell("init_module", syscall(SYS_init_module, 0, 0, ""));
    tell("kill-host", kill(host, SIGKILL));
    tell("kill-other", kill(other, SIGKILL));
    tell("mknod", mknod("/tmp/sda", S_IFBLK | 0600, 0x800));
    tell("write-usr", open("/usr/hostile", O_CREAT | O_WRONLY, 0600));
    tell("write-etc", open("/etc/hostile", O_CREAT | O_WRONLY, 0600));
    tell("write-root", open("/hostile", O_CREAT | O_WRONLY, 0600));
    tell("open-drm", open("/dev/dri/card0", O_RDWR));
    tell("open-mem", open("/dev/mem", O_RDWR));
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(1), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    to.sin_addr.s_addr = inet_addr("192.0.2.1");
    tell("network", s < 0 ? s : connect(s, (struct sockaddr *)&to, sizeof to));
    tell("raw-socket", socket(AF_INET, SOCK_RAW, 1));
    tell("setuid", setuid(0));
    tell("nice", setpriority(PRIO_PROCESS, 0, -10));
    struct sched_param first = { .sched_priority = 1 };
    tell("realtime", sched_setscheduler(0, SCHED_FIFO, &first));
}

int main(int argc, char **argv) {
    const char *mode = argc > 1 ? argv[1] : "";
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (!strcmp(mode, "escape"))
        escape(atoi(argv[2]), atoi(argv[3]));
    if (!strcmp(mode, "fork"))
        for (int n = 0, said = 0;;) {
            pid_t pid = fork();
            if (pid < 0 && !said++)
                printf("stopped after %d\n", n);
            n += pid > 0;
            if (pid < 0)
                usleep(1000);
        }
    if (!strcmp(mode, "eat"))
        for (long mb = 1;; mb++) {
            volatile char *p = malloc(1 << 20); /* or a compiler leaves both out */
            if (!p)
                break;
            for (long i = 0; i < 1 << 20; i += 4096)
                p[i] = 1;
            if (mb % 64 == 0)
                printf("has %ld MB\n", mb);
        }
    if (!strcmp(mode, "fill")) {
        static char block[1 << 20];
        for (int f = 0;; f++) {
            char name[200];
            snprintf(name, sizeof name, "%s/fill%d", argv[2], f);
            int fd = open(name, O_CREAT | O_WRONLY | O_TRUNC, 0600);
            long mb = 0;
            signal(SIGXFSZ, SIG_IGN);
            while (fd >= 0 && write(fd, block, sizeof block) == (ssize_t)sizeof block)
                mb++;
            printf("file %d ends after %ld MB: %s\n", f, mb, strerrorname_np(errno));
            if (errno == ENOSPC || fd < 0)
                break;
        }
    }
    if (!strcmp(mode, "descriptors")) {
        int n = 0;
        while (open("/dev/null", O_RDONLY) >= 0)
            n++;
        printf("opened %d: %s\n", n, strerrorname_np(errno));
    }
    if (!strcmp(mode, "burn"))
        for (int i = 0; i < 8; i++)
            if (fork() == 0)
                for (;;)
                    ;
    printf("done\n");
    pause();
}
