package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/iameval"
)

// ruling is a decision with where its statements stand.
type ruling struct {
	Verdict iameval.Verdict `json:"verdict"`
	// By are the statements that decided.
	By []deciding `json:"by,omitempty"`
	// Lacked are the kinds of policy that needed an allow and had none.
	Lacked []lacking `json:"lacked,omitempty"`
	// Rule is the rule of AWS that decided, where no policy did.
	Rule string `json:"rule,omitempty"`
}

type deciding struct {
	Kind      iameval.Kind `json:"kind"`
	Policy    string       `json:"policy"`
	Statement string       `json:"statement"`
	// On are the resources that carry the statement.
	On []string `json:"on,omitempty"`
}

type lacking struct {
	Kind     iameval.Kind `json:"kind"`
	Policies []string     `json:"policies,omitempty"`
}

func rulingOf(m *access.Model, d iameval.Decision) ruling {
	v := ruling{Verdict: d.Verdict, Rule: d.Rule}
	for _, s := range d.By {
		one := deciding{Kind: s.Kind, Policy: s.Policy, Statement: s.Statement}
		for _, carrier := range m.Carriers(s) {
			one.On = append(one.On, fmt.Sprintf("%s of stack %s", carrier.Resource, carrier.Resource.Stack))
		}
		v.By = append(v.By, one)
	}
	for _, l := range d.Lacked {
		v.Lacked = append(v.Lacked, lacking{l.Kind, l.Policies})
	}
	return v
}

// answersJSON is the verdict with all requests that it takes: the one that was
// asked about and, where there is one, the call to a key behind it.
func answersJSON(answers []decided) any {
	return map[string]any{"verdict": last(answers).Verdict, "requests": answers}
}

func last(answers []decided) decided { return answers[len(answers)-1] }

func printAnswers(c *console.Console, answers []decided) {
	c.Line("%s", c.Emphasis(string(last(answers).Verdict)))
	for i, d := range answers {
		what := fmt.Sprintf("%s  %s on %s", d.Principal, d.Action, d.Resource)
		if i > 0 {
			what = fmt.Sprintf("which needs %s on %s", d.Action, d.Resource)
		}
		c.Line("\n%s", what)
		if d.Way != "" {
			c.Line("  %s", d.Way)
		}
		d.print(c)
	}
}

func (v ruling) print(c *console.Console) {
	if v.Rule != "" {
		c.Line("  %s: %s", v.Verdict, v.Rule)
	}
	word := "allowed by"
	if v.Verdict == iameval.ExplicitDeny {
		word = "denied by"
	}
	for _, s := range v.By {
		c.Line("  %s  %s of %s %s", word, c.Emphasis(s.Statement), s.Kind, s.Policy)
		for _, on := range s.On {
			c.Line("  %s  in %s", strings.Repeat(" ", len(word)), on)
		}
	}
	for _, l := range v.Lacked {
		if len(l.Policies) == 0 {
			c.Line("  there is no %s", l.Kind)
			continue
		}
		c.Line("  no allow in any %s:", l.Kind)
		for _, line := range wrapped(slices.Compact(slices.Clone(l.Policies)), widestLine) {
			c.Line("    %s", line)
		}
	}
}

// printMatrix shows what everybody, or one principal, may do.
func (a *App) printMatrix(m *access.Model, principal string) error {
	names := m.Principals()
	if principal != "" {
		caller, err := m.FindCaller(principal)
		if err != nil {
			return usageError{fmt.Errorf("--principal: %w", err)}
		}
		names = []string{caller.Name}
	}
	of := map[string][]access.Answer{}
	unknown := 0
	for _, answer := range m.Matrix() {
		if principal == "" || slices.Contains(names, answer.Principal) {
			of[answer.Principal] = append(of[answer.Principal], answer)
			unknown += count(answer.Err != nil)
		}
	}
	if principal != "" && len(of) == 0 {
		return usageError{fmt.Errorf("--principal %s: the matrix asks nothing of it; ask with --action and --resource", principal)}
	}
	if a.json {
		if err := a.writeJSON(matrixJSON(m, of)); err != nil {
			return err
		}
	} else {
		printTables(a.console(), of)
	}
	if unknown > 0 {
		return reported{estate.Failed}
	}
	return nil
}

// matrixJSON is every answer with what decided it.
func matrixJSON(m *access.Model, of map[string][]access.Answer) any {
	type answer struct {
		access.Question
		*ruling
		Error string `json:"error,omitempty"`
	}
	answers := []answer{}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		for _, one := range of[name] {
			if one.Err != nil {
				answers = append(answers, answer{Question: one.Question, Error: one.Err.Error()})
				continue
			}
			v := rulingOf(m, one.Decision)
			answers = append(answers, answer{Question: one.Question, ruling: &v})
		}
	}
	return map[string]any{"answers": answers}
}

// printTables shows for each principal what is allowed, by resource and way, and
// counts what is not. Those given everything are no real ones; --json has them.
func printTables(c *console.Console, of map[string][]access.Answer) {
	apart := ""
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if strings.HasSuffix(name, " given everything") && len(of) > 1 {
			continue
		}
		c.Line("%s%s", apart, c.Emphasis(name))
		apart = "\n"
		rows, denied, open := tabled(of[name])
		if len(rows) > 0 {
			c.Table([]console.Column{{Title: "  may"}, {Title: "on"}, {Title: "how"}}, rows)
		}
		c.Line("  %s denied, %s not allowed by anything", console.Count(denied, "request"), console.Count(open, "request"))
		for _, one := range of[name] {
			if one.Err != nil {
				c.Line("  cannot tell %s on %s: %v", one.Action, one.Resource, errors.Unwrap(one.Err))
			}
		}
	}
}

// tabled are the rows of what is allowed, a row for all actions on one resource on
// one way, and how many requests are denied and how many only not allowed.
func tabled(answers []access.Answer) (rows [][]string, denied, open int) {
	type place struct{ resource, way string }
	var places []place
	actions := map[place][]string{}
	for _, one := range answers {
		at := place{one.Resource, one.Way}
		switch {
		case one.Err != nil:
		case one.Decision.Verdict == iameval.ExplicitDeny:
			denied++
		case one.Decision.Verdict == iameval.ImplicitDeny:
			open++
		default:
			if actions[at] == nil {
				places = append(places, at)
			}
			actions[at] = append(actions[at], one.Action)
		}
	}
	for _, at := range places {
		first := true
		for _, line := range wrapped(grouped(actions[at]), widestActions) {
			row := []string{"  " + line, "", ""}
			if first {
				row[1], row[2] = at.resource, at.way
			}
			rows, first = append(rows, row), false
		}
	}
	return rows, denied, open
}

// widestActions keeps most rows within a hundred columns.
const widestActions = 34

// widestLine is for lists that stand alone.
const widestLine = 90

// grouped writes actions of one service with its name once.
func grouped(actions []string) []string {
	var words []string
	before := ""
	for _, action := range actions {
		service, name, _ := strings.Cut(action, ":")
		if service != before {
			name = action
		}
		words, before = append(words, name), service
	}
	return words
}

// wrapped puts words into lines of some width.
func wrapped(words []string, width int) []string {
	lines := []string{""}
	for i, word := range words {
		if i < len(words)-1 {
			word += ","
		}
		at := len(lines) - 1
		switch {
		case lines[at] == "":
			lines[at] = word
		case len(lines[at])+1+len(word) <= width:
			lines[at] += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}
