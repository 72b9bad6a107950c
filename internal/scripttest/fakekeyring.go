//go:build linux

package scripttest

import (
	"fmt"
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
//
// Entries are then written with keyring set and keyring account.
func cmdFakeKeyring(ts *testscript.TestScript, habits []string) {
	w := worldOf(ts)
	f, err := keyringtest.StartFake(w.work)
	ts.Check(err)
	ts.Defer(f.Close)
	for _, habit := range habits {
		name, value, _ := strings.Cut(habit, "=")
		n, _ := strconv.Atoi(value) // 0 without one
		switch name {
		case "honest":
		case "closed":
			f.State = keyringtest.Closed
		case "leave":
			f.Answer = keyringtest.Leave
		case "dismiss":
			f.Answer = keyringtest.Dismiss
		case "slow":
			f.Delay, err = time.ParseDuration(value)
			ts.Check(err)
		case "dies":
			f.DiesAfter = n
		case "full":
			for i := range n {
				f.Put("someone", fmt.Sprint("item-", i), fmt.Sprint("of another program ", i))
			}
		default:
			f.Mode = keyringtest.Mode(name)
		}
	}
	w.keyring = &systemKeyring{Bus: f.Bus, fake: f}
	ts.Setenv("DBUS_SESSION_BUS_ADDRESS", f.Address)
}
