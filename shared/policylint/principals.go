package policylint

import (
	"slices"
	"strings"
)

func (s *statement) principals() {
	if s.Principals == nil {
		return
	}
	for _, name := range s.Principals.Service {
		if !isService(name) {
			s.find(UnknownService, "Principal", name, "no service of AWS is so called")
		}
	}
	if s.Resource.Type == "aws:iam/role:Role" && len(s.NotActions) == 0 {
		s.waysToAssume()
	}
}

// waysToAssume holds that each kind of principal finds the action by which it can
// take the role.
func (s *statement) waysToAssume() {
	grants := func(name string) bool {
		for _, e := range s.entries {
			for _, a := range e.actions {
				if strings.EqualFold(a.Name, name) {
					return true
				}
			}
		}
		return false
	}
	for _, provider := range s.Principals.Federated {
		action := "sts:AssumeRoleWithWebIdentity"
		if strings.Contains(provider, ":saml-provider/") {
			action = "sts:AssumeRoleWithSAML"
		}
		if !grants(action) {
			s.find(PrincipalAction, "Principal", provider, "an identity provider takes roles with %s, which the statement is not about", action)
		}
	}
	for _, name := range slices.Concat(s.Principals.AWS, s.Principals.Service) {
		if name != "*" && !grants("sts:AssumeRole") {
			s.find(PrincipalAction, "Principal", name, "takes roles with sts:AssumeRole, which the statement is not about")
		}
	}
}
