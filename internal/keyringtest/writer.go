//go:build unix

package keyringtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/credclean/credclean/internal/early"
)

// Account is the account that Atmos writes credentials under.
const Account = "atmos-auth"

// variable is set for the process that writes.
const variable = "CREDCLEAN_KEYRINGTEST"

// An Entry is one entry of a system keyring. An empty Account is [Account].
type Entry struct{ Account, Key, Secret string }

// An order is what the process that writes has to do.
type order struct {
	Do      string // set, get or delete
	Entries []Entry
}

// Main has to be called first in TestMain of a package that uses a [Bus]. In the
// processes that a Bus starts it does what they are for and ends them; else it
// does nothing.
//
// They are there because zalando/go-keyring keeps one connection per process
// and takes the address of the bus from the environment.
func Main() {
	if os.Getenv(variable) == "" {
		return
	}
	early.Restore()
	//nolint:forbidigo // this process has no other main
	if err := obey(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0) //nolint:forbidigo // as above
}

func obey(in io.Reader, out io.Writer) error {
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return err
	}
	for _, e := range o.Entries {
		if e.Account == "" {
			e.Account = Account
		}
		var err error
		switch o.Do {
		case "set":
			err = keyring.Set(e.Key, e.Account, e.Secret)
		case "get":
			var secret string
			if secret, err = keyring.Get(e.Key, e.Account); err == nil {
				_, err = io.WriteString(out, secret)
			}
		case "delete":
			err = keyring.Delete(e.Key, e.Account)
		}
		if err != nil {
			return fmt.Errorf("%s %q of %s: %w", o.Do, e.Key, e.Account, err)
		}
	}
	return nil
}

// write has another process obey an order on the bus, and returns what it printed.
func (b *Bus) write(o order) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	in, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, self)
	// A race-enabled process would otherwise sleep for a second before it ends.
	cmd.Env = append(b.environ(), variable+"=1", "GORACE=atexit_sleep_ms=0")
	var out, errOut bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &errOut
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("keyringtest: %w: %s", err, errOut.String())
	}
	return out.String(), nil
}

// Set writes an entry with zalando/go-keyring, as Atmos does.
func (b *Bus) Set(key, secret string) error { return b.SetAll(Entry{Key: key, Secret: secret}) }

// SetAll writes several entries, one after the other.
func (b *Bus) SetAll(entries ...Entry) error {
	_, err := b.write(order{"set", entries})
	return err
}

// Get reads an entry with zalando/go-keyring.
func (b *Bus) Get(key string) (secret string, err error) {
	return b.write(order{"get", []Entry{{Key: key}}})
}

// Delete removes an entry with zalando/go-keyring.
func (b *Bus) Delete(key string) error {
	_, err := b.write(order{"delete", []Entry{{Key: key}}})
	return err
}
