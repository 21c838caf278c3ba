package security

import (
	"maps"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/record"
)

// estate is the security stack of one environment, for the evaluator.
type estate struct {
	t       *testing.T
	prefix  string // of every name
	region  string
	account string
	roles   map[string]*role // by the last part of their names
	outputs map[string]any
}

type role struct {
	arn             string
	identity        []*iameval.Policy
	boundary, trust *iameval.Policy
}

// evaluated records an environment and reads its policies.
func evaluated(t *testing.T, environment, region string) *estate {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	r := suite.Record(t, environment)
	e := &estate{t: t, prefix: "ringfence-" + environment + "-", region: region, account: "123456789012", roles: map[string]*role{}, outputs: r.Outputs}
	boundary, managed := e.managedPolicies(r)
	for _, resource := range r.OfType("aws:iam/role:Role") {
		name := e.short(resource.Inputs["name"])
		e.roles[name] = &role{
			arn:      e.iam("role/" + e.prefix + name),
			boundary: boundary,
			trust:    e.parse(resource, "assumeRolePolicy", iameval.TrustPolicy),
		}
	}
	for _, resource := range r.OfType("aws:iam/rolePolicy:RolePolicy") {
		role := e.roles[e.short(resource.Inputs["role"])]
		role.identity = append(role.identity, e.parse(resource, "policy", iameval.IdentityPolicy))
	}
	for _, resource := range r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
		role := e.roles[e.short(resource.Inputs["role"])]
		arn := resource.Inputs["policyArn"].(string)
		if policy := managed[arn]; policy != nil {
			role.identity = append(role.identity, policy)
		} else if !strings.HasSuffix(arn, ":iam::aws:policy/AWSSupportAccess") {
			t.Errorf("%s: %s is no policy of the stack (control IAM-05)", resource.Name, arn)
		}
	}
	return e
}

// managedPolicies are the boundary, and the policies to attach by ARN.
func (e *estate) managedPolicies(r *record.Recording) (*iameval.Policy, map[string]*iameval.Policy) {
	e.t.Helper()
	managed := map[string]*iameval.Policy{}
	var limit *iameval.Policy
	for _, resource := range r.OfType("aws:iam/policy:Policy") {
		if resource.Name == "boundary" {
			limit = e.parse(resource, "policy", iameval.PermissionsBoundary)
			continue
		}
		managed[e.iam("policy/"+resource.Inputs["name"].(string))] = e.parse(resource, "policy", iameval.IdentityPolicy)
	}
	return limit, managed
}

func (e *estate) parse(r record.Resource, key string, kind iameval.Kind) *iameval.Policy {
	e.t.Helper()
	policy, err := iameval.Parse(r.Name, kind, []byte(r.Inputs[key].(string)))
	if err != nil {
		e.t.Fatal(err)
	}
	return policy
}

func (e *estate) short(name any) string { return strings.TrimPrefix(name.(string), e.prefix) }

func (e *estate) partition() string {
	if strings.HasPrefix(e.region, "us-gov-") {
		return "aws-us-gov"
	}
	return "aws"
}

func (e *estate) iam(resource string) string {
	return "arn:" + e.partition() + ":iam::" + e.account + ":" + resource
}

func (e *estate) arn(service, resource string) string {
	return "arn:" + e.partition() + ":" + service + ":" + e.region + ":" + e.account + ":" + resource
}

func (e *estate) bucket(name string) string {
	return "arn:" + e.partition() + ":s3:::" + e.prefix + name + "-" + e.account + "-" + e.region
}

// everything is a policy that allows all, to see what a denial leaves of it.
func (e *estate) everything() *iameval.Policy {
	return e.document("everything", iameval.IdentityPolicy, `"Action":"*"`)
}

// openKey is the policy of a key that leaves everything to IAM, the most that a
// key of somebody else in the account can be open.
func (e *estate) openKey() *iameval.Policy {
	return e.document("open key", iameval.KeyPolicy, `"Action":"kms:*","Principal":{"AWS":"`+e.iam("root")+`"}`)
}

func (e *estate) document(name string, kind iameval.Kind, allowed string) *iameval.Policy {
	e.t.Helper()
	policy, err := iameval.Parse(name, kind,
		[]byte(`{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Resource":"*",`+allowed+`}]}`))
	if err != nil {
		e.t.Fatal(err)
	}
	return policy
}

// strong is a role of the estate to which somebody gave every permission.
func (e *estate) strong(name string) *role {
	r := *e.roles[name]
	r.identity = append([]*iameval.Policy{e.everything()}, r.identity...)
	return &r
}

// ask decides a request of a role of the estate, made in the estate's region
// unless the context says otherwise.
func (e *estate) ask(r *role, action, resource string, context iameval.Context) iameval.Decision {
	e.t.Helper()
	all := iameval.Context{"aws:RequestedRegion": {e.region}}
	maps.Copy(all, context)
	request := iameval.Request{
		Principal: iameval.RoleSession(r.arn, "session"), Action: action, Resource: resource, ResourceAccount: e.account, Context: all,
	}
	if owner, ok := context["account"]; ok { // not a condition key
		delete(all, "account")
		request.ResourceAccount = owner[0]
	}
	environment := iameval.Environment{Identity: r.identity, Boundary: r.boundary}
	if strings.HasPrefix(action, "kms:") && strings.Contains(resource, ":key/") {
		environment.Resource = e.openKey()
	}
	if action == "sts:AssumeRole" {
		environment.Resource = e.roles[resource[strings.LastIndex(resource, "/"+e.prefix)+1+len(e.prefix):]].trust
	}
	d, err := iameval.Evaluate(request, environment)
	if err != nil {
		e.t.Fatal(err)
	}
	return d
}

// by says whether a statement decided.
func by(d iameval.Decision, sid string) bool {
	for _, statement := range d.By {
		if statement.Statement == sid {
			return true
		}
	}
	return false
}

// sids are the denials of a policy.
func sids(policy *iameval.Policy) []string {
	var out []string
	for _, s := range policy.Document().Statements {
		if s.Effect == iameval.EffectDeny {
			out = append(out, s.Sid)
		}
	}
	return out
}
