#!/bin/bash
# Compiles the programs of go.mod into the folder that is named. One build for all: they share most of their packages.
set -euo pipefail
cd "$(dirname "$0")"

# All of Traefik but the DNS services that it can ask for certificates through: they are half of it.
go -C lego mod download github.com/go-acme/lego/v4
mkdir lego-without-dns
cp --recursive --no-preserve=mode "$(go -C lego list -m -f '{{.Dir}}' github.com/go-acme/lego/v4)"/. lego-without-dns
rm -r lego-without-dns/providers/dns
cp -r no-dns-providers lego-without-dns/providers/dns

mkdir -p "$1"
CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags '-s -w' -o "$1/" tool
