package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/iameval"
)

const endpointType = "aws:ec2/vpcEndpoint:VpcEndpoint"

// gatewayEndpoints are the endpoints that stand in route tables.
func (in *inspection) gatewayEndpoints() []subject { return in.endpoints("Gateway") }

func (in *inspection) endpoints(kind string) []subject {
	return slices.DeleteFunc(in.each(endpointType), func(s subject) bool {
		found := s.Get("vpcEndpointType")
		return found != kind && !(kind == "Gateway" && found == nil) // AWS's default
	})
}

// endpointsFor wants an interface endpoint for each service, but for those that
// the environment file says AWS does not offer in the region.
func endpointsFor(services ...string) func(*inspection) {
	return func(in *inspection) {
		if !in.Has(graph.Network) {
			return
		}
		all := in.endpoints("Interface")
		for _, service := range services {
			if slices.Contains(in.Environment.Network.UnavailableEndpoints, service) {
				continue
			}
			name := "com.amazonaws." + in.Names.Region + "." + service
			if !slices.ContainsFunc(all, func(s subject) bool { return s.Get("serviceName") == name }) {
				in.missing(graph.Network, "an interface endpoint for "+name)
			}
		}
	}
}

func interfaceEndpointsArePrivate(in *inspection) {
	groups := resourcesOf(in.OfTypeNamed(groupType, "endpoints"))
	for _, e := range in.endpoints("Interface") {
		e.is("privateDnsEnabled", true)
		if list := e.Get("subnetIds"); len(e.References["subnetIds"]) < 2 {
			e.want("subnetIds", "at least two subnets", func(any) bool { items, _ := list.([]any); return len(items) >= 2 })
		}
		if list, ok := e.Get("securityGroupIds").([]any); ok && len(list) != 1 {
			e.fail("securityGroupIds", "the endpoint security group and no other", show(list))
		}
		e.refersTo("securityGroupIds", "the endpoint security group", groups...)
	}
}

// OfTypeNamed returns the resources of a type with a Pulumi name.
func (in *inspection) OfTypeNamed(resourceType, name string) []subject {
	return slices.DeleteFunc(in.each(resourceType), func(s subject) bool { return s.Name != name })
}

// s3EndpointKeepsToAccount asks the endpoint's policy what it lets through.
func s3EndpointKeepsToAccount(in *inspection) {
	if !in.Has(graph.Network) {
		return
	}
	service := "com.amazonaws." + in.Names.Region + ".s3"
	found := slices.DeleteFunc(in.gatewayEndpoints(), func(s subject) bool { return s.Get("serviceName") != service })
	if len(found) == 0 {
		in.missing(graph.Network, "a gateway endpoint for "+service)
		return
	}
	for _, e := range found {
		for _, subnet := range in.each(subnetType) {
			if a, ok := subnet.alongside("aws:ec2/routeTableAssociation:RouteTableAssociation", "subnetId"); ok {
				a.refersTo("routeTableId", "a route table of the stack", resourcesOf(in.each(routeTableType))...)
			}
		}
		for _, table := range in.each(routeTableType) {
			e.refersTo("routeTableIds", "every route table, "+table.Name+" too", table.Resource)
		}
		if d, ok := e.policyOn(); ok {
			d.passesOwnObjectsOnly()
		}
	}
}

func (d document) passesOwnObjectsOnly() {
	own, other := d.in.administrator(), d.in.stranger()
	bucket := "arn:" + d.in.Names.Partition() + ":s3:::some-bucket/object"
	layers := "arn:" + d.in.Names.Partition() + ":s3:::prod-" + d.in.Names.Region + "-starport-layer-bucket/layer"
	for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} {
		own, other := own.doing(action).on(bucket), other.doing(action).on(bucket)
		d.passes(own.with("an object of this account", nil), true)
		foreign := own.with("an object of another account", nil)
		foreign.owner = foreignAccount
		d.passes(foreign, false)
		d.passes(other.with("a caller of another account", nil), false)
	}
	d.passes(own.doing("s3:PutBucketPolicy").on(strings.TrimSuffix(bucket, "/object")).with("a change of a bucket", nil), false)
	image := own.doing("s3:GetObject").on(layers).with("an image layer of ECR", nil)
	image.owner = foreignAccount
	d.passes(image, true)
	d.passes(image.doing("s3:PutObject").with("a write into AWS's own bucket", nil), false)
}

// passes wants a request to pass the endpoint, or not to: the caller and the
// resource allow it, so that the endpoint alone decides.
func (d document) passes(p probe, want bool) {
	e := iameval.Environment{Identity: p.identity, Resource: open, Endpoint: d.Policy}
	verdict, ok := d.subject.ask(p, e)
	if passed := verdict.Verdict == iameval.Allow; ok && passed != want {
		wanted := "no way through for "
		if want {
			wanted = "a way through for "
		}
		d.fail(d.Property, wanted+p.what, verdict.String())
	}
}

// open is a bucket policy that lets everybody in.
var open = func() *iameval.Policy {
	p, err := iameval.New("open", iameval.BucketPolicy, iameval.Document{Version: iameval.Version2012, Statements: []iameval.Statement{
		{Sid: "All", Effect: iameval.EffectAllow, Principals: &iameval.Principals{AWS: []string{"*"}}, Actions: []string{"s3:*"}, Resources: []string{"*"}},
	}})
	if err != nil {
		panic(err)
	}
	return p
}()

// endpointPoliciesStopAtAccount wants every statement that opens something to
// stop at the account on both sides, or to name what it opens.
func endpointPoliciesStopAtAccount(in *inspection) {
	for _, e := range in.required(graph.Network, endpointType) {
		d, ok := e.policyOn()
		if !ok {
			continue
		}
		opens := false
		d.eachStatement(func(place string, s iameval.Statement) {
			if s.Effect != iameval.EffectAllow {
				return
			}
			opens = true
			byAccount := hasCondition(s, "StringEquals", "aws:PrincipalAccount", in.Names.Account)
			inAccount := hasCondition(s, "StringEquals", "aws:ResourceAccount", in.Names.Account)
			named := !slices.ContainsFunc(s.Resources, func(r string) bool { return strings.HasPrefix(r, "*") || strings.HasSuffix(r, ":*") })
			switch {
			case len(s.NotActions)+len(s.NotResources) > 0 || slices.Contains(s.Actions, "*"):
				e.fail(place, "the actions and resources that are meant", "all but some")
			case !named && !(byAccount && inAccount):
				e.fail(place, "aws:PrincipalAccount and aws:ResourceAccount equal to "+in.Names.Account, show(s.Conditions))
			case named && !inAccount && slices.ContainsFunc(s.Actions, isPattern):
				e.fail(place, "listed actions on what is not the account's", show(s.Actions))
			case named && !byAccount && !readsOnly(s):
				e.fail(place, "aws:PrincipalAccount equal to "+in.Names.Account+", or reading only", show(s.Actions))
			}
		})
		if !opens {
			e.fail("policy", "a statement that opens the endpoint", "none")
		}
	}
}

func isPattern(text string) bool { return strings.ContainsAny(text, "*?") }

// readsOnly reports whether a statement's actions only read objects.
func readsOnly(s iameval.Statement) bool {
	return !slices.ContainsFunc(s.Actions, func(a string) bool { return a != "s3:GetObject" })
}

// hasCondition reports whether a statement has a condition with exactly these
// values.
func hasCondition(s iameval.Statement, operator, key string, values ...string) bool {
	return slices.ContainsFunc(s.Conditions, func(c iameval.Condition) bool {
		return c.Operator == operator && strings.EqualFold(c.Key, key) && slices.Equal(c.Values, values)
	})
}
