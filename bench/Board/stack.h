/* The processes that are measured: those that the probe has started, with all that these started. */
#ifndef STACK_H
#define STACK_H

#define STACK_NAMES 32

/* What the processes of one name add up to. */
struct usage {
    char name[16];
    double cpu_ms; /* so far */
    long pss_kb;
};

/* Starts a command, as another user (0: root) below another root ("": this one); the time just before its exec, CLOCK_MONOTONIC in seconds. */
double stack_start(char **command, const char *root, int user);

/* Ends all of it, and returns when nothing of it is left. */
void stack_end(void);

/* Sums CPU time, or memory (which takes long), over the processes by name, those named beside among them; "kernel" is the kernel's
 * threads. How many names. */
int stack_usage(struct usage *sums, const char *beside, int memory);

double now(void);

#endif
