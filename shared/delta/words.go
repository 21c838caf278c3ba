package delta

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// Words is a statement in words, such as "Deny everyone: s3:* on everything,
// when aws:SecureTransport Bool false".
func Words(s iameval.Statement) string {
	text := string(s.Effect)
	if who := principals(s); len(who) > 0 {
		text += " " + strings.Join(who, ", ")
	}
	text += ": " + strings.Join(actions(s), ", ") + " on " + strings.Join(resources(s), ", ")
	if when := conditions(s); len(when) > 0 {
		text += ", when " + strings.Join(when, " and ")
	}
	return text
}

// parts are the single facts that a statement is made of, sorted by what they
// speak of.
func parts(s iameval.Statement) []string {
	out := []string{"effect " + string(s.Effect)}
	for _, list := range []struct {
		word  string
		items []string
	}{{"for ", principals(s)}, {"", actions(s)}, {"on ", resources(s)}, {"when ", conditions(s)}} {
		for _, item := range list.items {
			out = append(out, list.word+item)
		}
	}
	return out
}

func principals(s iameval.Statement) []string {
	if s.NotPrincipals != nil {
		return except(everybody(s.NotPrincipals))
	}
	return everybody(s.Principals)
}

func everybody(p *iameval.Principals) []string {
	if p == nil {
		return nil
	}
	var out []string
	for _, list := range [][]string{p.AWS, p.Service, p.Federated} {
		for _, who := range list {
			out = append(out, cmp.Or(map[string]string{"*": "everyone"}[who], short(who)))
		}
	}
	return sorted(out)
}

func actions(s iameval.Statement) []string {
	if len(s.NotActions) > 0 {
		return except(sorted(s.NotActions))
	}
	return sorted(s.Actions)
}

func resources(s iameval.Statement) []string {
	list := s.Resources
	if len(s.NotResources) > 0 {
		list = s.NotResources
	}
	var out []string
	for _, r := range list {
		out = append(out, cmp.Or(map[string]string{"*": "everything"}[r], short(r)))
	}
	if len(out) == 0 {
		out = []string{"it"} // a trust has no resource: it is on the role itself
	}
	if len(s.NotResources) > 0 {
		return except(sorted(out))
	}
	return sorted(out)
}

func except(list []string) []string {
	out := slices.Clone(list)
	if len(out) > 0 {
		out[0] = "all except " + out[0]
	}
	return out
}

func conditions(s iameval.Statement) []string {
	var out []string
	for _, c := range s.Conditions {
		var values []string
		for _, v := range c.Values {
			values = append(values, short(v))
		}
		out = append(out, c.Key+" "+c.Operator+" "+strings.Join(sorted(values), " or "))
	}
	return sorted(out)
}

// short leaves out of an ARN what is the same in the whole estate: arn, partition,
// region and account.
func short(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return arn
	}
	return parts[2] + ":" + parts[5]
}

func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }
