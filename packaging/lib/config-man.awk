# Makes the man page of the configuration file from the section "File" of docs/configuration.md and the sections that follow it.
# Variables: version, date.
function plain(text) {
    gsub(/\\\|/, "|", text)
    while (match(text, /\[[^][]*\]\([^()]*\)/)) {
        link = substr(text, RSTART + 1, RLENGTH - 1)
        sub(/\].*/, "", link)
        text = substr(text, 1, RSTART - 1) link substr(text, RSTART + RLENGTH)
    }
    gsub(/\\/, "\\e", text)
    gsub(/`/, "", text)
    gsub(/\*\*/, "", text)
    gsub(/-/, "\\-", text)
    gsub(/'/, "\\(aq", text)
    sub(/^\./, "\\\\\\&.", text)
    return text
}
BEGIN {
    printf ".TH APPLIANCE.JSON 5 %s \"mmm %s\" \"File Formats\"\n", date, version
    print ".SH NAME\nappliance.json \\- configuration of the host mmm"
}
/^## / {
    started = started || $0 == "## File"
    if (started) {
        title = substr($0, 4)
        print ".SH " plain(toupper(title == "File" ? "Description" : title))
    }
    next
}
!started { next }
/^### / { print ".SS " plain(substr($0, 5)); next }
/^```/ { print code ? ".fi" : ".PP\n.nf"; code = !code; next }
code { print plain($0); next }
/^\|[-| ]*\|?$/ { next }
/^\| *key/ { next }
/^\|/ {
    line = $0
    gsub(/\\\|/, "\001", line)
    count = split(line, cells, "|")
    gsub(/\001/, "|", cells[2])
    gsub(/\001/, "|", cells[3])
    sub(/^ +/, "", cells[2]); sub(/ +$/, "", cells[2])
    sub(/^ +/, "", cells[3]); sub(/ +$/, "", cells[3])
    printf ".TP\n.B %s\n%s\n", plain(cells[2]), plain(cells[3])
    next
}
/^$/ { print ".PP"; next }
/^- / { printf ".IP \\(bu 2\n%s\n", plain(substr($0, 3)); next }
{ sub(/^ +/, ""); print plain($0) }
END { print ".SH SEE ALSO\n.BR mmm (1),\n.BR mmmctl (1)" }
