//go:build linux

package programtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// edit changes a file as Atmos does: under the lock, in place.
func (s scene) edit(t *testing.T, name string, change func(string) string) {
	t.Helper()
	name = filepath.Join(s.home, name)
	l := flock.New(name + ".lock")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if ok, err := l.TryLockContext(ctx, time.Millisecond); !ok || err != nil {
		t.Errorf("no lock: %v", err)
		return
	}
	defer func() { _ = l.Close() }()
	text, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, []byte(change(string(text))), 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}

// A lock that is given back in time is waited for. (One that is not: locked_file.txtar.)
func TestLockGivenBack(t *testing.T) {
	s := newScene(t)
	l := flock.New(filepath.Join(s.home, sharedDir, "credentials.lock"))
	if ok, err := l.TryLock(); !ok || err != nil {
		t.Fatal("no lock: ", err)
	}
	time.AfterFunc(time.Second, func() { _ = l.Close() })
	start := time.Now()
	if code, out := s.run(t, logoutLine...); code != exitDone {
		t.Errorf("exit code %d: %s", code, out)
	}
	if wait := time.Since(start); wait < time.Second {
		t.Errorf("it took %v: the lock was not waited for", wait)
	}
	s.finish(t)
}

// Two logouts at once both end well: what one finds gone the other has removed.
func TestTwoLogouts(t *testing.T) {
	for range 5 {
		s := newScene(t)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if code, out := s.run(t, logoutLine...); code != exitDone {
					t.Errorf("exit code %d: %s", code, out)
				}
			})
		}
		both.Wait()
		s.finish(t)
	}
}

// Somebody logs in and out all the time while others log out: nobody loses
// what is not theirs to lose, and nobody waits for ever.
func TestLogoutDuringLogins(t *testing.T) {
	s := newScene(t)
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for _, name := range []string{"prod-admin", "other-stack"} {
		writers.Go(func() {
			for n := 0; ; n++ {
				login := fmt.Sprintf("[%s]\naws_access_key_id     = ASIA%d\n\n", name, n)
				s.edit(t, sharedDir+"credentials", func(text string) string {
					for _, dev := range []string{"dev-admin", name} { // a session is written over
						text = cut(text, dev)
					}
					return text + login + credentialsOf("dev-admin")
				})
				select {
				case <-stop:
					s.edit(t, sharedDir+"credentials", func(text string) string {
						if !strings.Contains(text, login) {
							t.Errorf("the last login of %s is lost: %q", name, text)
						}
						return text
					})
					return
				case <-time.After(time.Millisecond):
				}
				s.edit(t, sharedDir+"credentials", func(text string) string {
					if !strings.Contains(text, login) {
						t.Errorf("a login of %s is lost: %q", name, text)
					}
					return text
				})
			}
		})
	}
	for range 10 {
		switch code, out := s.run(t, "credclean", "logout", "dev-admin"); {
		case code == exitDone:
		case code == exitLeft && strings.Contains(out, "still there after the removal"): // logged in again meanwhile
		default:
			t.Errorf("exit code %d: %s", code, out)
		}
	}
	close(stop)
	writers.Wait()
}

// cut removes a section.
func cut(text, name string) string {
	head, tail, ok := strings.Cut(text, "["+name+"]\n")
	if !ok {
		return text
	}
	head = strings.TrimSuffix(head, "; atmos: expiration=2030-01-01T00:00:00Z\n")
	_, rest, _ := strings.Cut(tail, "\n\n")
	return head + rest
}
