#!/bin/sh
# Turns the lamp of another example off when a program says that it is night, by mmmctl: the message "night" of any client
# makes it send a touch to the client "lamp". Start it beside a host: MMM_PATH=DIR ./night.sh
set -eu
mmmctl watch | while read -r line; do
    case $line in
        *'"message":"night"'*) mmmctl event lamp 'mouse-press 1 1' ;;
    esac
done
