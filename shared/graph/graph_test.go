package graph

import (
	"slices"
	"testing"
)

func TestUnitEveryStackStandsAfterItsDependencies(t *testing.T) {
	seen := map[Name]bool{}
	for _, s := range All() {
		for _, d := range s.DependsOn {
			if !seen[d] {
				t.Errorf("%s depends on %s, which is not declared before it", s.Name, d)
			}
		}
		if seen[s.Name] {
			t.Errorf("%s is declared twice", s.Name)
		}
		if s.Summary == "" {
			t.Errorf("%s has no summary", s.Name)
		}
		seen[s.Name] = true
	}
}

func TestUnitClosures(t *testing.T) {
	tests := []struct {
		name string
		got  []Name
		want []Name
	}{
		{"dependencies of network", WithDependencies(Network), []Name{Network}},
		{"dependencies of data", WithDependencies(Data), []Name{Network, Security, Data}},
		{"dependencies of audit", WithDependencies(Audit), Names()},
		{"dependents of audit", WithDependents(Audit), []Name{Audit}},
		{"dependents of data", WithDependents(Data), []Name{Data, Audit}},
		{"dependents of network", WithDependents(Network), Names()},
		{"order does not depend on the selection", WithDependents(Audit, Data), []Name{Data, Audit}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !slices.Equal(tt.got, tt.want) {
				t.Errorf("got %v, want %v", tt.got, tt.want)
			}
		})
	}
}

func TestUnitParseNamesTheStacksThereAre(t *testing.T) {
	if _, err := Parse("data"); err != nil {
		t.Errorf("data: %v", err)
	}
	_, err := Parse("database")
	want := `unknown stack "database": the stacks are network, security, data, audit`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
