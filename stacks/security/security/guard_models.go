package security

import "github.com/ringfence/ringfence/shared/iampolicy"

// invokeActions call a model. Converse and ConverseStream are authorized as
// these (Amazon Bedrock API Reference, "Converse").
var invokeActions = []string{"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"}

// models lets a role call the listed models (control IAM-20), and use the
// guardrail that every call must carry.
func (s *security) models() []iampolicy.Statement {
	if len(s.Env.Models.Allowed) == 0 {
		return nil
	}
	statements := []iampolicy.Statement{{
		Sid:       "InvokeListedModels",
		Effect:    iampolicy.Allow,
		Actions:   invokeActions,
		Resources: iampolicy.Strings(s.modelARNs()...),
	}}
	if guardrail := s.Env.Models.Guardrail; guardrail != "" {
		statements = append(statements, iampolicy.Statement{
			Sid:       "ApplyGuardrail",
			Effect:    iampolicy.Allow,
			Actions:   []string{"bedrock:ApplyGuardrail"},
			Resources: iampolicy.Strings(guardrail),
		})
	}
	return statements
}

// guardModels denies all other models (control IAM-20), and calls without the
// guardrail where one is configured (control IAM-21). A negated operator counts
// an absent guardrail as another one.
func (s *security) guardModels() []iampolicy.Statement {
	others := iampolicy.Statement{Sid: "DenyOtherModels", Effect: iampolicy.Deny, Actions: invokeActions}
	if len(s.Env.Models.Allowed) > 0 {
		others.NotResources = iampolicy.Strings(s.modelARNs()...)
	} else {
		others.Resources = iampolicy.Strings("*")
	}
	statements := []iampolicy.Statement{others}
	if guardrail := s.Env.Models.Guardrail; guardrail != "" {
		// A call names the guardrail's draft without a version and any other with
		// one (Amazon Bedrock User Guide, "Enforce the use of specific guardrails
		// in model inference requests").
		statements = append(statements, deny("DenyWithoutGuardrail", invokeActions,
			iampolicy.Is("StringNotLike", "bedrock:GuardrailIdentifier", guardrail, guardrail+":*")))
	}
	return statements
}

// modelARNs are the listed foundation models, which belong to AWS and to no
// account.
func (s *security) modelARNs() []string {
	arns := make([]string, len(s.Env.Models.Allowed))
	for i, id := range s.Env.Models.Allowed {
		arns[i] = "arn:" + s.Names.Partition() + ":bedrock:" + s.Env.Region + "::foundation-model/" + id
	}
	return arns
}
