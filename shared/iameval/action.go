package iameval

import (
	"fmt"
	"regexp"
	"strings"
)

// actionPattern is an entry of Action or NotAction.
type actionPattern struct {
	every   bool // "*"
	service string
	name    glob
}

var actionEntry = regexp.MustCompile(`^([A-Za-z0-9-]+):([A-Za-z0-9_*?-]+)$`)

// compileAction reads "*" or a service, a colon and a name with wildcards. A
// wildcard in the service is refused: the grammar has none, and "*" says it.
//
// Sources: "IAM JSON policy elements: Action" ("The prefix and the action name
// are case insensitive"); "Grammar of the IAM JSON policy language",
// action_string; Organizations User Guide, "RCP syntax", Action element (no "*"
// but in RCPFullAWSAccess, see checkResourceControl).
func compileAction(text string, kind Kind) (actionPattern, error) {
	if text == "*" && kind != TrustPolicy {
		return actionPattern{every: true}, nil
	}
	parts := actionEntry.FindStringSubmatch(text)
	if parts == nil {
		return actionPattern{}, fmt.Errorf(`Action: %q is not "*" or of the form service:Name, such as s3:Get*`, text)
	}
	service := strings.ToLower(parts[1])
	if kind == TrustPolicy && service != "sts" {
		return actionPattern{}, fmt.Errorf("Action: %q; a trust policy is about sts actions only", text)
	}
	return actionPattern{service: service, name: newGlob(strings.ToLower(parts[2]))}, nil
}

// action is the action of a request, in lower case.
type action struct{ service, name string }

func readAction(text string) (action, error) {
	service, name, _ := strings.Cut(text, ":")
	if !plainWord(service) || !plainWord(name) {
		return action{}, fmt.Errorf("request: action %q is not of the form service:Name, such as s3:GetObject", text)
	}
	return action{strings.ToLower(service), strings.ToLower(name)}, nil
}

// plainWord tells a text of letters, digits, hyphens and underscores.
func plainWord(text string) bool {
	for i := range len(text) {
		c := text[i] | 0x20 // lower case, for letters
		if (c < 'a' || c > 'z') && (text[i] < '0' || text[i] > '9') && text[i] != '-' && text[i] != '_' {
			return false
		}
	}
	return text != ""
}

func (p actionPattern) matches(a action) bool {
	return p.every || p.service == a.service && p.name.matches(a.name)
}

// matchesAction tells whether a statement is about the action. NotAction is
// about every action but the listed ones.
//
// Source: "IAM JSON policy elements: NotAction".
func (s *statement) matchesAction(a action) bool {
	for _, p := range s.actions {
		if p.matches(a) {
			return !s.notActions
		}
	}
	return s.notActions
}
