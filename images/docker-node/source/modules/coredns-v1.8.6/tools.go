//go:build tools

// Package tools names the program of this module.
package tools

import _ "github.com/coredns/coredns"
