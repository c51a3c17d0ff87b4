package main

import (
	"fmt"
	"os"
)

// What a pod finds in its volumes and its environment, and leaves in the former.

func readFile(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fmt.Print(string(content))
	return nil
}

func writeFile(path, text string) error {
	return os.WriteFile(path, []byte(text), 0o644)
}

func printVariable(name string) error {
	value, found := os.LookupEnv(name)
	if !found {
		return fmt.Errorf("no variable %s", name)
	}
	fmt.Print(value)
	return nil
}
