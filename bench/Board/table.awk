# Makes the table of bench/board from lines "STACK WHAT [NAME] NUMBER", which must be sorted by text and then by number.
# -v stacks="STACK ..." gives the order of the rows.

function add(key, value) {
    values[key, ++counts[key]] = value
}

function quantile(key, part,    n) {
    n = int(counts[key] * part + 0.5)
    return values[key, n < 1 ? 1 : n]
}

function median(key, format) {
    return counts[key] ? sprintf(format, quantile(key, 0.5)) : "-"
}

function latency(key) {
    return counts[key] ? sprintf("%.1f (%.1f, %.1f)", quantile(key, 0.5), quantile(key, 0.95), quantile(key, 0.99)) : "-"
}

# The part of a stack to which a process belongs: "app", "kernel", or "host" for the host or compositor.
function part(name) {
    return name ~ /^(client|Clock|floor)/ ? "app" : name == "kernel" ? name : "host"
}

NF == 3 { add($1 " " $2, $3) }
$2 == "lost" { lost[$1] += $3 }
NF == 4 {
    key = $1 " " $2 " " part($3)
    sum[key] += $4
    total[$1 " " $2] += $4
    if (++times[$1 " " $2 " " $3] > boots_of[$1 " " $2])
        boots_of[$1 " " $2] = times[$1 " " $2 " " $3]
}

END {
    print "| stack | key to plane, ms | key to flush, ms | flushes a key | exec to first pixel, ms: warm; cold | PSS, MB: host + app | shown fps | flushes a frame | CPU ms a frame: host, app, kernel | keys |"
    print "|---|---|---|---|---|---|---|---|---|---|"
    n = split(stacks, order, " ")
    for (i = 1; i <= n; i++) {
        s = order[i]
        boots = boots_of[s " pss"]
        pss = boots ? sprintf("%.1f: %.1f + %.1f", total[s " pss"] / boots, sum[s " pss host"] / boots, sum[s " pss app"] / boots) : "-"
        runs = counts[s " fps"]
        cpu = runs ? sprintf("%.2f, %.2f, %.2f", sum[s " cpu host"] / runs, sum[s " cpu app"] / runs, sum[s " cpu kernel"] / runs) : "-"
        printf "| %s | %s | %s | %s | %s (%s, %s); %s | %s | %s | %s | %s | %d%s |\n", s, latency(s " plane"), latency(s " flush"),
            median(s " flushes-a-key", "%.2f"), median(s " start", "%.0f"), counts[s " start"] ? sprintf("%.0f", quantile(s " start", 0.95)) : "-",
            counts[s " start"] ? sprintf("%.0f", quantile(s " start", 0.99)) : "-", median(s " cold", "%.0f"), pss,
            median(s " fps", "%.1f"), median(s " flushes-a-frame", "%.2f"), cpu, counts[s " plane"], lost[s] ? " and " lost[s] " unseen" : ""
        if (!counts[s " start"] || (s !~ /^(clock|app-)/ && (!counts[s " plane"] || !runs)))
            missing = missing " " s
    }
    if (missing != "") {
        print "bench/board: no complete measurement of" missing > "/dev/stderr"
        exit 1
    }
}
