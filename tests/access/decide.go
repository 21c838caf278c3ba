package access

import (
	"maps"

	"github.com/ringfence/ringfence/shared/iameval"
)

// caller is somebody who asks.
type caller struct {
	name      string
	principal iameval.Principal
	role      *role // nil: not of the estate
}

// session is a caller with a role of the estate.
func (e *estate) session(name string) caller {
	r := e.roles[name]
	return caller{name: name, principal: iameval.RoleSession(r.arn, "session"), role: r}
}

// The callers from outside. The foreign role has every permission in its own
// account, so that only the estate stands in its way.
var (
	foreign   = caller{name: "role of another account", principal: iameval.RoleSession("arn:aws:iam::999999999999:role/admin", "session"), role: &role{identity: []*iameval.Policy{everything}}}
	insider   = caller{name: "administrator of this account", principal: iameval.RoleSession(iamARN("role/admin"), "session"), role: &role{identity: []*iameval.Policy{everything}}}
	deployer  = caller{name: "deployer", principal: iameval.RoleSession(iamARN("role/deployer"), "session"), role: &role{identity: []*iameval.Policy{everything}}}
	anonymous = caller{name: "anonymous", principal: iameval.Anonymous()}
)

var everything = func() *iameval.Policy {
	p, err := iameval.Parse("AdministratorAccess", iameval.IdentityPolicy,
		[]byte(`{"Version":"2012-10-17","Statement":[{"Sid":"All","Effect":"Allow","Action":"*","Resource":"*"}]}`))
	if err != nil {
		panic(err)
	}
	return p
}()

func service(name string) caller { return caller{name: name, principal: iameval.Service(name)} }

// way is how a request travels.
type way struct {
	name    string
	context iameval.Context
	// endpoint is the endpoint that the request passes; empty for none.
	endpoint string
}

// with adds condition keys.
func (w way) with(name string, context iameval.Context) way {
	merged := maps.Clone(w.context)
	maps.Copy(merged, context)
	return way{name: name, context: merged, endpoint: w.endpoint}
}

// inside is the way that everything is meant to take: from a private subnet,
// through the S3 endpoint, over TLS 1.3.
var inside = way{
	name: "through the endpoint",
	context: iameval.Context{
		"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}, "aws:SourceVpce": {"vpce-s3"}, "aws:ViaAWSService": {"false"},
	},
	endpoint: "s3",
}

// outside is the same from anywhere else.
var outside = way{
	name:    "from outside the VPC",
	context: iameval.Context{"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}, "aws:ViaAWSService": {"false"}},
}

// verdicts counts decisions and collects the statements that ever denied.
type verdicts struct {
	estate *estate
	count  int
	denied map[iameval.StatementRef]bool
}

// ask decides one request.
func (v *verdicts) ask(c caller, w way, action, arn string, resource *iameval.Policy) (iameval.Decision, error) {
	env := iameval.Environment{Resource: resource}
	if c.role != nil {
		env.Identity, env.Boundary = c.role.identity, c.role.boundary
	}
	if w.endpoint != "" {
		env.Endpoint = v.estate.endpoints[w.endpoint]
	}
	d, err := iameval.Evaluate(iameval.Request{
		Principal: c.principal, Action: action, Resource: arn, ResourceAccount: account, Context: w.context,
	}, env)
	if err != nil {
		return d, err
	}
	v.count++
	if d.Verdict == iameval.ExplicitDeny {
		for _, statement := range d.By {
			v.denied[statement] = true
		}
	}
	return d, nil
}

// keyActions are the calls that S3 makes to KMS on the caller's behalf (Amazon
// S3 User Guide, "Using server-side encryption with AWS KMS keys").
var keyActions = map[string]string{"s3:GetObject": "kms:Decrypt", "s3:PutObject": "kms:GenerateDataKey"}

// object decides a request for an object, and with it the call to the key that
// S3 makes for it: both must be allowed.
func (v *verdicts) object(c caller, w way, action, bucket, key, prefix string) (iameval.Decision, error) {
	arn := bucket + "/" + prefix + "object"
	if action == "s3:ListBucket" {
		arn, w = bucket, w.with(w.name, iameval.Context{"s3:prefix": {prefix}})
	}
	d, err := v.ask(c, w, action, arn, v.estate.buckets[bucket])
	call := keyActions[action]
	if err != nil || d.Verdict != iameval.Allow || call == "" || c.name == anonymous.name {
		return d, err
	}
	through := way{context: iameval.Context{"kms:ViaService": {"s3.eu-central-1.amazonaws.com"}}}
	return v.ask(c, through, call, key, v.estate.keys[key])
}
