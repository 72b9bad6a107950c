package elsewhere

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// visitAccounts looks at the accounts of az, which stand beside its
// subscriptions. Their tokens are in files that stay closed.
func visitAccounts(ctx context.Context, v *visit) {
	var doc struct {
		Subscriptions []struct {
			User struct{ Name, Type string }
		}
	}
	if err := decode(ctx, v.path, &doc); err != nil {
		v.failed(v.path, err)
		return
	}
	seen := make(map[string]bool)
	for _, s := range doc.Subscriptions {
		if name := strings.ToLower(s.User.Name); name != "" && !seen[name] {
			seen[name] = true
			f := Finding{Name: s.User.Name, State: ExpiryUnknown, Renewable: s.User.Type == "user"}
			v.add(v.path, v.ending(f, accountLogout, ""))
		}
	}
}

// visitGoogleAccounts takes the accounts of gcloud from the names of directories. The
// name of a service account stands for its key; that of a federated one is no account.
func visitGoogleAccounts(_ context.Context, v *visit) {
	for _, name := range v.names() {
		path := filepath.Join(v.path, name)
		info, err := os.Stat(path)
		if err != nil {
			v.failed(path, err)
			continue
		}
		if !info.IsDir() {
			continue
		}
		f := Finding{Name: name, State: ExpiryUnknown, Renewable: true}
		ends := gcloudRevoke
		switch {
		case !strings.Contains(name, "@"):
			ends = gcloudRevokeAll
		case strings.HasSuffix(name, ".gserviceaccount.com"):
			f.State, f.Renewable, ends = LongLived, false, gcloudRevokeKey
		}
		v.add(path, v.ending(f, ends, ""))
	}
}

// visitADC looks at the application default credentials. gcloud revokes neither
// the key of a service account nor what impersonates one.
func visitADC(ctx context.Context, v *visit) {
	var doc struct {
		Type         string
		ClientEmail  string `json:"client_email"`
		PrivateKeyID string `json:"private_key_id"`
	}
	if err := decode(ctx, v.path, &doc); err != nil {
		v.failed(v.path, err)
		return
	}
	f := Finding{Name: doc.Type, State: ExpiryUnknown}
	ends := adcRevoke
	switch doc.Type {
	case "":
		v.failed(v.path, errors.New("no type of credentials"))
		return
	case "authorized_user", "external_account_authorized_user":
		f.Renewable = true
	case "service_account":
		f.Name, f.State, ends = doc.ClientEmail, LongLived, deleteKey
	case "external_account": // says where a token comes from
	default: // impersonated_service_account, gdch_service_account
		ends = removeFile
	}
	v.add(v.path, v.ending(f, ends, doc.PrivateKeyID))
}
