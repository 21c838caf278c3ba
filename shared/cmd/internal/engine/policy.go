package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

// Violation is one objection of a policy pack.
type Violation struct {
	// Policy is the id of the policy: that of the control it upholds.
	Policy string `json:"policy"`
	Pack   string `json:"pack"`
	// Mandatory: the stack must not be deployed like this.
	Mandatory bool `json:"mandatory"`
	// URN is empty when the policy judges the stack as a whole.
	URN string `json:"urn,omitempty"`
	// Label names the resource for people.
	Label string `json:"label,omitempty"`
	// Message says in one line what is wrong.
	Message string `json:"message"`
}

// String is the violation in one line.
func (v Violation) String() string {
	where := v.Label
	if where == "" {
		where = "the stack"
	}
	return fmt.Sprintf("%s: %s: %s", v.Policy, where, v.Message)
}

func violation(e apitype.PolicyEvent) Violation {
	v := Violation{
		Policy: e.PolicyName, Pack: e.PolicyPackName, URN: e.ResourceURN,
		Mandatory: e.EnforcementLevel == string(apitype.Mandatory),
		Message:   strings.Join(strings.Fields(colors.Never.Colorize(e.Message)), " "),
	}
	if v.URN != "" {
		v.Label = Label(v.URN)
	}
	return v
}

func compareViolations(a, b Violation) int {
	level := func(v Violation) int {
		if v.Mandatory {
			return 0
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(level(a), level(b)), cmp.Compare(a.Policy, b.Policy),
		cmp.Compare(a.URN, b.URN), cmp.Compare(a.Message, b.Message),
	)
}

// Advisory are the violations that stop nothing.
func Advisory(violations []Violation) []Violation {
	return slices.DeleteFunc(slices.Clone(violations), func(v Violation) bool { return v.Mandatory })
}

// Refused reports whether a mandatory policy is violated.
func (r Result) Refused() bool { return len(r.refusals()) > 0 }

// refusals are the mandatory violations as errors.
func (r Result) refusals() []diagnostic {
	var out []diagnostic
	for _, v := range r.Violations {
		if v.Mandatory {
			out = append(out, diagnostic{message: v.String()})
		}
	}
	return out
}
