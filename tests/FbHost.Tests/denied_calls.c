/* Makes the system calls that a sandboxed app may not make, and some that it may, and prints "NAME ERRNO" for each; 0 if it succeeds.
 *
 * The arguments do no harm where a call is allowed: pointers to nothing, descriptors that are closed, unknown flags.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define UPPER (1L << 32)
#define CLONE_NEWUSER_THREAD 0x10010000L /* CLONE_NEWUSER | CLONE_THREAD, which no kernel accepts together */

static const struct {
    const char *name;
    long number, a, b, c, d, e;
} calls[] = {
    {"ioctl", SYS_ioctl, -1, TIOCSTI, 0, 0, 0},
    {"ioctl-upper", SYS_ioctl, -1, TIOCSTI | UPPER, 0, 0, 0},
    {"ioctl-linux", SYS_ioctl, -1, TIOCLINUX, 0, 0, 0},
    {"socket", SYS_socket, AF_ALG, 15, 0, 0, 0}, /* no type of sockets */
    {"socket-vsock", SYS_socket, 40 | UPPER, 15, 0, 0, 0},
    {"socketpair", SYS_socketpair, AF_ALG, 15, 0, 0, 0},
    {"clone", SYS_clone, CLONE_NEWUSER_THREAD, 0, 0, 0, 0},
    {"clone3", SYS_clone3, 0, 0, 0, 0, 0},
    {"personality", SYS_personality, 0x0400000, 0, 0, 0, 0}, /* READ_IMPLIES_EXEC */
    {"unshare", SYS_unshare, 0, 0, 0, 0, 0},
    {"setns", SYS_setns, -1, 0, 0, 0, 0},
    {"mount", SYS_mount, 0, 0, 0, 0, 0},
    {"umount2", SYS_umount2, 0, 0, 0, 0, 0},
    {"pivot_root", SYS_pivot_root, 0, 0, 0, 0, 0},
    {"chroot", SYS_chroot, 0, 0, 0, 0, 0},
    {"open_tree", SYS_open_tree, -1, 0, 0, 0, 0},
    {"move_mount", SYS_move_mount, -1, 0, -1, 0, 0},
    {"fsopen", SYS_fsopen, 0, 0, 0, 0, 0},
    {"fsconfig", SYS_fsconfig, -1, 0, 0, 0, 0},
    {"fsmount", SYS_fsmount, -1, 0, 0, 0, 0},
    {"fspick", SYS_fspick, -1, 0, 0, 0, 0},
    {"mount_setattr", SYS_mount_setattr, -1, 0, 0, 0, 0},
    {"open_by_handle_at", SYS_open_by_handle_at, -1, 0, 0, 0, 0},
    {"fanotify_init", SYS_fanotify_init, -1, 0, 0, 0, 0},
    {"ptrace", SYS_ptrace, -1, 0, 0, 0, 0},
    {"process_vm_readv", SYS_process_vm_readv, 0, 0, 0, 0, 0},
    {"process_vm_writev", SYS_process_vm_writev, 0, 0, 0, 0, 0},
    {"kcmp", SYS_kcmp, -1, -1, 0, 0, 0},
    {"pidfd_getfd", SYS_pidfd_getfd, -1, 0, 0, 0, 0},
    {"bpf", SYS_bpf, -1, 0, 0, 0, 0},
    {"perf_event_open", SYS_perf_event_open, 0, 0, 0, 0, 0},
    {"userfaultfd", SYS_userfaultfd, -1, 0, 0, 0, 0},
    {"io_uring_setup", SYS_io_uring_setup, 0, 0, 0, 0, 0},
    {"io_uring_enter", SYS_io_uring_enter, -1, 0, 0, 0, 0},
    {"io_uring_register", SYS_io_uring_register, -1, 0, 0, 0, 0},
    {"add_key", SYS_add_key, 0, 0, 0, 0, 0},
    {"request_key", SYS_request_key, 0, 0, 0, 0, 0},
    {"keyctl", SYS_keyctl, -1, 0, 0, 0, 0},
    {"init_module", SYS_init_module, 0, 0, 0, 0, 0},
    {"finit_module", SYS_finit_module, -1, 0, 0, 0, 0},
    {"delete_module", SYS_delete_module, 0, 0, 0, 0, 0},
    {"kexec_load", SYS_kexec_load, 0, 1000, 0, -1, 0},
    {"reboot", SYS_reboot, 0, 0, 0, 0, 0},
    {"swapon", SYS_swapon, 0, 0, 0, 0, 0},
    {"swapoff", SYS_swapoff, 0, 0, 0, 0, 0},
    {"acct", SYS_acct, 1, 0, 0, 0, 0},
    {"quotactl", SYS_quotactl, -1, 0, 0, 0, 0},
    {"quotactl_fd", SYS_quotactl_fd, -1, -1, 0, 0, 0},
    {"syslog", SYS_syslog, -1, 0, 0, 0, 0},
    {"vhangup", SYS_vhangup, 0, 0, 0, 0, 0},
    {"sethostname", SYS_sethostname, 0, -1, 0, 0, 0},
    {"setdomainname", SYS_setdomainname, 0, -1, 0, 0, 0},
    {"settimeofday", SYS_settimeofday, 0, 0, 0, 0, 0},
    {"adjtimex", SYS_adjtimex, 0, 0, 0, 0, 0},
    {"clock_settime", SYS_clock_settime, 0, 0, 0, 0, 0},
    {"clock_adjtime", SYS_clock_adjtime, 0, 0, 0, 0, 0},
    {"nfsservctl", SYS_nfsservctl, 0, 0, 0, 0, 0},
    {"lookup_dcookie", SYS_lookup_dcookie, 0, 0, 0, 0, 0},
#ifdef SYS_kexec_file_load
    {"kexec_file_load", SYS_kexec_file_load, -1, -1, 0, 0, -1},
#endif
#ifdef __x86_64__
    {"create_module", SYS_create_module, 0, 0, 0, 0, 0},
    {"iopl", SYS_iopl, 99, 0, 0, 0, 0},
    {"ioperm", SYS_ioperm, -1, -1, 1, 0, 0},
    {"modify_ldt", SYS_modify_ldt, 99, 0, 0, 0, 0},
    {"uselib", SYS_uselib, 0, 0, 0, 0, 0},
    {"x32", 0x40000000L | SYS_getpid, 0, 0, 0, 0, 0},
#endif
    {"allowed ioctl", SYS_ioctl, -1, FIONREAD, 0, 0, 0}, /* EBADF */
    {"allowed socket", SYS_socket, AF_UNIX, SOCK_SEQPACKET, 0, 0, 0},
    {"allowed socket-inet", SYS_socket, AF_INET, SOCK_STREAM, 0, 0, 0},
    {"allowed personality", SYS_personality, 0xffffffffL, 0, 0, 0, 0},
    {"allowed memfd_create", SYS_memfd_create, (long)"", 0, 0, 0, 0},
    {"allowed membarrier", SYS_membarrier, 0, 0, 0, 0, 0},
    {"allowed pidfd_open", SYS_pidfd_open, 1, 0, 0, 0, 0},
    {"allowed inotify_init1", SYS_inotify_init1, 0, 0, 0, 0, 0},
    {"allowed timerfd_create", SYS_timerfd_create, 1, 0, 0, 0, 0},
};

#ifdef __x86_64__
/* As a program for i386 makes them, which a 64-bit one can do, too. */
static const struct {
    const char *name;
    int number, a, b;
} i386_calls[] = {
    {"i386 mount", 21, 0, 0},
    {"i386 umount", 22, 0, 0},
    {"i386 ptrace", 26, -1, 0},
    {"i386 ioctl", 54, -1, TIOCSTI},
    {"i386 clone", 120, CLONE_NEWUSER_THREAD, 0},
    {"i386 keyctl", 288, -1, 0},
    {"i386 unshare", 310, 0, 0},
    {"i386 clone3", 435, 0, 0},
    {"allowed i386 getpid", 20, 0, 0},
};

static int i386_call(int number, int a, int b)
{
    int result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(0), "S"(0), "D"(0) : "memory", "cc");
    return result;
}
#endif

static void say(const char *name, int error)
{
    printf("%s: %d\n", name, error);
}

static void *nothing(void *argument)
{
    return argument;
}

int main(void)
{
    char *arguments[] = {"true", NULL};
    char *environment[] = {NULL};
    pthread_t thread;
    pid_t pid = fork();
    if (pid == 0) {
        setsid(); /* vhangup is of the session's terminal */
        for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
            long result = syscall(calls[i].number, calls[i].a, calls[i].b, calls[i].c, calls[i].d, calls[i].e, 0L);
            say(calls[i].name, result == -1 ? errno : 0);
        }
#ifdef __x86_64__
        for (size_t i = 0; i < sizeof i386_calls / sizeof *i386_calls; i++) {
            int result = i386_call(i386_calls[i].number, i386_calls[i].a, i386_calls[i].b);
            say(i386_calls[i].name, result < 0 ? -result : 0);
        }
#endif
        return 0;
    }
    waitpid(pid, NULL, 0);
    say("allowed fork", pid < 0 ? errno : 0);
    say("allowed pthread_create", pthread_create(&thread, NULL, nothing, NULL));
    say("allowed posix_spawn", posix_spawn(&pid, "/bin/true", NULL, NULL, arguments, environment));
    return 0;
}
