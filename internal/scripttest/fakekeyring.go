//go:build linux

package scripttest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/credclean/credclean/internal/keyringtest"
)

// cmdFakeKeyring gives the script a system keyring that does what no real one does:
//
//	fakekeyring HABIT...
//
// A habit is a mode of keyringtest.Fake, honest, or one of
//
//	closed        its collection is locked and shows nothing, as KWallet's
//	leave         nobody answers its prompts
//	dismiss       somebody answers each with no
//	slow=TIME     before each answer
//	dies=CALLS    after so many
//	full=ITEMS    of other programs
//	marks=FILE    makes a file before each removal, and takes half a second for it
//
// Entries are then written with keyring set and keyring account.
func cmdFakeKeyring(ts *testscript.TestScript, habits []string) {
	var h keyringtest.Habits
	foreign := 0
	for _, habit := range habits {
		name, value, _ := strings.Cut(habit, "=")
		var err error
		switch name {
		case "honest":
		case "closed":
			h.State = keyringtest.Closed
		case "leave":
			h.Answer = keyringtest.Leave
		case "dismiss":
			h.Answer = keyringtest.Dismiss
		case "slow":
			h.Delay, err = time.ParseDuration(value)
		case "dies":
			h.DiesAfter, err = strconv.Atoi(value)
		case "full":
			foreign, err = strconv.Atoi(value)
		case "marks":
			h.Removing = func() {
				_ = os.WriteFile(value, nil, 0o600) // the script waits for it
				time.Sleep(time.Second / 2)
			}
		default:
			h.Mode = keyringtest.Mode(name)
		}
		ts.Check(err)
	}
	w := worldOf(ts)
	f, err := keyringtest.StartFake(w.work, h)
	ts.Check(err)
	ts.Defer(f.Close)
	for i := range foreign {
		f.Put("someone", fmt.Sprint("item-", i), fmt.Sprint("of another program ", i))
	}
	w.keyring = &systemKeyring{Bus: f.Bus, fake: f}
	ts.Setenv("DBUS_SESSION_BUS_ADDRESS", f.Address)
}
