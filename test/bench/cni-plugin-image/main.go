// cp -f FROM TO, for an image that has nothing else: what an init container of flannel's does.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 4 || os.Args[1] != "-f" {
		fail("usage: cp -f FROM TO")
	}
	content, err := os.ReadFile(os.Args[2])
	if err == nil {
		_ = os.Remove(os.Args[3])
		err = os.WriteFile(os.Args[3], content, 0o755)
	}
	if err != nil {
		fail(err.Error())
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
