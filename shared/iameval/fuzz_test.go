package iameval

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
)

var allKinds = []Kind{IdentityPolicy, PermissionsBoundary, SessionPolicy, BucketPolicy, ResourcePolicy, KeyPolicy, TrustPolicy, EndpointPolicy, ServiceControlPolicy, ResourceControlPolicy}

// FuzzUnitParse: never a panic; an error or a policy, never both or none; what
// was parsed, written and parsed again is the same.
func FuzzUnitParse(f *testing.F) {
	for _, c := range parseCases {
		f.Add(uint8(slices.Index(allKinds, c.kind)), []byte(c.text))
	}
	for _, table := range conditionTables {
		f.Add(uint8(0), []byte(document(`{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":`+table.cases[0].condition+`}`)))
	}
	f.Fuzz(func(t *testing.T, k uint8, text []byte) {
		p, err := Parse("fuzz", allKinds[int(k)%len(allKinds)], text)
		if (err == nil) == (p == nil) {
			t.Fatalf("policy %v and error %v", p, err)
		}
		if err != nil {
			return
		}
		first, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse("fuzz", p.Kind(), first)
		if err != nil {
			t.Fatalf("%s\nis written as\n%s\nwhich is an error: %v", text, first, err)
		}
		second, err := json.Marshal(again)
		if err != nil || string(first) != string(second) {
			t.Fatalf("%s\nis written as\n%s\nand then as\n%s (%v)", text, first, second, err)
		}
		if !reflect.DeepEqual(p.Document(), again.Document()) {
			t.Fatalf("%+v\nbecame\n%+v", p.Document(), again.Document())
		}
	})
}

// FuzzUnitEvaluate: never a panic; an error or a verdict; the same verdict
// again; and with a statement more that denies everything, an explicit deny.
func FuzzUnitEvaluate(f *testing.F) {
	for i, c := range conditionTables[0].cases {
		f.Add(uint8(i), document(`{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*","Condition":`+c.condition+`}`), document(anyoneGet), "s3:GetObject", object, "aws:PrincipalTag/job", "a", "b")
	}
	f.Add(uint8(3), document(useKey), document(keyFor(aws(train))), "kms:Decrypt", key, "kms:ViaService", "s3.eu-central-1.amazonaws.com", "")
	f.Add(uint8(5), document(assume), document(trustFor(aws(ownRoot), "sts:AssumeRole")), "sts:AssumeRole", train, "aws:TagKeys", "a", "b")
	f.Add(uint8(1), document(allowGet, denyGet), document(notPrincipal(ada, ownRoot)), "s3:GetObject", "*", "aws:SourceArn", "arn:aws:s3:::a", "")
	f.Fuzz(func(t *testing.T, who uint8, identity, resource, action, of, key, first, second string) {
		actors := allActors()
		q := Request{Principal: actors[int(who)%len(actors)].principal, Action: action, Resource: of, ResourceAccount: accountA, Context: Context{key: {first}}}
		if second != "" {
			q.Context[key] = append(q.Context[key], second)
		}
		e := Environment{}
		if p, err := Parse("identity", IdentityPolicy, []byte(identity)); err == nil && q.Principal.identity() {
			e.Identity = list(p)
		}
		for _, kind := range []Kind{BucketPolicy, ResourcePolicy, KeyPolicy, TrustPolicy} {
			if p, err := Parse("resource", kind, []byte(resource)); err == nil && int(who/16)%4 <= slices.Index(allKinds, kind)-3 {
				e.Resource = p
			}
		}
		d, err := Evaluate(q, e)
		known := slices.Contains([]Verdict{Allow, ExplicitDeny, ImplicitDeny}, d.Verdict)
		if known == (err != nil) {
			t.Fatalf("verdict %q and error %v", d.Verdict, err)
		}
		if err != nil {
			return
		}
		_ = d.String()
		again, err := Evaluate(q, e)
		if err != nil || !reflect.DeepEqual(d, again) {
			t.Fatalf("%+v, then %+v (%v)", d, again, err)
		}
		e.Endpoint, err = New("deny", EndpointPolicy, Document{Version: Version2012, Statements: []Statement{denyAll(EndpointPolicy)}})
		if err != nil {
			t.Fatal(err)
		}
		if denied, err := Evaluate(q, e); err != nil || denied.Verdict != ExplicitDeny {
			t.Fatalf("%s (%v) where everything is denied", denied, err)
		}
	})
}
