package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
)

// vocabulary knows what the names in questions mean in one snapshot.
type vocabulary struct {
	model   *Model
	callers map[string]Caller
	targets map[string]Target
	ways    map[string]Way
	// spoken are, per principal, the prefixes of the data bucket that a policy of
	// theirs or the environment file speaks of.
	spoken map[string][]string
	// prefixes are all of the data bucket, and others the one that stands for those
	// that nothing in force for a principal speaks of.
	prefixes []string
	others   map[string]string
	// people and users are whom the environment file lists, and somebody else.
	people, users []string
	// workflows are GitHub's, of which the first, so many as rightful says, are
	// those that roles are for.
	workflows []string
	rightful  int
	settings  []setting
}

// vocabulary is made once.
func (m *Model) vocabulary() *vocabulary {
	m.once.Do(func() {
		v := &vocabulary{model: m, callers: map[string]Caller{}, targets: map[string]Target{}, ways: map[string]Way{}, spoken: map[string][]string{},
			prefixes: m.prefixes(), others: map[string]string{}}
		v.addTargets()
		v.addCallers()
		v.addWays()
		v.addPeople()
		v.addWorkflows()
		v.addSettings()
		m.words = v
	})
	return m.words
}

func (v *vocabulary) caller(name string) Caller {
	if c, ok := v.callers[name]; ok {
		return c
	}
	if strings.HasSuffix(name, ".amazonaws.com") {
		return Service(name)
	}
	return Caller{Name: name, err: fmt.Errorf("%s: %w", name, ErrAbsent)}
}

func (v *vocabulary) addCallers() {
	m := v.model
	add := func(c Caller) { v.callers[c.Name] = c }
	for _, name := range m.roleNames() {
		c := m.Session(name)
		add(c)
		add(c.GivenEverything())
		v.spoken[name] = v.spokenOf(name, c)
		v.others[name] = v.otherThan(v.spoken[name])
	}
	add(m.Administrator())
	add(m.Deployer())
	add(m.Foreigner())
	add(Anonymous())
}

// roleNames are the names of the estate's roles, sorted.
func (m *Model) roleNames() []string {
	var names []string
	for _, role := range m.Roles {
		if name, ok := strings.CutPrefix(role.Name, m.snapshot.Names.Of("")); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// prefixes are those of the environment file, and the shared one.
func (m *Model) prefixes() []string {
	all := []string{config.SharedPrefix}
	for _, w := range m.snapshot.Environment.Workloads {
		all = slices.Concat(all, w.Reads, w.Writes)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// otherPrefix stands for every prefix that nothing in force for a principal
// speaks of.
const otherPrefix = "a prefix of others"

// prefixMeant is the prefix that a name means for a principal.
func (v *vocabulary) prefixMeant(principal, name string) string {
	switch name {
	case everyObject:
		return ""
	case trailRecords:
		return "AWSLogs/" + v.model.snapshot.Names.Account + "/CloudTrail/"
	case configRecords:
		return "AWSLogs/" + v.model.snapshot.Names.Account + "/Config/"
	case otherPrefix:
		if other, ok := v.others[strings.TrimSuffix(principal, givenEverything)]; ok {
			return other
		}
		return v.otherThan(nil)
	default:
		return name
	}
}

// otherThan is a prefix that is none of those spoken of.
func (v *vocabulary) otherThan(spoken []string) string {
	for _, prefix := range v.prefixes {
		if prefix != config.SharedPrefix && !slices.Contains(spoken, prefix) {
			return prefix
		}
	}
	return "of-nobody/"
}
