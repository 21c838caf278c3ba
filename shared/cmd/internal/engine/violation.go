package engine

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// OffPlan says that a stack does not fit its plan any more.
type OffPlan struct {
	// Reasons name each resource and what about it is not as planned.
	Reasons []string
	// Untouched: it was found before anything of the stack was changed.
	Untouched bool
}

func (o *OffPlan) Error() string { return strings.Join(o.Reasons, "\n") }

// explain tells a stack that does not fit its plan from one that fails for
// another reason.
func (p *phases) explain(err error) error {
	var failed *Failure
	if !errors.As(err, &failed) {
		return err
	}
	off := &OffPlan{Untouched: len(p.tallies) < 2}
	for _, line := range failed.Lines {
		if strings.HasSuffix(line, withoutMessage) {
			// So ends an update whose outputs alone are not as planned.
			off.Reasons = append(off.Reasons, "the stack would not export what the plan says")
		}
		if reason, is := offPlan(line); is {
			off.Reasons = append(off.Reasons, reason)
		}
	}
	if len(off.Reasons) == 0 {
		return err
	}
	return off
}

// The words of Pulumi's engine for what a plan does not allow (its package
// resource/deploy).
var (
	violates = regexp.MustCompile(`^(?:(.+?): )?resource (\S+ )?violates plan: (.*)$`)
	noStep   = regexp.MustCompile(`^(?:(.+?): )?(\S+) is not allowed by the plan: `)
	noneSeen = regexp.MustCompile(`expected resource operations for (\S+) but none were seen`)
	property = regexp.MustCompile(`(?:properties changed: |, )([-+~=])([-+~=])([A-Za-z0-9_:]+)`)
)

// offPlan words an error of the engine in which a plan is not kept. Values are
// left out, because they can be long, and secret.
func offPlan(line string) (reason string, is bool) {
	if m := noneSeen.FindStringSubmatch(line); m != nil {
		return Label(m[1]) + ": the plan changes it, and the program no longer does", true
	}
	if m := noStep.FindStringSubmatch(line); m != nil {
		// Of a resource that the program no longer has, the engine does not say
		// which it is.
		return fmt.Sprintf("%s: the plan does not say %s", cmp.Or(m[1], "a resource"), stepName(m[2])), true
	}
	m := violates.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	what := cmp.Or(m[1], "the stack")
	if urn := strings.TrimSpace(m[2]); urn != "" {
		what = Label(urn)
	}
	var reasons []string
	for _, p := range property.FindAllStringSubmatch(m[3], -1) {
		reasons = append(reasons, otherwise(p[3], p[1], p[2]))
	}
	if len(reasons) == 0 {
		reasons = []string{m[3]}
	}
	return what + ": " + strings.Join(reasons, ", "), true
}

// stepName names a step of the engine as everywhere else.
func stepName(op string) string {
	if action, known := actions[apitype.OpType(op)]; known {
		return string(action)
	}
	return op
}

// otherwise words what happens to a property and what the plan says; both are an
// addition (+), a change (~), a removal (-) or nothing (=).
func otherwise(property, planned, actual string) string {
	switch {
	case planned == "=" && actual == "-":
		return property + " would go, and the plan keeps it"
	case planned == "=":
		return property + " would change, and the plan leaves it as it is"
	case planned == "-":
		return property + " would stay, and the plan removes it"
	case actual == "-":
		return property + " would not be set, and the plan sets it"
	default:
		return property + " would get another value than the plan says"
	}
}
