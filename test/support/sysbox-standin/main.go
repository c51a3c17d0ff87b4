// Command sysbox-runc stands in for Sysbox on machines where Sysbox cannot be
// installed: it gives a container what Sysbox would let it do, by editing what
// the real runc is about to read. There is no user namespace, so it isolates
// nothing: it is for tests only.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

func main() {
	call := parseCall(os.Args[1:])
	code, err := serve(call)
	if err != nil {
		reportError(call.logFile, err)
		os.Exit(1)
	}
	os.Exit(code)
}

func serve(call runtimeCall) (int, error) {
	runc, err := findRunc()
	if err != nil {
		return 1, err
	}
	switch call.command {
	case "create":
		if err := prepareCreate(call); err != nil {
			return 1, err
		}
	case "exec":
		if call.processFile != "" {
			if err := editJSONFile(call.processFile, grantProcess); err != nil {
				return 1, err
			}
		}
	case "pause":
		return pauseContainer(runc, call)
	case "delete":
		return deleteContainer(runc, call)
	}
	return 1, syscall.Exec(runc, append([]string{runc}, os.Args[1:]...), os.Environ())
}

func prepareCreate(call runtimeCall) error {
	collectGarbage(storeRoot())
	config := filepath.Join(call.bundle, "config.json")
	return editJSONFile(config, func(spec object) error {
		if err := refuseSharedNamespaces(spec); err != nil {
			return err
		}
		mounts, err := openStores(call, spec)
		if err != nil {
			return err
		}
		return grantContainer(spec, mounts)
	})
}

// `docker commit` pauses the container first. Sysbox takes that as the sign to
// bring the root filesystem up to date, so that the commit holds the stores.
func pauseContainer(runc string, call runtimeCall) (int, error) {
	code, err := runAsChild(runc)
	if err == nil && code == 0 {
		if record, known := readRecord(storeRoot(), call.id); known {
			copyStoresBack(record)
		}
	}
	return code, err
}

func deleteContainer(runc string, call runtimeCall) (int, error) {
	record, known := readRecord(storeRoot(), call.id)
	code, err := runAsChild(runc)
	if err != nil || !known || stillExists(call) {
		return code, err
	}
	closeStores(storeRoot(), record)
	return code, nil
}

func stillExists(call runtimeCall) bool {
	_, err := os.Stat(filepath.Join(call.root, call.id))
	return err == nil
}

func runAsChild(runc string) (int, error) {
	child := exec.Command(runc, os.Args[1:]...)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := child.Run()
	if failed, ok := err.(*exec.ExitError); ok {
		return failed.ExitCode(), nil
	}
	return 0, err
}

func findRunc() (string, error) {
	if named := os.Getenv("KINDBOX_STANDIN_RUNC"); named != "" {
		return named, nil
	}
	if found, err := exec.LookPath("runc"); err == nil {
		return found, nil
	}
	// A daemon started by hand may have handed down a PATH without the sbin folders.
	for _, path := range []string{"/usr/bin/runc", "/usr/sbin/runc", "/usr/local/bin/runc", "/usr/local/sbin/runc"} {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("sysbox stand-in: no runc in PATH")
}
