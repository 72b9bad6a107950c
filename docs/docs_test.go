package docs

import (
	"os"
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
