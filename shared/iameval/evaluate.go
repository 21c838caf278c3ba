package iameval

import "fmt"

// Evaluate decides a request.
//
// Every Deny of every policy in force is looked for first: "If the enforcement
// code finds even one explicit deny that applies, the code returns a final
// decision of Deny". Then the filters must let the request through: endpoint,
// resource control and service control policies. Then somebody must grant it.
//
// All statements are always looked at, so that neither the verdict nor whether
// there is an error depends on the order of statements and policies.
//
// Source: "How AWS enforcement code logic evaluates requests to allow or deny
// access".
func Evaluate(r Request, e Environment) (Decision, error) {
	f, err := r.facts()
	if err != nil {
		return Decision{}, err
	}
	f.bounded = e.Boundary != nil
	if err := e.check(f); err != nil {
		return Decision{}, err
	}
	if err := e.checkKeys(r.Context); err != nil {
		return Decision{}, err
	}
	found, err := look(f, &e)
	if err != nil {
		return Decision{}, err
	}
	return decide(f, found), nil
}

// layer is what the policies of one kind, or of one level of an organization,
// say of a request.
type layer struct {
	kind     Kind
	inForce  bool
	policies []*Policy
	allows   []StatementRef
}

// open reports whether the layer lets a request through: something in it
// allows, or it is not there.
func (l *layer) open() bool { return !l.inForce || len(l.allows) > 0 }

func (l *layer) lack() Lack {
	names := make([]string, len(l.policies))
	for i, p := range l.policies {
		names[i] = p.name
	}
	return Lack{Kind: l.kind, Policies: names}
}

// findings is what all policies in force say of a request.
type findings struct {
	denies   []StatementRef
	filters  []*layer // endpoint, organization: each must be open
	resource *layer
	named    [direct + 1][]StatementRef // allows of the resource policy, by reach
	identity *layer
	boundary *layer
	session  *layer
}

func look(f *facts, e *Environment) (*findings, error) {
	found := &findings{
		resource: &layer{kind: ResourcePolicy, policies: list(e.Resource)},
		identity: &layer{kind: IdentityPolicy, inForce: true, policies: e.Identity},
		boundary: &layer{kind: PermissionsBoundary, inForce: f.bounded, policies: list(e.Boundary)},
		session:  &layer{kind: SessionPolicy, inForce: sessionInForce(f, e), policies: e.Session},
	}
	if e.Resource != nil {
		found.resource.kind = e.Resource.kind
	}
	if e.Endpoint != nil {
		found.addFilters(EndpointPolicy, [][]*Policy{{e.Endpoint}})
	}
	if !f.principal.serviceLinked() {
		found.addFilters(ResourceControlPolicy, e.ResourceControl)
		if f.principal.account != "" {
			found.addFilters(ServiceControlPolicy, e.ServiceControl)
		}
	}
	layers := append(found.filters, found.resource, found.identity, found.boundary, found.session)
	for _, l := range layers {
		if err := found.read(l, f); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// addFilters adds the levels of a chain. Each level must allow by itself: "from
// the root through each OU in the direct path to the account (including the
// target account itself)". Service control policies bind the principals of an
// account, so not services, federated and anonymous callers; resource control
// policies bind whoever comes, the root user included. Neither binds a
// service-linked role.
//
// Sources: Organizations User Guide, "SCP evaluation", How SCPs work with Allow;
// "RCP evaluation"; "Resource control policies (RCPs)", RCP effects on
// permissions.
func (found *findings) addFilters(kind Kind, chain [][]*Policy) {
	for _, level := range chain {
		found.filters = append(found.filters, &layer{kind: kind, inForce: true, policies: level})
	}
}

// sessionInForce: a session of GetFederationToken has no permissions at all
// without a session policy ("If there is no session policy, the code checks
// whether the principal is a role session. ... Otherwise, the request is
// implicitly denied"). Several session policies are read together, as several
// identity policies are; AWS lets one pass an inline and ten managed ones and
// speaks of one intersection only, that with the identity policies.
//
// Source: "How AWS enforcement code logic evaluates requests to allow or deny
// access", Session policies.
func sessionInForce(f *facts, e *Environment) bool {
	return len(e.Session) > 0 || f.principal.kind == federatedUserPrincipal
}

// read finds the statements of a layer that apply.
func (found *findings) read(l *layer, f *facts) error {
	for _, p := range l.policies {
		for _, s := range p.statements {
			reach, err := s.applies(f)
			switch {
			case err != nil:
				return err
			case reach == unnamed:
			case s.deny:
				found.denies = append(found.denies, s.ref)
			default:
				l.allows = append(l.allows, s.ref)
				if l == found.resource {
					found.named[reach] = append(found.named[reach], s.ref)
				}
			}
		}
	}
	return nil
}

// applies says how a statement speaks of the request; unnamed if it does not
// apply.
func (s *statement) applies(f *facts) (reach, error) {
	reach := s.matchesPrincipal(f)
	if reach == unnamed || !s.matchesAction(f.action) {
		return unnamed, nil
	}
	ok, err := s.matchesResource(f.resource, f.context)
	if err != nil {
		return unnamed, fmt.Errorf("%s: %w", s.ref, err)
	}
	if !ok {
		return unnamed, nil
	}
	if ok, err = s.matchesConditions(f.context); err != nil || !ok {
		return unnamed, err
	}
	return reach, nil
}

func list(p *Policy) []*Policy {
	if p == nil {
		return nil
	}
	return []*Policy{p}
}
