package access

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/ringfence/ringfence/shared/authorization"
	"github.com/ringfence/ringfence/shared/iameval"
)

// NotFoundError reports that a text names nothing.
type NotFoundError struct {
	// What is looked for, such as "principal", and Text what was given.
	What, Text string
	// Known are the names there are, the nearest first.
	Known []string
}

// shownNames is how many names an error lists.
const shownNames = 12

func (e *NotFoundError) Error() string {
	shown := e.Known[:min(len(e.Known), shownNames)]
	more := ""
	if rest := len(e.Known) - len(shown); rest > 0 {
		more = fmt.Sprintf(" and %d more", rest)
	}
	return fmt.Sprintf("there is no %s %q; there is %s%s", e.What, e.Text, strings.Join(shown, ", "), more)
}

func notFound(what, text string, known []string) *NotFoundError {
	known = slices.Clone(known)
	distance := func(name string) int { return levenshtein.Distance(plainName(text), plainName(name), nil) }
	slices.SortFunc(known, func(a, b string) int { return cmp.Or(cmp.Compare(distance(a), distance(b)), cmp.Compare(a, b)) })
	return &NotFoundError{what, text, known}
}

// plainName makes "data-key" and "Data key" one.
func plainName(name string) string { return strings.ReplaceAll(strings.ToLower(name), "-", " ") }

var (
	roleARN    = regexp.MustCompile(`^arn:[a-z-]+:iam::([0-9]{12}):role/([!-~]*/)?([\w+=,.@-]+)$`)
	sessionARN = regexp.MustCompile(`^arn:([a-z-]+):sts::([0-9]{12}):assumed-role/([\w+=,.@-]+)/[\w+=,.@-]+$`)
	userARN    = regexp.MustCompile(`^arn:[a-z-]+:iam::[0-9]{12}:user/[!-~]+$`)
	accountID  = regexp.MustCompile(`^[0-9]{12}$`)
)

// FindCaller is who a text names: a role of the estate by its name or ARN, a name
// that questions have, "service:cloudtrail.amazonaws.com", "account:999999999999",
// or the ARN of another role or user, who may then do all that the estate leaves
// them. Its error is a *NotFoundError.
func (m *Model) FindCaller(text string) (Caller, error) {
	v := m.vocabulary()
	service, isService := strings.CutPrefix(text, "service:") // which is all of it where it is not there
	of, isAccount := strings.CutPrefix(text, "account:")
	if s := sessionARN.FindStringSubmatch(text); s != nil {
		text = fmt.Sprintf("arn:%s:iam::%s:role/%s", s[1], s[2], s[3])
	}
	switch {
	case isService || strings.HasSuffix(text, ".amazonaws.com"):
		return Service(service), nil
	case isAccount && of == m.snapshot.Names.Account:
		return m.Administrator(), nil
	case isAccount && accountID.MatchString(of):
		return m.FromAccount("role of account "+of, of), nil
	case roleARN.MatchString(text):
		for _, role := range m.Roles {
			if role.ARN == text {
				return m.Session(m.short(role.Name)), nil
			}
		}
		return Outsider(text, text), nil
	case userARN.MatchString(text):
		return OutsiderUser(text, text), nil
	}
	for name, c := range v.callers {
		if plainName(name) == plainName(text) || m.snapshot.Names.Of(name) == text {
			return c, nil
		}
	}
	return Caller{}, notFound("principal", text, m.Principals())
}

// Principals are the names of those who can ask, sorted, without those given
// everything.
func (m *Model) Principals() []string {
	names := slices.Sorted(maps.Keys(m.vocabulary().callers))
	return slices.DeleteFunc(names, func(name string) bool { return strings.HasSuffix(name, givenEverything) })
}

// short is the name of a role in the estate.
func (m *Model) short(role string) string { return strings.TrimPrefix(role, m.snapshot.Names.Of("")) }

// FindAction is an action as AWS spells it; AWS itself does not mind the case. A
// misspelt one would be denied, and look like a proof. Its error is a
// *NotFoundError.
func FindAction(text string) (string, error) {
	service, _, _ := strings.Cut(text, ":")
	actions := authorization.Matching(service + ":*")
	if len(actions) == 0 {
		return "", notFound("service", service, authorization.Services())
	}
	names := make([]string, len(actions))
	for i, a := range actions {
		if strings.EqualFold(a.Name, text) {
			return a.Name, nil
		}
		names[i] = a.Name
	}
	return "", notFound("action", text, names)
}

// FindTarget is what a text names for an action: an ARN, a name that questions
// have, such as "data key" or data-key, a place in the data bucket, such as
// models/churn/x, or "*". Its error is a *NotFoundError.
func (m *Model) FindTarget(c Caller, action, text string) (Target, error) {
	v := m.vocabulary()
	q := Question{Principal: c.Name, Action: action, Resource: text}
	if text == "*" {
		return v.targets[allResources], nil
	}
	if strings.HasPrefix(text, "arn:") {
		return v.byARN(action, text), nil
	}
	for _, name := range v.resources() {
		if plainName(name) == plainName(text) {
			q.Resource = name
			return v.target(q), nil
		}
	}
	if bucket, _, ok := strings.Cut(text, ": "); ok {
		if _, known := v.targets[bucket]; known {
			return v.target(q), nil
		}
	} else if strings.HasPrefix(action, "s3:") && strings.Contains(text, "/") {
		return v.place(action, text), nil
	}
	return Target{}, notFound("resource", text, v.resources())
}

// resources are the names of all resources.
func (v *vocabulary) resources() []string {
	names := slices.Collect(maps.Keys(v.targets))
	for _, role := range v.model.roleNames() {
		names = append(names, "role "+role)
	}
	slices.Sort(names)
	return names
}

// place is an object of the data bucket, or a listing below it.
func (v *vocabulary) place(action, key string) Target {
	t := v.targets["data bucket"]
	if action == "s3:ListBucket" {
		t.context = iameval.Context{"s3:prefix": {key}}
		return t
	}
	t.ARN += "/" + key
	t.context = iameval.Context{scanTag: {"NO_THREATS_FOUND"}}
	return t
}

// byARN is what an ARN names. A bucket that is not the estate's is somebody
// else's, and open to all: only what stands before it can refuse.
func (v *vocabulary) byARN(action, arn string) Target {
	for _, name := range slices.Sorted(maps.Keys(v.targets)) {
		t := v.targets[name]
		if strings.HasSuffix(name, " bucket") && t.err == nil && strings.HasPrefix(arn, t.ARN+"/") {
			t.context = iameval.Context{scanTag: {"NO_THREATS_FOUND"}}
			t.ARN = arn
			return t
		}
		if t.err == nil && t.ARN == arn && !strings.Contains(name, openWord) {
			return t
		}
	}
	t := v.model.Target(action, arn)
	owner := strings.SplitN(arn, ":", 6)
	if len(owner) == 6 && accountID.MatchString(owner[4]) {
		t.Account = owner[4]
	}
	if strings.HasPrefix(arn, "arn:"+v.model.snapshot.Names.Partition()+":s3:::") {
		t.Account, t.Policy = ForeignAccount, OpenToAll
	}
	return t
}

// EndpointFor is the endpoint of the VPC that a call passes; empty where the VPC
// has none for it.
func (m *Model) EndpointFor(action string) string {
	service, name, _ := strings.Cut(action, ":")
	endpoint := map[string]string{
		"bedrock": "bedrock", "cloudwatch": "monitoring", "ec2": "ec2", "ecr": "ecr.api", "kms": "kms", "logs": "logs", "s3": "s3",
		"sagemaker": "sagemaker.api", "ssm": "ssm", "sts": "sts",
	}[service]
	switch {
	case service == "bedrock" && (strings.HasPrefix(name, "InvokeModel") || name == "ApplyGuardrail"):
		endpoint = "bedrock-runtime"
	case service == "bedrock" && (name == "InvokeAgent" || strings.HasPrefix(name, "Retrieve")):
		endpoint = "bedrock-agent-runtime"
	case service == "sagemaker" && strings.HasPrefix(name, "InvokeEndpoint"):
		endpoint = "sagemaker.runtime"
	case service == "ecr" && (name == "BatchGetImage" || name == "GetDownloadUrlForLayer"):
		endpoint = "ecr.dkr"
	}
	if _, ok := m.endpoints[endpoint]; !ok {
		return ""
	}
	return endpoint
}

// KeyCall is the call to a key that S3 makes for a caller who reads or writes an
// object of a bucket that has a key of its own; false where it makes none.
func (m *Model) KeyCall(c Caller, action string, t Target) (Target, string, bool) {
	v := m.vocabulary()
	call := keyCalls[action]
	for _, bucket := range encryptedBuckets {
		b, ok := v.targets[bucket+" bucket"]
		if ok && call != "" && c.principal.Account() != "" && strings.HasPrefix(t.ARN, b.ARN+"/") {
			return v.targets[bucket+" key"], call, true
		}
	}
	return Target{}, "", false
}

// Carriers are the documents that a statement stands in.
func (m *Model) Carriers(s iameval.StatementRef) []*Document {
	m.indexed.Do(func() {
		m.carriers = map[iameval.StatementRef][]*Document{}
		for _, d := range m.Documents {
			for i, statement := range d.Statements() {
				name := cmp.Or(statement.Sid, fmt.Sprintf("#%d", i+1))
				for _, kind := range d.kinds() {
					ref := iameval.StatementRef{Kind: kind, Policy: d.Policy.Name(), Statement: name}
					m.carriers[ref] = append(m.carriers[ref], d)
				}
			}
		}
	})
	return m.carriers[s]
}

// kinds are what a document is read as: a managed policy may be a boundary too.
func (d *Document) kinds() []iameval.Kind {
	if d.Resource.Type == policyType {
		return []iameval.Kind{iameval.IdentityPolicy, iameval.PermissionsBoundary}
	}
	return []iameval.Kind{d.Kind}
}

// OtherKeyARN is a key of this account that the estate knows nothing of.
func (m *Model) OtherKeyARN() string { return m.snapshot.Names.ARN("kms", "key/other") }
