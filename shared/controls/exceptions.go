package controls

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

// Exception is a decision to live with a finding, for a time.
type Exception struct {
	// Control is the id of the control that does not hold.
	Control string `yaml:"control" json:"control"`
	// Stack is where.
	Stack graph.Name `yaml:"stack" json:"stack"`
	// Resource is the resource as findings name it, by type and Pulumi name; the
	// name may end in *.
	Resource string `yaml:"resource" json:"resource"`
	// Environments are those that the exception is for; left out, all.
	Environments []string `yaml:"environments" json:"environments,omitempty"`
	// Owner is the team that answers for the decision.
	Owner string `yaml:"owner" json:"owner"`
	// Reason says why the control cannot hold here.
	Reason string `yaml:"reason" json:"reason"`
	// Compensation says what makes up for it.
	Compensation string `yaml:"compensation" json:"compensation"`
	// Expires is the last day on which the exception counts, as 2027-06-30.
	Expires string `yaml:"expires" json:"expires"`
}

// Exceptions is the register of exceptions.
type Exceptions []Exception

// LoadExceptions reads the register from the folder of the environment files. All
// problems in it are returned together, as *config.Problems.
func LoadExceptions(dir string) (Exceptions, error) {
	file := filepath.Join(dir, config.ExceptionsFile)
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("register of exceptions: %w", err)
	}
	return ParseExceptions(file, content)
}

// ParseExceptions reads the content of the register; see LoadExceptions.
func ParseExceptions(file string, content []byte) (Exceptions, error) {
	var register struct {
		Exceptions Exceptions `yaml:"exceptions"`
	}
	err := config.Decode(file, content, &register, func() []config.Problem { return register.Exceptions.validate() })
	return register.Exceptions, err
}

func (e Exceptions) validate() []config.Problem {
	var problems []config.Problem
	for i, x := range e {
		fail := func(key, value, rule, example string) {
			problems = append(problems, config.Problem{Key: fmt.Sprintf("exceptions[%d].%s", i, key), Value: value, Rule: rule, Example: example})
		}
		if _, ok := Find(x.Control); !ok {
			fail("control", x.Control, "must be the id of a control of the catalogue", "DAT-08")
		}
		if _, err := graph.Parse(string(x.Stack)); err != nil {
			fail("stack", string(x.Stack), "must be a stack", "data")
		}
		if resourceType, name, ok := strings.Cut(x.Resource, " "); !ok || strings.Count(resourceType, ":") != 2 || strings.Trim(name, "*") == "" {
			fail("resource", x.Resource, "must be a resource as findings name it, by type and name", "aws:s3/bucketV2:BucketV2 data")
		}
		for _, text := range [][2]string{{"owner", x.Owner}, {"reason", x.Reason}, {"compensation", x.Compensation}} {
			if strings.TrimSpace(text[1]) == "" {
				fail(text[0], "", "must be given", "")
			}
		}
		if _, err := x.lastDay(); err != nil {
			fail("expires", x.Expires, "must be the last day on which the exception counts", "2027-06-30")
		}
	}
	return problems
}

func (x Exception) lastDay() (time.Time, error) { return time.Parse(time.DateOnly, x.Expires) }

// counts reports whether the exception still counts on a day.
func (x Exception) counts(today time.Time) bool {
	last, err := x.lastDay()
	return err == nil && today.Before(last.AddDate(0, 0, 1))
}

// On returns the exceptions that still count on a day.
func (e Exceptions) On(today time.Time) Exceptions {
	return slices.DeleteFunc(slices.Clone(e), func(x Exception) bool { return !x.counts(today) })
}

// Stale is an exception that counts no more.
type Stale struct {
	Exception Exception `json:"exception"`
	// Expired: its last day is over. Otherwise it covers nothing.
	Expired bool `json:"expired"`
	// Why says what is wrong with it, and what to do.
	Why string `json:"why"`
}

// Check returns the exceptions that have expired, and those that cover no
// finding in any of the environments judged.
func (e Exceptions) Check(today time.Time, judged map[string][]Result) []Stale {
	var stale []Stale
	for _, x := range e {
		if !x.counts(today) {
			stale = append(stale, Stale{x, true, "expired on " + x.Expires + ": mend the finding, or decide again"})
		}
		if !x.used(judged) {
			stale = append(stale, Stale{x, false, "covers no finding: take it out of the register"})
		}
	}
	return stale
}

func (x Exception) used(judged map[string][]Result) bool {
	for environment, results := range judged {
		for _, r := range results {
			if slices.ContainsFunc(r.Excepted, func(f Finding) bool { return x.Covers(f, environment) }) {
				return true
			}
		}
	}
	return false
}

// cover reports whether an exception covers a finding in an environment.
func (e Exceptions) cover(f Finding, environment string) bool {
	return slices.ContainsFunc(e, func(x Exception) bool { return x.Covers(f, environment) })
}

// Covers reports whether the exception is for a finding in an environment,
// whatever the day.
func (x Exception) Covers(f Finding, environment string) bool {
	matches, err := path.Match(x.Resource, f.Resource)
	return err == nil && matches && x.Control == f.Control && x.Stack == f.Stack &&
		(len(x.Environments) == 0 || slices.Contains(x.Environments, environment))
}
