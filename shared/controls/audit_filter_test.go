package controls

import (
	"slices"
	"strings"
	"testing"
)

func TestUnitFilterPatternsAreReadWhateverTheirForm(t *testing.T) {
	plain := `{ ($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion)) }`
	for _, same := range []string{
		`{($.eventSource=kms.amazonaws.com)&&(($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion))}`,
		`{ (($.eventName = "ScheduleKeyDeletion") || ($.eventName = "DisableKey")) && $.eventSource = "kms.amazonaws.com" }`,
		`{ $.eventSource = kms.amazonaws.com && $.eventName = DisableKey || $.eventName = ScheduleKeyDeletion && $.eventSource = kms.amazonaws.com }`,
	} {
		if got, want := mustRead(t, same), mustRead(t, plain); !equalWays(got, want) {
			t.Errorf("%s\nmeans %v, want %v", same, got, want)
		}
	}
	for _, other := range []string{
		`{ ($.eventSource = kms.amazonaws.com) && ($.eventName = DisableKey) }`,
		`{ ($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion) }`,
		`{ ($.eventSource = kms.amazonaws.com) && ($.eventName != DisableKey || $.eventName = ScheduleKeyDeletion) }`,
		strings.Replace(plain, " }", " && ($.userIdentity.type = Root) }", 1),
		`{ ($.eventSource = kms.amazonaws.com && $.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion) }`,
	} {
		if got := mustRead(t, other); equalWays(got, mustRead(t, plain)) {
			t.Errorf("%s is taken for the same as %s", other, plain)
		}
	}
}

func TestUnitFilterPatternsThatAreNoneAreErrors(t *testing.T) {
	for _, pattern := range []string{
		"", "ERROR", "{", "{ }", "{ $.eventName = A", "{ ($.eventName = A }", "{ $.eventName = A } }", "{ $.eventName }",
		"{ eventName = A }", "{ $.eventName = A && }", "[ip, user]", `{ $.eventName = "A }`,
	} {
		if ways, err := filterWays(pattern); err == nil {
			t.Errorf("%q is read as %v, want an error", pattern, ways)
		}
	}
}

func FuzzUnitFilterPatterns(f *testing.F) {
	for _, pattern := range []string{refusedCalls, signInsWithoutMFA, rootUse, policyChanges} {
		f.Add(pattern)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		ways, err := filterWays(pattern)
		if err == nil && len(ways) == 0 {
			t.Errorf("%q matches in no way and is no error", pattern)
		}
	})
}

func mustRead(t *testing.T, pattern string) []clauses {
	t.Helper()
	ways, err := filterWays(pattern)
	if err != nil {
		t.Fatalf("%s: %v", pattern, err)
	}
	return ways
}

func equalWays(a, b []clauses) bool {
	return slices.EqualFunc(a, b, func(a, b clauses) bool { return slices.Equal(a, b) })
}
