/* The measured processes: those that the probe has started, and all their descendants. */
#ifndef STACK_H
#define STACK_H

#define STACK_NAMES 32

/* Sums over the processes of one name. */
struct usage {
    char name[16];
    double cpu_ms; /* since the start of the processes */
    long pss_kb;
};

/* Starts a command with a user id (0 for root) and a root directory ("" for the current one). Returns the time just before its exec,
 * CLOCK_MONOTONIC in seconds. */
double stack_start(char **command, const char *root, int user);

/* Ends the processes, and returns when all of them have ended. */
void stack_end(void);

/* Sums CPU time, or with memory the memory (which takes longer), by process name. Processes named beside are included; the name "kernel"
 * is for the threads of the kernel. Returns the number of names. */
int stack_usage(struct usage *sums, const char *beside, int memory);

/* Returns CLOCK_MONOTONIC in seconds. */
double now(void);

#endif
