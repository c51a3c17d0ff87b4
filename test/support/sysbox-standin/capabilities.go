package main

import (
	"os"
	"strconv"
	"strings"
)

// In the order of the kernel's numbers.
var capabilityNames = []string{
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID",
	"CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
	"CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE",
	"CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE",
	"CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG",
	"CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
}

// Under Sysbox this capability is held in the user namespace only, where it
// lifts none of the host's limits: a container that needs it must fail here too.
const withheldCapability = "CAP_SYS_RESOURCE"

func grantableCapabilities() ([]interface{}, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil, err
	}
	return capabilitiesIn(boundingSet(string(status))), nil
}

func boundingSet(status string) uint64 {
	for _, line := range strings.Split(status, "\n") {
		if strings.HasPrefix(line, "CapBnd:") {
			set, _ := strconv.ParseUint(strings.TrimSpace(line[len("CapBnd:"):]), 16, 64)
			return set
		}
	}
	return 0
}

func capabilitiesIn(set uint64) []interface{} {
	names := []interface{}{}
	for number, name := range capabilityNames {
		if set&(1<<uint(number)) != 0 && name != withheldCapability {
			names = append(names, name)
		}
	}
	return names
}
