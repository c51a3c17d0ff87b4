// probe is the one program of the pods that the e2e tests run: an HTTP server that says who it is,
// and the client side of it for `kubectl exec`.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const patience = 10 * time.Second

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	switch {
	case len(arguments) == 2 && arguments[0] == "serve":
		return serve(arguments[1])
	case len(arguments) == 2 && arguments[0] == "fetch":
		return fetch(arguments[1])
	case len(arguments) == 2 && arguments[0] == "resolve":
		return resolve(arguments[1])
	case len(arguments) == 1 && arguments[0] == "hostname":
		return printHostname()
	case len(arguments) == 2 && arguments[0] == "read":
		return readFile(arguments[1])
	case len(arguments) == 3 && arguments[0] == "write":
		return writeFile(arguments[1], arguments[2])
	case len(arguments) == 2 && arguments[0] == "variable":
		return printVariable(arguments[1])
	}
	return fmt.Errorf("probe serve ADDRESS | fetch URL | resolve NAME | hostname | read PATH | write PATH TEXT | variable NAME")
}

// serve answers GET /hostname with the pod's name, GET /greeting with what the pod was given to say, and writes each request's path and query to stdout,
// where `kubectl logs` finds it.
func serve(address string) error {
	http.HandleFunc("/hostname", func(response http.ResponseWriter, request *http.Request) {
		fmt.Printf("%s %s\n", request.Method, request.URL.RequestURI())
		name, err := os.Hostname()
		if err != nil {
			http.Error(response, err.Error(), http.StatusInternalServerError)
			return
		}
		// One request a connection: kube-proxy chooses a pod for each anew.
		response.Header().Set("Connection", "close")
		fmt.Fprint(response, name)
	})
	http.HandleFunc("/greeting", func(response http.ResponseWriter, request *http.Request) {
		response.Header().Set("Connection", "close")
		fmt.Fprint(response, os.Getenv("GREETING"))
	})
	return http.ListenAndServe(address, nil)
}

func fetch(url string) error {
	client := http.Client{Timeout: patience}
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", response.Status, body)
	}
	fmt.Print(string(body))
	return nil
}

func resolve(name string) error {
	limited, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupHost(limited, name)
	if err != nil {
		return err
	}
	fmt.Print(strings.Join(addresses, "\n"))
	return nil
}

func printHostname() error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	fmt.Print(name)
	return nil
}
