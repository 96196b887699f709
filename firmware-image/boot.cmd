# U-Boot's script on the boot partition: chooses the system to start (slot a or b), and uses up one of its tries. README.md describes it.
# U-Boot's environment gives devtype, devnum, fdt_addr and the addresses for the kernel and the initrd.
# The boot state has two copies of one sector. The valid copy with the higher counter holds.
setenv values 'mmm_gen mmm_order mmm_a_left mmm_b_left mmm_trial'
setenv at ${kernel_addr_r}
setenv read_sector '${devtype} read ${at} ${sector} 1 && env import -c ${at} 200 ${values}'
setenv read_state 'for value in ${values}; do setenv ${value}; done; setenv mmm_gen 0; run read_sector'
setenv write_state 'env export -c -s 200 ${at} ${values}; ${devtype} write ${at} ${older} 1; ${devtype} write ${at} ${newer} 1'
setenv gen_1 0
setenv gen_2 0
setenv sector 400
if run read_state; then setenv gen_1 ${mmm_gen}; fi
setenv sector 480
if run read_state; then setenv gen_2 ${mmm_gen}; fi
setenv newer 400
setenv older 480
if test ${gen_2} -gt ${gen_1}; then
    setenv newer 480
    setenv older 400
fi
setenv sector ${newer}
if run read_state && test -n "${mmm_order}"; then
    echo "boot state: order ${mmm_order}, tries left: a ${mmm_a_left}, b ${mmm_b_left}"
else
    echo "boot state: both copies are damaged"
    setenv mmm_gen 0
    setenv mmm_order 'a b'
    setenv mmm_a_left 3
    setenv mmm_b_left 3
    setenv mmm_trial
fi

part uuid ${devtype} ${devnum}:1 disk
setenv extra
if load ${devtype} ${devnum}:1 ${at} kernel.txt; then env import -t -r ${at} ${filesize} extra; fi

# If no slot has tries left, or none of those that have can be loaded, all are tried anyway.
for pass in counted anyway; do
    setenv first
    for slot in ${mmm_order}; do
        if test -z "${first}"; then setenv first ${slot}; fi
        setenv left ${mmm_a_left}
        setenv kernel 2
        if test ${slot} = b; then
            setenv left ${mmm_b_left}
            setenv kernel 3
        fi
        setenv chosen 0
        setenv fallback
        if test ${pass} = anyway; then
            setenv chosen 1
            setenv fallback mmm.fallback=both
        elif test "${left}" -gt 0; then
            setenv chosen 1
            if test ${slot} != ${first}; then setenv fallback mmm.fallback=1; fi
            setexpr mmm_${slot}_left ${left} - 1
            # The counter is decimal and setexpr calculates in hexadecimal: a digit that became "a" is carried to the next one.
            setexpr mmm_gen ${mmm_gen} + 1
            setenv zeros
            for place in 1 2 3 4 5 6 7; do
                setexpr digit ${mmm_gen} '&' f${zeros}
                if test ${digit} = a${zeros}; then setexpr mmm_gen ${mmm_gen} + 6${zeros}; fi
                setenv zeros ${zeros}0
            done
            run write_state
        fi
        if test ${chosen} = 1; then
            echo "starting system ${slot} ${fallback}"
            setenv bootargs
            setenv part "${devtype} ${devnum}:${kernel}"
            if load ${part} ${at} bootargs; then
                env import -t ${at} ${filesize} bootargs
                setenv bootargs "${bootargs} mmm.slot=${slot} mmm.disk=${disk} ${fallback} ${extra}"
                if load ${part} ${kernel_addr_r} vmlinuz && load ${part} ${ramdisk_addr_r} initrd.gz; then
                    booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdt_addr}
                fi
            fi
            echo "system ${slot} cannot be loaded"
        fi
    done
done
echo "Both systems on this device are damaged. Write the image to its card again. It is tried again in a minute."
sleep 60
reset
