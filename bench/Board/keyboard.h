/* A virtual keyboard, created through uinput. */
#ifndef KEYBOARD_H
#define KEYBOARD_H

void keyboard_open(void);
void keyboard_send(int key, int down);

#endif
