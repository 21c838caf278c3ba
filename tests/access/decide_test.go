package access

import (
	"maps"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/iameval"
)

// caller is somebody who asks, with the policies that are in force for them.
type caller struct {
	name      string
	principal iameval.Principal
	identity  []*iameval.Policy
	boundary  *iameval.Policy
}

// session is a caller with a role of the estate.
func (e *estate) session(name string) caller {
	e.t.Helper()
	role := e.model.Role(name)
	if role == nil {
		e.t.Fatalf("there is no role %s", name)
	}
	if role.Boundary == nil {
		e.t.Errorf("role %s has no boundary of the estate", name)
	}
	for _, arn := range role.Managed {
		if !strings.HasSuffix(arn, ":iam::aws:policy/AWSSupportAccess") {
			e.t.Fatalf("role %s has %s, which the table knows nothing of", name, arn)
		}
	}
	inForce, err := role.Environment()
	if err != nil {
		e.t.Fatalf("role %s: %v", name, err)
	}
	return caller{name, role.Session(), inForce.Identity, inForce.Boundary}
}

// strong is a role of the estate to which somebody gave every permission, so
// that only denials are left of its policies.
func (e *estate) strong(name string) caller {
	c := e.session(name)
	c.name += " given everything"
	c.identity = append([]*iameval.Policy{access.Everything}, c.identity...)
	return c
}

const foreignAccount = "999999999999"

// The callers from outside have every permission of their account, so that only
// the estate stands in their way.
func (e *estate) outsider(name, roleARN string) caller {
	return caller{name: name, principal: iameval.RoleSession(roleARN, "session"), identity: []*iameval.Policy{access.Everything}}
}

func (e *estate) insider() caller {
	return e.outsider("administrator of this account", e.names.IAMARN("role/admin"))
}

func (e *estate) deployer() caller { return e.outsider("deployer", e.environment.Access.Deployers[0]) }

func (e *estate) foreigner() caller {
	return e.outsider("role of another account", "arn:"+e.names.Partition()+":iam::"+foreignAccount+":role/admin")
}

var anonymous = caller{name: "anonymous", principal: iameval.Anonymous()}

func service(name string) caller { return caller{name: name, principal: iameval.Service(name)} }

// way is how a request travels.
type way struct {
	name    string
	context iameval.Context
	// endpoint is the endpoint that the request passes; empty for none.
	endpoint string
}

// with adds condition keys; a nil value takes one away.
func (w way) with(name string, context iameval.Context) way {
	merged := maps.Clone(w.context)
	maps.Copy(merged, context)
	maps.DeleteFunc(merged, func(_ string, values []string) bool { return values == nil })
	return way{name: name, context: merged, endpoint: w.endpoint}
}

var (
	// plain is a request of which nothing more needs to be said.
	plain = way{context: iameval.Context{}}
	// outside is a request to S3 from anywhere but the VPC.
	outside = way{
		name:    "from outside the VPC",
		context: iameval.Context{"aws:SecureTransport": {"true"}, "s3:TlsVersion": {"1.3"}, "aws:ViaAWSService": {"false"}},
	}
	// inside is the way that everything is meant to take: from a private subnet,
	// through the S3 endpoint, over TLS 1.3.
	inside = way{
		name:     "through the endpoint",
		context:  outside.with("", iameval.Context{"aws:SourceVpce": {"vpce-s3"}}).context,
		endpoint: "s3",
	}
)

// via is a call to a key that a service makes for the caller.
func (e *estate) via(service string) way {
	return way{name: "through " + service, context: iameval.Context{"kms:ViaService": {e.names.ServiceHost(service)}}}
}

// verdicts decides requests, counts them and collects the statements that ever
// denied.
type verdicts struct {
	*estate
	count  int
	denied map[iameval.StatementRef]bool
}

// ask decides one request about a resource of this account, in the estate's
// region unless the way says otherwise.
func (v *verdicts) ask(c caller, w way, action, arn string) iameval.Decision {
	v.t.Helper()
	return v.askOf(c, w, action, arn, v.names.Account, v.on(arn, action))
}

// askOf decides one request about a resource of an account, with that resource's
// own policy.
func (v *verdicts) askOf(c caller, w way, action, arn, owner string, resource *iameval.Policy) iameval.Decision {
	v.t.Helper()
	context := iameval.Context{"aws:RequestedRegion": {v.names.Region}}
	maps.Copy(context, w.context)
	inForce := iameval.Environment{Identity: c.identity, Boundary: c.boundary, Resource: resource}
	if w.endpoint != "" {
		inForce.Endpoint = v.endpoint(w.endpoint)
	}
	d, err := iameval.Evaluate(iameval.Request{
		Principal: c.principal, Action: action, Resource: arn, ResourceAccount: owner, Context: context,
	}, inForce)
	if err != nil {
		v.t.Fatalf("%s: %s on %s %s: %v", c.name, action, arn, w.name, err)
	}
	v.count++
	if d.Verdict == iameval.ExplicitDeny {
		for _, statement := range d.By {
			v.denied[statement] = true
		}
	}
	return d
}

// deniedBy lists the Sids of the denials that decided.
func deniedBy(d iameval.Decision) []string {
	var out []string
	if d.Verdict == iameval.ExplicitDeny {
		for _, statement := range d.By {
			out = append(out, statement.Statement)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
