package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAnnouncementPage: every heading of the feature announcement is on the page
// that tells where it is met, or why it differs.
func TestAnnouncementPage(t *testing.T) {
	page, err := os.ReadFile("announcement.md")
	if err != nil {
		t.Fatal(err)
	}
	headings := []string{
		"Why This Matters", "What's New", "Basic Usage", "Interactive Mode", "Provider Logout", "Dry Run Mode",
		"How It Works", "Authentication Chain Resolution", "Comprehensive Cleanup", "Best-Effort Error Handling",
		"Security Best Practices", "Browser Sessions", "When to Logout", "Audit Trail",
		"Use Cases", "1. Daily Workflow", "2. Multi-Identity Switching", "3. Troubleshooting", "4. Compliance",
		"Configuration", "Technical Details", "Cross-Platform Support", "Error Handling", "Interface Extensions",
		"Telemetry", "What's Next", "Get Started", "Feedback Welcome",
	}
	for _, h := range headings {
		_, row, found := strings.Cut(string(page), "\n| "+h+" | ")
		if row, _, _ = strings.Cut(row, " |\n"); !found || strings.TrimSpace(row) == "" {
			t.Errorf("docs/announcement.md says nothing of %q", h)
		}
	}
	if rows := strings.Count(string(page), "\n| ") - 1; rows != len(headings) {
		t.Errorf("docs/announcement.md has %d rows for %d headings", rows, len(headings))
	}
}

// pages are all pages of the repository, by path from here, and what is in contrib.
func pages(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, pattern := range []string{"../*.md", "*.md", "../contrib/*.md", "../contrib/*/*", "../packaging/*.md", "../testdata/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			texts[file] = string(text)
		}
	}
	return texts
}

// TestLinks: what a page links to in the repository is there.
func TestLinks(t *testing.T) {
	links := regexp.MustCompile(`\]\(([^):#]+)[^):]*\)`)
	for file, text := range pages(t) {
		for _, link := range links.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(file), link[1])); err != nil && strings.HasSuffix(file, ".md") {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// TestEndOfDay: a command that asks nothing and takes everything keeps the keys that cannot be had again.
func TestEndOfDay(t *testing.T) {
	commands := regexp.MustCompile("credclean logout --all[^`\n|#]*")
	const whole = "credclean logout --all-projects --keep-long-lived --yes"
	for file, text := range pages(t) {
		for _, command := range commands.FindAllString(text, -1) {
			if strings.Contains(command, "--yes") && !strings.Contains(command, "--keep-long-lived --yes") {
				t.Errorf("%s: %s", file, command)
			}
		}
	}
	for _, file := range []string{"../README.md", "../contrib/README.md", "../contrib/shell/credclean.sh", "../contrib/shell/credclean.fish", "../contrib/shell/credclean.ps1", "announcement.md", "comparison.md"} {
		if !strings.Contains(pages(t)[file], whole) {
			t.Errorf("%s does not have %s", file, whole)
		}
	}
}

// TestReadmeIsShort: who comes for the first time reads it to the end.
func TestReadmeIsShort(t *testing.T) {
	if lines := strings.Count(pages(t)["../README.md"], "\n"); lines >= 120 {
		t.Errorf("README.md has %d lines", lines)
	}
}
