package cli

import (
	"fmt"
	"os"
	"strings"
)

// parentName is the name of the program that started this one; empty if the system does not tell.
func parentName() string {
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", os.Getppid()))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(name))
}
