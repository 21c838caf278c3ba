package iameval

import (
	"testing"
)

// logicCase is a request, the policies in force, and the decision in words.
type logicCase struct {
	name      string
	principal Principal
	action    string
	resource  string
	account   string
	context   Context
	policies  inForce
	want      string
}

// inForce gives policies in short: each text is one statement.
type inForce struct {
	identity, boundary, session, bucket, topic, key, trust, endpoint string
	identityToo                                                      string // a second statement
	scp, rcp                                                         []string
}

type logicTable struct {
	source string
	cases  []logicCase
}

func (p inForce) environment(t *testing.T) Environment {
	one := func(kind Kind, name string, statements ...string) *Policy {
		if statements[0] == "" {
			return nil
		}
		return parse(t, name, kind, document(statements...))
	}
	many := func(p *Policy) []*Policy { return list(p) }
	e := Environment{
		Boundary: one(PermissionsBoundary, "cap", p.boundary),
		Session:  many(one(SessionPolicy, "session", p.session)),
		Endpoint: one(EndpointPolicy, "s3", p.endpoint),
	}
	if p.identityToo != "" {
		e.Identity = many(one(IdentityPolicy, "own", p.identity, p.identityToo))
	} else {
		e.Identity = many(one(IdentityPolicy, "own", p.identity))
	}
	for _, r := range []*Policy{one(BucketPolicy, "data", p.bucket), one(ResourcePolicy, "topic", p.topic), one(KeyPolicy, "k1", p.key), one(TrustPolicy, "train", p.trust)} {
		if r != nil {
			e.Resource = r
		}
	}
	for i, s := range p.scp {
		e.ServiceControl = append(e.ServiceControl, many(one(ServiceControlPolicy, []string{"root", "unit", "account"}[i], s)))
	}
	for i, s := range p.rcp {
		e.ResourceControl = append(e.ResourceControl, many(one(ResourceControlPolicy, []string{"root", "unit", "account"}[i], s)))
	}
	return e
}

func (c logicCase) run(t *testing.T) {
	d, err := Evaluate(
		Request{Principal: c.principal, Action: c.action, Resource: c.resource, ResourceAccount: c.account, Context: c.context},
		c.policies.environment(t),
	)
	if err != nil {
		t.Fatal(err)
	}
	if d.String() != c.want {
		t.Errorf("got  %s\nwant %s", d, c.want)
	}
}

func TestUnitConformanceOfLogic(t *testing.T) {
	for _, table := range logicTables {
		t.Run(table.source, func(t *testing.T) {
			for _, c := range table.cases {
				t.Run(c.name, c.run)
			}
		})
	}
}

// Statements of the logic tables.
const (
	allowGet   = `{"Sid":"Get","Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`
	allowPut   = `{"Sid":"Put","Effect":"Allow","Action":"s3:PutObject","Resource":"*"}`
	denyGet    = `{"Sid":"NoGet","Effect":"Deny","Action":"s3:GetObject","Resource":"*"}`
	everything = `{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}`
	rcpFull    = `{"Sid":"Full","Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`
	rcpDeny    = `{"Sid":"NoGet","Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*","Condition":{"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}`
	anyoneGet  = `{"Sid":"Anyone","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}`
	useKey     = `{"Sid":"Use","Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}`
	assume     = `{"Sid":"Assume","Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::111122223333:role/train"}`
)

// bucketFor, keyFor and trustFor name one principal.
func bucketFor(effect, principal string) string {
	return `{"Sid":"Bucket","Effect":"` + effect + `","Principal":` + principal + `,"Action":"s3:GetObject","Resource":"arn:aws:s3:::data/*"}`
}

func keyFor(principal string) string {
	return `{"Sid":"Key","Effect":"Allow","Principal":` + principal + `,"Action":"kms:*","Resource":"*"}`
}

func trustFor(principal, action string) string {
	return `{"Sid":"Trust","Effect":"Allow","Principal":` + principal + `,"Action":"` + action + `"}`
}

func aws(arn string) string { return `{"AWS":"` + arn + `"}` }
