package access

import (
	"slices"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
)

// session is a caller with a role of the estate.
func (e *estate) session(name string) access.Caller {
	e.t.Helper()
	c := e.model.Session(name)
	if c.Err() != nil {
		e.t.Fatal(c.Err())
	}
	if e.model.Role(name).Boundary == nil {
		e.t.Errorf("role %s has no boundary of the estate", name)
	}
	return c
}

// strong is a role of the estate to which somebody gave every permission.
func (e *estate) strong(name string) access.Caller { return e.session(name).GivenEverything() }

// verdicts decides requests, keeps them and collects the statements that ever
// denied.
type verdicts struct {
	*estate
	asked  []decided
	denied map[iameval.StatementRef]bool
}

// ask decides one request about something of this account.
func (v *verdicts) ask(c access.Caller, w access.Way, action, arn string) iameval.Decision {
	v.t.Helper()
	return v.askOf(c, w, action, v.model.Target(action, arn))
}

// askOf decides one request about something that need not be the estate's.
func (v *verdicts) askOf(c access.Caller, w access.Way, action string, target access.Target) iameval.Decision {
	v.t.Helper()
	request, inForce, err := v.model.Request(c, w, action, target)
	var d iameval.Decision
	if err == nil {
		d, err = iameval.Evaluate(request, inForce)
	}
	if err != nil {
		v.t.Fatalf("%s: %s on %s %s: %v", c.Name, action, target.ARN, w.Name, err)
	}
	v.asked = append(v.asked, decided{request, inForce, d.Verdict})
	if d.Verdict == iameval.ExplicitDeny {
		for _, statement := range d.By {
			v.denied[statement] = true
		}
	}
	return d
}

// decided is a request of the table with its verdict.
type decided struct {
	request iameval.Request
	inForce iameval.Environment
	verdict iameval.Verdict
}

// deniedBy lists the Sids of the denials that decided.
func deniedBy(d iameval.Decision) []string {
	var out []string
	if d.Verdict == iameval.ExplicitDeny {
		for _, statement := range d.By {
			out = append(out, statement.Statement)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
