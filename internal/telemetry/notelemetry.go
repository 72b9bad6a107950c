//go:build notelemetry

package telemetry

import (
	"context"
	"log/slog"
)

// Send does nothing in this build.
func (Settings) Send(context.Context, Event, *slog.Logger) {}
