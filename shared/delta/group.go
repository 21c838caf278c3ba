package delta

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// group is the changes of verdict of one principal on one way: hundreds of requests
// often change together.
type group struct {
	principal, way string
	was, is        iameval.Verdict
	actions, why   []string
	resources      map[string][]string // by action
}

// grouped keeps the order of the first change of each group.
func grouped(changes []VerdictChange) []*group {
	var groups []*group
	for _, v := range changes {
		i := slices.IndexFunc(groups, func(g *group) bool {
			return g.principal == v.Principal && g.way == v.Way && g.was == v.Was && g.is == v.Is
		})
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{
				principal: v.Principal, way: v.Way, was: v.Was, is: v.Is, resources: map[string][]string{},
			})
		}
		g := groups[i]
		if g.resources[v.Action] == nil {
			g.actions = append(g.actions, v.Action)
		}
		g.resources[v.Action] = append(g.resources[v.Action], v.Resource)
		if !slices.Contains(g.why, v.Why) {
			g.why = append(g.why, v.Why)
		}
	}
	return groups
}

// lines say who may do what now, such as "! churn-training through the endpoint:
// implicit deny → allow: s3:GetObject on data bucket: shared/".
func (g *group) lines() []string {
	mark := " "
	if g.is == iameval.Allow {
		mark = "!"
	}
	who := strings.TrimSpace(g.principal + " " + g.way)
	lines := []string{fmt.Sprintf("%s %s: %s → %s", mark, who, g.was, g.is)}
	for _, action := range g.actions {
		lines = append(lines, "    "+action+" on "+strings.Join(g.resources[action], ", "))
	}
	for _, why := range g.why {
		lines = append(lines, "    "+why)
	}
	return lines
}
