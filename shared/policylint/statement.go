package policylint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/authorization"
	"github.com/ringfence/ringfence/shared/iameval"
)

// statement is a statement that is read.
type statement struct {
	*policy
	iameval.Statement
	label string
	// entries are those of Action or NotAction.
	entries []entry
}

// entry is an entry of Action or NotAction, with the actions that it is about;
// none for "*", which is about all.
type entry struct {
	text    string
	actions []*authorization.Action
}

func (e entry) everything() bool { return e.text == "*" }

// service is the prefix of an entry.
func (e entry) service() string {
	prefix, _, _ := strings.Cut(e.text, ":")
	return strings.ToLower(prefix)
}

func (s *statement) read() {
	for _, text := range slices.Concat(s.Actions, s.NotActions) {
		s.entries = append(s.entries, entry{text, authorization.Matching(text)})
	}
}

// all reports whether the statement is about actions of every service.
func (s *statement) all() bool {
	return len(s.NotActions) > 0 || slices.ContainsFunc(s.entries, entry.everything)
}

// services are the prefixes of the actions.
func (s *statement) services() []string {
	var out []string
	for _, e := range s.entries {
		if !e.everything() && !slices.Contains(out, e.service()) {
			out = append(out, e.service())
		}
	}
	return out
}

func (s *statement) find(rule *Rule, element, value, format string, args ...any) {
	s.add(rule, s.Resource, Finding{Kind: s.Kind, Statement: s.label, Element: element, Value: value, Problem: fmt.Sprintf(format, args...)})
}

// serviceOf is the one service whose actions a policy of this type can be about.
var serviceOf = map[string]string{
	"aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "logs",
	"aws:iam/role:Role":                "sts",
	"aws:kms/key:Key":                  "kms",
	"aws:kms/keyPolicy:KeyPolicy":      "kms",
	"aws:kms/replicaKey:ReplicaKey":    "kms",
	"aws:s3/accessPoint:AccessPoint":   "s3",
	"aws:s3/bucketPolicy:BucketPolicy": "s3",
	"aws:sns/topicPolicy:TopicPolicy":  "sns",
	"aws:sqs/queuePolicy:QueuePolicy":  "sqs",
}

func (s *statement) actions() {
	element := "Action"
	if len(s.NotActions) > 0 {
		element = "NotAction"
	}
	own := serviceOf[s.Resource.Type]
	for _, e := range s.entries {
		switch {
		case e.everything():
		case authorization.Find(e.service()) == nil:
			s.find(UnknownAction, element, e.text, "AWS has no service with the prefix %s", e.service())
		case len(e.actions) == 0:
			s.find(UnknownAction, element, e.text, "no action of %s is so called", e.service())
		case own != "" && own != e.service():
			s.find(ForeignAction, element, e.text, "the policy is about actions of %s only", own)
		}
	}
}
