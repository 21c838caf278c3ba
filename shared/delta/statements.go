package delta

import (
	"cmp"
	"errors"
	"slices"
	"strconv"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

// Kind says what becomes of a statement.
type Kind string

// The kinds.
const (
	Removed Kind = "removed"
	Changed Kind = "changed"
	Added   Kind = "added"
)

// StatementChange is a policy statement that differs.
type StatementChange struct {
	Kind  Kind       `json:"kind"`
	Stack graph.Name `json:"stack"`
	// Policy names the document, such as "bucket policy data".
	Policy string `json:"policy"`
	// Statement is its Sid, or its place, such as #2.
	Statement string `json:"statement"`
	// Words is the statement in words: as it will be, or as it was if it goes.
	Words string `json:"words"`
	// Gone and Come are, of a statement that stays, the parts that differ.
	Gone []string `json:"gone,omitempty"`
	Come []string `json:"come,omitempty"`
}

// place names a document in any snapshot of the same environment.
type place struct {
	stack                        graph.Name
	resourceType, name, property string
}

func placeOf(d *access.Document) place {
	return place{d.Resource.Stack, d.Resource.Type, d.Resource.Name, d.Property}
}

// title names the document for people.
func title(d *access.Document) string { return string(d.Kind) + " " + d.Resource.Name }

func compareStatements(before, after *access.Model) (changes []StatementChange, unread []string) {
	was := map[place]*access.Document{}
	for _, d := range before.Documents {
		was[placeOf(d)] = d
	}
	for _, is := range after.Documents {
		old := was[placeOf(is)]
		delete(was, placeOf(is))
		more, err := compareDocuments(old, is)
		if err != nil {
			unread = append(unread, title(is)+" of "+string(is.Resource.Stack)+": "+err.Error())
		}
		changes = append(changes, more...)
	}
	for _, old := range before.Documents {
		if was[placeOf(old)] == nil {
			continue // it stays
		}
		more, err := compareDocuments(old, nil)
		if err != nil {
			unread = append(unread, title(old)+" of "+string(old.Resource.Stack)+": "+err.Error())
		}
		changes = append(changes, more...)
	}
	order := graph.Names()
	slices.SortStableFunc(changes, func(a, b StatementChange) int {
		return cmp.Or(cmp.Compare(rank(order, a.Stack), rank(order, b.Stack)), cmp.Compare(a.Policy, b.Policy),
			cmp.Compare(a.Statement, b.Statement), cmp.Compare(rank(kinds, a.Kind), rank(kinds, b.Kind)))
	})
	slices.Sort(unread)
	return changes, unread
}

var kinds = []Kind{Removed, Changed, Added}

// compareDocuments compares what stands before and after in one place; nil
// where nothing does.
func compareDocuments(was, is *access.Document) ([]StatementChange, error) {
	for _, d := range []*access.Document{was, is} {
		switch {
		case d == nil || d.Err == nil:
		case errors.Is(d.Err, access.ErrUnknown):
			return nil, errors.New("is not known before the deployment")
		default:
			return nil, d.Err
		}
	}
	old := named(was)
	var changes []StatementChange
	for _, s := range ordered(is) {
		before, stays := old[s.name]
		delete(old, s.name)
		switch gone, come := differences(before.Statement, s.Statement); {
		case !stays:
			changes = append(changes, change(Added, is, s))
		case len(gone)+len(come) > 0:
			c := change(Changed, is, s)
			c.Gone, c.Come = gone, come
			changes = append(changes, c)
		}
	}
	for _, s := range old {
		changes = append(changes, change(Removed, was, s))
	}
	return changes, nil
}

func change(kind Kind, d *access.Document, s statement) StatementChange {
	return StatementChange{
		Kind: kind, Stack: d.Resource.Stack, Policy: title(d), Statement: s.name, Words: Words(s.Statement),
	}
}

// statement is one with its name in the document.
type statement struct {
	name string
	iameval.Statement
}

func ordered(d *access.Document) []statement {
	var out []statement
	for i, s := range d.Statements() {
		out = append(out, statement{cmp.Or(s.Sid, "#"+strconv.Itoa(i+1)), s})
	}
	return out
}

func named(d *access.Document) map[string]statement {
	out := map[string]statement{}
	for _, s := range ordered(d) {
		out[s.name] = s
	}
	return out
}

// differences are the parts of a statement that only one of two has.
func differences(was, is iameval.Statement) (gone, come []string) {
	before, after := parts(was), parts(is)
	return without(before, after), without(after, before)
}

func without(list, other []string) []string {
	var left []string
	for _, item := range list {
		if !slices.Contains(other, item) {
			left = append(left, item)
		}
	}
	return left
}
