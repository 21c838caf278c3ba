package controls

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/golden"
)

func TestUnitCatalogueIsComplete(t *testing.T) {
	id := regexp.MustCompile(`^(NET|IAM|DAT|AUD|PIP)-[0-9]{2}$`)
	tiers := map[Tier]int{}
	for i, c := range All() {
		if !id.MatchString(c.ID) || i > 0 && slices.ContainsFunc(All()[:i], func(o *Control) bool { return o.ID == c.ID }) {
			t.Errorf("%q is no id, or stands twice", c.ID)
		}
		if c.Title == "" || strings.HasSuffix(c.Title, ".") || c.Remedy == "" || c.check == nil {
			t.Errorf("%s: needs a title without a full stop, a remedy and a check", c.ID)
		}
		if !slices.Contains([]Severity{Critical, High, Medium, Low}, c.Severity) {
			t.Errorf("%s: severity %q", c.ID, c.Severity)
		}
		tiers[c.Tier]++
	}
	if want := map[Tier]int{Core: 93, Plus: 13, Optional: 24, Waived: 1}; fmt.Sprint(tiers) != fmt.Sprint(want) {
		t.Errorf("the catalogue has %v, want %v", tiers, want)
	}
}

// Every optional control has its feature, and every feature its control. Two
// speak of resources that only teams add, and need none.
func TestUnitOptionalControlsHaveFeatures(t *testing.T) {
	for _, c := range All() {
		_, has := c.option()
		if want := c.Tier == Optional && !c.custom; has != want {
			t.Errorf("%s: has a feature: %v, want %v", c.ID, has, want)
		}
	}
	for _, o := range config.Options {
		if c, ok := Find(o.Control); !ok || c.Tier != Optional {
			t.Errorf("feature %s is for %s, which is no optional control", o.Feature, o.Control)
		}
	}
}

// What each control serves, with the mark of the source, is reviewed as a page.
func TestUnitMappingsAreReviewed(t *testing.T) {
	var b strings.Builder
	for _, c := range All() {
		fmt.Fprintf(&b, "%s\n", c.ID)
		for _, f := range AllFrameworks {
			for _, r := range f.Requirements(c) {
				if strings.ContainsAny(r.ID, "†?–") || strings.TrimSpace(r.ID) != r.ID || r.ID == "" {
					t.Errorf("%s: %s: %q is no id", c.ID, f.Key, r.ID)
				}
				fmt.Fprintf(&b, "  %s %s: %s\n", f.Key, r.ID, r.Source)
			}
		}
	}
	golden.Check(t, "testdata/mappings.txt", []byte(b.String()))
}

func TestUnitMarksNeverGetLost(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "[]"},
		{"EC2.15", "[EC2.15 read]"},
		{"AC-4, SC-7", "[AC-4 read SC-7 read]"},
		{"SC-7(5)†, AC-4†", "[SC-7(5) own, not verified AC-4 own, not verified]"},
		{"AU-9†, SC-8", "[AU-9 own, not verified SC-8 read]"},
		// A mark of Prowler or Steampipe counts for the unmarked ids before it.
		{"AC-4(21), CM-7 (sp)", "[AC-4(21) Steampipe CM-7 Steampipe]"},
		{"AU-11, SI-12; SC-28(1) (pr)", "[AU-11 read SI-12 read SC-28(1) Prowler]"},
		{"CC6.1 (sp), CC6.7†", "[CC6.1 Steampipe CC6.7 own, not verified]"},
		{"SI-4†; AU-6(1) (pr)", "[SI-4 own, not verified AU-6(1) Prowler]"},
		{"3.4?", "[3.4 disputed]"},
	}
	for _, tt := range tests {
		words := []string{}
		for _, r := range parseRequirements(tt.text) {
			words = append(words, r.ID+" "+string(r.Source))
		}
		if got := "[" + strings.Join(words, " ") + "]"; got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

// Only what was read in a document of the framework or of AWS counts as verified.
func TestUnitUnverifiedIsNeverShownAsVerified(t *testing.T) {
	for _, s := range []Source{Prowler, Steampipe, Own, Disputed} {
		if s.Verified() || s.Mark() == "" {
			t.Errorf("%s: verified %v, mark %q", s, s.Verified(), s.Mark())
		}
	}
	if !Read.Verified() || Read.Mark() != "" {
		t.Errorf("%s: verified %v, mark %q", Read, Read.Verified(), Read.Mark())
	}
}

// A control that is not in the catalogue would serve a subcategory unseen.
func TestUnitRiskFrameworkNamesControls(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range aiRisk {
		if seen[r.subcategory] || len(r.controls) == 0 {
			t.Errorf("%s stands twice, or without a control", r.subcategory)
		}
		seen[r.subcategory] = true
		for i, id := range r.controls {
			if _, ok := Find(id); !ok || slices.Contains(r.controls[:i], id) {
				t.Errorf("%s: %s is no control, or stands twice", r.subcategory, id)
			}
		}
	}
}
