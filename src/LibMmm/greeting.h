// How a client finds the bell of its directory.
#ifndef GREETING_H
#define GREETING_H

#include <stdbool.h>

#include "names.h"

struct Mmm;

// Connects to .host and sends the hello. Returns the socket, or -1 if no host listens.
int greeting_send(const struct Mmm *mmm);

// A watch of the directory that tells when a host starts; -1 if there is none left.
int greeting_watch(const struct Mmm *mmm);

// Reads the watch. Returns true if .host has appeared.
bool greeting_host_appeared(int watch);

#endif
