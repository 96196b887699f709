/* An app for deploy/push. The file "mode" beside the program says what it does:
 *   show RRGGBB    starts the program "client" beside it (tests/FbHost.Tests/raw_client.c), which draws once and reads its events
 *   freeze RRGGBB  the same, but the client reads no event
 *   later CODE     shows a picture, and ends with the code after 5 s
 *   exit CODE      ends at once
 *   crash          ends by SIGSEGV
 *   hang           draws nothing
 */
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char client[PATH_MAX];

static void show(const char *kind, const char *color)
{
    execl(client, client, kind, color, (char *)NULL);
    perror(client);
    exit(127);
}

int main(void)
{
    char self[PATH_MAX] = "", path[PATH_MAX + 8], word[32] = "", value[32] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        return 127;
    const char *folder = dirname(self);
    snprintf(client, sizeof client, "%s/client", folder);
    snprintf(path, sizeof path, "%s/mode", folder);
    FILE *mode = fopen(path, "r");
    if (!mode || fscanf(mode, "%31s %31s", word, value) < 1)
        return 126;
    printf("mode %s %s\n", word, value);
    fflush(stdout);
    if (!strcmp(word, "show"))
        show("color", value);
    if (!strcmp(word, "freeze"))
        show("deaf", value);
    if (!strcmp(word, "later")) {
        if (fork() == 0)
            show("color", "0000ff");
        sleep(5);
        printf("out of luck\n");
        return atoi(value);
    }
    if (!strcmp(word, "exit"))
        return atoi(value);
    if (!strcmp(word, "crash"))
        raise(SIGSEGV);
    for (;;)
        pause();
}
