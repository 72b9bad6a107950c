package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/credclean/credclean/internal/show"
	"github.com/credclean/credclean/store"
)

// A redactor writes what a report shows. With hide, it replaces every name, the
// same one by the same placeholder, so that the report can be shown to anybody.
//
// What it knows to be a name gets a placeholder that says what it is. The names in a broken
// configuration may not be known, so everything else is hidden, too, unless it is in a list: the
// words of the program's own sentences.
type redactor struct {
	hide  bool
	roots store.Roots
	known map[string]string // placeholders by name in lower case
	count map[string]int    // placeholders of a kind
	order []string          // of known: longer names first, once a sentence was shown

	patterns *patterns
}

// learn makes placeholders for names of a kind.
func (r *redactor) learn(kind string, names ...string) {
	for _, name := range names {
		low := strings.ToLower(name)
		if r.known[low] != "" || strings.TrimSpace(low) == "" {
			continue
		}
		if r.known == nil {
			r.known, r.count = make(map[string]string), make(map[string]int)
		}
		r.count[kind]++
		r.known[low] = fmt.Sprintf("%s-%d", kind, r.count[kind])
		r.order = append(r.order, low)
	}
}

// name shows a name of a kind.
func (r *redactor) name(kind, name string) string {
	if !r.hide {
		return show.Clean(name)
	}
	r.learn(kind, name)
	return r.known[strings.ToLower(name)]
}

// path shows a path.
func (r *redactor) path(path string) string {
	if r.roots[store.Home] != "" {
		path = r.roots.Show(path)
	}
	if !r.hide {
		return show.Clean(path)
	}
	parts := strings.FieldsFunc(path, isSeparator)
	for i, part := range parts {
		parts[i] = r.part(part)
	}
	shown := strings.Join(parts, "/")
	if path != "" && isSeparator(rune(path[0])) {
		shown = "/" + shown
	}
	return shown
}

func isSeparator(r rune) bool { return r == '/' || r == '\\' }

// part shows one part of a path.
func (r *redactor) part(part string) string {
	if placeholder := r.known[strings.ToLower(part)]; placeholder != "" {
		return placeholder
	}
	if slices.Contains(strings.Fields(plainParts), part) || r.match().placeholders.MatchString(part) {
		return part
	}
	return r.name("path", part)
}

// text shows a sentence.
func (r *redactor) text(s string) string {
	if !r.hide {
		return show.Clean(s)
	}
	if home := r.roots[store.Home]; len(home) > 1 {
		s = strings.ReplaceAll(s, home, "~")
	}
	slices.SortStableFunc(r.order, func(a, b string) int { return len(b) - len(a) })
	for _, name := range r.order {
		s = replaceWord(s, name, r.known[name])
	}
	// Quoted text is never our own words.
	s = r.match().quoted.ReplaceAllStringFunc(s, func(in string) string {
		if r.match().placeholders.MatchString(strings.Trim(in, `"`)) {
			return in
		}
		return `"…"`
	})
	words := strings.Fields(s)
	for i, word := range words {
		words[i] = r.word(word)
	}
	return strings.Join(words, " ")
}

// word shows what stands between two spaces of a sentence.
func (r *redactor) word(word string) string {
	if core := strings.TrimRight(word, `"'(),;:.`); strings.Contains(core, "://") {
		return "<url>" + word[len(core):]
	}
	if core := strings.Trim(word, `"'(),;:`); strings.ContainsFunc(core, isSeparator) {
		before, after, _ := strings.Cut(word, core)
		path, position := core, r.match().positions.FindString(core)
		path = strings.TrimSuffix(path, position)
		return before + r.path(path) + position + after
	}
	word = r.match().pieces.ReplaceAllStringFunc(word, func(piece string) string {
		if r.match().placeholders.MatchString(piece) || slices.Contains(strings.Fields(plainWords), strings.ToLower(piece)) || r.match().number.MatchString(piece) {
			return piece
		}
		return "…"
	})
	return r.match().hidden.ReplaceAllString(word, "…")
}

// patterns are what the parts of a sentence are told by.
type patterns struct {
	quoted, positions, pieces, number, hidden *regexp.Regexp

	placeholders *regexp.Regexp // those that stand for names and parts of paths
}

// match returns the patterns. They are compiled when they are first needed.
func (r *redactor) match() *patterns {
	if r.patterns == nil {
		r.patterns = &patterns{
			quoted:       regexp.MustCompile(`"(\\.|[^"\\])*"`),
			positions:    regexp.MustCompile(`(:[0-9]+)*$`),
			pieces:       regexp.MustCompile(`[^.:,;()\[\]{}"'=!?<>%|]+`),
			number:       regexp.MustCompile(`^[0-9]{1,4}$`),
			hidden:       regexp.MustCompile(`…(\W*…)+`),
			placeholders: regexp.MustCompile(`^(identity|provider|integration|name|realm|profile|user|url|path)-[0-9]+$`),
		}
	}
	return r.patterns
}

// replaceWord replaces name, which is in lower case, whatever its case is, where it is not a part of a longer word.
func replaceWord(s, name, by string) string {
	if !strings.Contains(strings.ToLower(s), name) {
		return s // there may be 100,000 names
	}
	within := func(b byte) bool {
		return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '-' || b == '_' || b >= 0x80
	}
	var b strings.Builder
	last := 0
	for _, at := range regexp.MustCompile("(?i)"+regexp.QuoteMeta(name)).FindAllStringIndex(s, -1) {
		from, to := at[0], at[1]
		if from > 0 && within(s[from-1]) || to < len(s) && within(s[to]) {
			continue
		}
		b.WriteString(s[last:from] + by)
		last = to
	}
	return b.String() + s[last:]
}

// plainParts are the parts of paths that are the same for everybody.
const plainParts = `~ . .. .atmos .atmos.d atmos.d .atmos.yaml .atmos.yml .atmos.json atmos atmos.yaml atmos.yml atmos.json
atmos.toml profiles kube usr local etc tmp var run user bus home Users .config .local share .cache Library AppData Local
Roaming keyring keyrings kwalletd .aws saml2aws .azure .docker config.json aws azure gcp adc emulator auth credentials config
credentials.lock config.lock aws-user aws-sso sessions token.json`

// plainWords are the words of the program's own sentences, and of what yaml.v3 and
// the operating system say of a file.
const plainWords = `→ a above absolute accept again alias aliases all allowed already an anchor and another answer answered any are as
asked at atmos atmos.yaml auth bad be been before begins behind below belongs between block broken but by called cannot
case character characters collection column comma config configuration connection contains content control could credential
credentials cycle d-bus daemon declared declares deeper default denied depth descriptor device did digit directive directories
directory disabled document does duplicate each else empty end entries entry error escape evaluated every exceeded exec
exists exit expected expecting false fetched file files find fix flow followed for form found from function git given has
have here hexadecimal home identities identity if import imports in include incorrect indentation input integrations
interrupted invalid io is it item itself json keep keeps kept key keychain keyring keys kind kubeconfig larger leading left
less level levels like line links list locked lock log login logs long longer looked many map mapping may mean merge merges
mib missing more must name named names nested never next no node none not nothing null number object of off on one only open
operation opens or other out output own parameter parser parsing part path permission permitted pipe plain profile profiles
program project provider providers queries quoted range read realm realms refused region registry account_id run regular relative remote removed repeated replaced
repository reset root same scalar see sequence service session set several simple socket something space spec start_url stands
start state stat still stored stream string strings such symbolic system tab tag takes text than that the them then there this time
timeout to together token too touched twice type under unexpected unknown unlock until unusable url usable used user value
values variable version via waits want was were what where which while with within without would write written yaml
via.provider base_path open_session connect connection dial unix aws belong leads link outside place tell yourself`
