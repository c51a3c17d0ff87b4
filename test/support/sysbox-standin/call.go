package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// runtimeCall is what matters of one command line of an OCI runtime.
type runtimeCall struct {
	root, logFile       string
	command, id         string
	bundle, processFile string
}

var globalFlagsWithValue = map[string]bool{
	"root": true, "log": true, "log-format": true, "criu": true, "rootless": true,
}

// parseCall never fails: what it does not understand is runc's to refuse.
func parseCall(args []string) runtimeCall {
	call := runtimeCall{root: "/run/runc", bundle: "."}
	at := 0
	for ; at < len(args) && strings.HasPrefix(args[at], "-"); at++ {
		name, value, inline := splitFlag(args[at])
		if !inline && globalFlagsWithValue[name] && at+1 < len(args) {
			at++
			value = args[at]
		}
		switch name {
		case "root":
			call.root = value
		case "log":
			call.logFile = value
		}
	}
	if at < len(args) {
		call.command = args[at]
		call.parseOperands(args[at+1:])
	}
	return call
}

func (call *runtimeCall) parseOperands(args []string) {
	for at := 0; at < len(args); at++ {
		if !strings.HasPrefix(args[at], "-") {
			continue
		}
		name, value, inline := splitFlag(args[at])
		if !inline && at+1 < len(args) {
			value = args[at+1]
		}
		switch {
		case call.command == "create" && (name == "bundle" || name == "b"):
			call.bundle = value
		case call.command == "exec" && (name == "process" || name == "p"):
			call.processFile = value
		}
	}
	// Of `create`, `delete` and `pause`, the only ones whose id is asked for, it is the last word.
	if len(args) > 0 {
		call.id = args[len(args)-1]
	}
}

func splitFlag(arg string) (name, value string, inline bool) {
	return strings.Cut(strings.TrimLeft(arg, "-"), "=")
}

// containerd shows its user the last error found in the runtime's log file.
func reportError(logFile string, failure error) {
	fmt.Fprintln(os.Stderr, failure)
	if logFile == "" {
		return
	}
	line, err := json.Marshal(map[string]string{
		"level": "error", "msg": failure.Error(), "time": time.Now().Format(time.RFC3339),
	})
	if err != nil {
		return
	}
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	defer log.Close()
	log.Write(append(line, '\n'))
}
