package main
import "github.com/urfave/cli/v2"
func (p *process) doctorCommand(onUsageError cli.OnUsageErrorFunc) *cli.Command { return &cli.Command{Name: "doctor"} }
