package cli

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// signals are those that end a run before its time.
type signals struct {
	ctx    context.Context // done with the first one
	caught atomic.Int32
}

// catchSignals ends a context with the first signal that asks the program to end, and
// the process with the second. A terminal or a reader that goes away ends neither.
func catchSignals(parent context.Context) *signals {
	signal.Ignore(ignoredSignals()...)
	ctx, cancel := context.WithCancel(parent)
	s := &signals{ctx: ctx}
	arriving := make(chan os.Signal, 2)
	signal.Notify(arriving, endingSignals()...)
	go func() {
		first := <-arriving
		s.caught.Store(int32(first.(syscall.Signal)))
		cancel()
		os.Exit(exitSignal + int((<-arriving).(syscall.Signal)))
	}()
	return s
}

// settle forgets the signal: it ended what it was meant to end, and the exit code is what came of the run.
func (s *signals) settle() { s.caught.Store(0) }

// exitCode is that of the signal that was caught, or 0.
func (s *signals) exitCode() int {
	if n := s.caught.Load(); n != 0 {
		return exitSignal + int(n)
	}
	return 0
}
