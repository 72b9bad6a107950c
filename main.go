// Command credclean logs out of cloud identities: it removes from this machine
// what Atmos left there for them.
package main

import (
	"os"

	"github.com/credclean/credclean/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:])) }
