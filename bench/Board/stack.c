#define _GNU_SOURCE
#include "stack.h"
#include "bench.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES 512
#define KTHREADD 2

struct process {
    int pid, parent, ours;
    char name[16];
};

static struct process processes[PROCESSES];
static int count;
static int child;

double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

double stack_start(char **command, const char *root, int user)
{
    static double *time; /* shared with the child, which writes it */
    if (!time)
        time = mmap(NULL, sizeof *time, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *time = 0;
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* orphaned processes of the stack become children of the probe */
    child = fork();
    if (child == 0) {
        setsid();
        int log = open("/tmp/stack.log", O_WRONLY | O_CREAT | O_APPEND, 0666), null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        dup2(log, 1);
        dup2(log, 2);
        if ((*root && (chroot(root) != 0 || chdir("/") != 0)) || (user && (setgid(user) != 0 || setuid(user) != 0)))
            perror(root), _exit(126);
        *time = now();
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    while (*(volatile double *)time == 0 && waitpid(child, NULL, WNOHANG) == 0)
        usleep(100);
    return *time;
}

static void look(void)
{
    DIR *directory = opendir("/proc");
    count = 0;
    for (struct dirent *entry; (entry = readdir(directory)) && count < PROCESSES;) {
        struct process *p = &processes[count];
        char path[64], line[256] = "";
        p->pid = atoi(entry->d_name);
        if (p->pid <= 0)
            continue;
        snprintf(path, sizeof path, "/proc/%d/stat", p->pid);
        FILE *file = fopen(path, "r");
        if (!file)
            continue;
        char *read = fgets(line, sizeof line, file), *open = strchr(line, '('), *close = strrchr(line, ')');
        fclose(file);
        if (!read || !open || !close)
            continue;
        snprintf(p->name, sizeof p->name, "%.*s", (int)(close - open - 1), open + 1);
        for (char *c = p->name; (c = strchr(c, ' '));)
            *c = '_';
        p->parent = atoi(close + 4); /* ") S 1" */
        p->ours = p->parent == getpid();
        count++;
    }
    closedir(directory);
    for (int found = 1; found;) {
        found = 0;
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count && !processes[i].ours; j++) {
                if (processes[j].ours && processes[j].pid == processes[i].parent)
                    found = processes[i].ours = 1;
            }
        }
    }
}

void stack_end(void)
{
    double start = now();
    kill(child, SIGTERM);
    for (;;) {
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        look();
        int left = 0;
        for (int i = 0; i < count; i++) {
            if (!processes[i].ours)
                continue;
            left++;
            if (now() > start + 3)
                kill(processes[i].pid, now() > start + 6 ? SIGKILL : SIGTERM);
        }
        if (left == 0)
            return;
        usleep(20000);
    }
}

static double cpu_ms(int pid)
{
    char path[300];
    double sum = 0;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks && (task = readdir(tasks));) {
        unsigned long long ns = 0;
        if (task->d_name[0] == '.')
            continue; /* "..", the directory of the process, would count the time of the first thread twice */
        snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, task->d_name);
        FILE *file = fopen(path, "r");
        if (file && fscanf(file, "%llu", &ns) == 1)
            sum += ns / 1e6;
        if (file)
            fclose(file);
    }
    if (tasks)
        closedir(tasks);
    return sum;
}

static long pss_kb(int pid)
{
    char path[64], line[256];
    long pss = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file) && sscanf(line, "Pss: %ld", &pss) != 1)
        ;
    if (file)
        fclose(file);
    return pss;
}

int stack_usage(struct usage *sums, const char *beside, int memory)
{
    int names = 0;
    look();
    for (int i = 0; i < count; i++) {
        struct process *p = &processes[i];
        int kernel = p->pid == KTHREADD || p->parent == KTHREADD, n = 0;
        const char *name = kernel ? "kernel" : p->name;
        if (!p->ours && !kernel && strcmp(name, beside) != 0)
            continue;
        while (n < names && strcmp(sums[n].name, name) != 0)
            n++;
        if (n == STACK_NAMES)
            continue;
        if (n == names) {
            sums[names] = (struct usage){ 0 };
            strcpy(sums[names++].name, name);
        }
        if (!memory)
            sums[n].cpu_ms += cpu_ms(p->pid);
        else if (!kernel)
            sums[n].pss_kb += pss_kb(p->pid);
    }
    return names;
}
