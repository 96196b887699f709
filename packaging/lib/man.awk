# Makes a man page (troff) from the help of a program, as OptionTable writes it. A second file has the sections that follow.
# Variables: program, version, date.
function escaped(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    gsub(/'/, "\\(aq", text)
    sub(/^\./, "\\\\\\&.", text)
    return text
}
function entry(line, name, rest) {
    match(line, /[^ ]  +[^ ]/)
    if (RSTART) {
        name = substr(line, 1, RSTART)
        rest = substr(line, RSTART + RLENGTH - 1)
    } else {
        name = line
        rest = ""
    }
    printf ".TP\n.B %s\n", escaped(name)
    if (rest != "")
        print escaped(rest)
}
NR != FNR { print; next }
FNR == 1 {
    about = $0
    first = about
    sub(/\. .*/, "", first)
    sub(/\.$/, "", first)
    printf ".TH %s 1 %s \"mmm %s\" \"User Commands\"\n", toupper(program), date, version
    printf ".SH NAME\n%s \\- %s\n", escaped(program), escaped(tolower(substr(first, 1, 1)) substr(first, 2))
    next
}
/^Usage: / {
    sub(/^Usage: /, "")
    printf ".SH SYNOPSIS\n.B %s\n.SH DESCRIPTION\n%s\n", escaped($0), escaped(about)
    next
}
/^[A-Z][a-z]*:$/ { sub(/:$/, ""); printf ".SH %s\n", toupper($0); next }
/^  [^ ]/ { entry(substr($0, 3)); next }
/^   / { sub(/^ */, ""); print escaped($0) }
