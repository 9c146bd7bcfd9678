//go:build !(go1.27 && jwx4)

package main

// newer are the peers that only Go 1.27 can build.
var newer []library
