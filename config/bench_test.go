package config_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credclean/credclean/config"
)

// manyIdentities is an atmos.yaml with n identities.
func manyIdentities(n int) string {
	var b strings.Builder
	b.WriteString("auth:\n  providers:\n    corp: {kind: aws/iam-identity-center, region: us-east-1, start_url: https://corp.example/start}\n  identities:\n")
	for i := range n {
		fmt.Fprintf(&b, `    team-%d-admin:
      kind: aws/permission-set
      via:
        provider: corp
      principal:
        name: AdministratorAccess
        account:
          name: team-%d
`, i, i)
	}
	return b.String()
}

func BenchmarkLoad(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("identities=%d", n), func(b *testing.B) {
			dir := b.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "atmos.yaml"), []byte(manyIdentities(n)), 0o600); err != nil {
				b.Fatal(err)
			}
			sys := config.System{WorkDir: dir, LookupEnv: func(string) (string, bool) { return "", false }}
			for b.Loop() {
				c, err := config.Load(sys, config.Options{})
				if err != nil {
					b.Fatal(err)
				}
				if len(c.Auth.Identities) != n {
					b.Fatalf("%d identities, want %d", len(c.Auth.Identities), n)
				}
			}
		})
	}
}
