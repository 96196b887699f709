# Makes the bash completion of the programs from their help, which is written from their tables of options. Each file is PROGRAM.help.
FNR == 1 {
    program = FILENAME
    sub(/\.help$/, "", program)
    programs[++count] = program
    section = ""
}
/^[A-Z][a-z]*:$/ { section = $0; next }
/^  [^ ]/ && section == "Commands:" { commands[program] = commands[program] " " $1 }
/^  [^ ]/ && section == "Options:" { options[program] = options[program] " " $1 }
END {
    print "# bash completion for mmm, made from the tables of options"
    print "_mmm() {"
    print "    local word=${COMP_WORDS[COMP_CWORD]} options commands=''"
    print "    case ${COMP_WORDS[0]##*/} in"
    for (i = 1; i <= count; i++) {
        p = programs[i]
        printf "        %s) options='%s' commands='%s' ;;\n", p, substr(options[p], 2), substr(commands[p], 2)
    }
    print "    esac"
    print "    if [[ $word == -* ]]; then"
    print "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")"
    print "    elif [[ -n $commands && $COMP_CWORD -eq 1 ]]; then"
    print "        mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$word\")"
    print "    fi"
    print "}"
    printf "complete -o default -F _mmm"
    for (i = 1; i <= count; i++)
        printf " %s", programs[i]
    print ""
}
