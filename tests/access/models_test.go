package access

import (
	"slices"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
)

// agents are the workloads that call models.
func (e *estate) agents() []string {
	var out []string
	for _, w := range e.environment.Workloads {
		if w.RunsOn == config.Bedrock || w.RunsOn == config.Lambda && w.Kind == config.Agent {
			out = append(out, w.Name)
		}
	}
	slices.Sort(out)
	return out
}

// models: agents call the listed models, with the guardrail where there is one,
// and nobody else of the workloads calls any.
func (r *report) models() {
	model := func(id string) string {
		return "arn:" + r.names.Partition() + ":bedrock:" + r.names.Region + "::foundation-model/" + id
	}
	listed, guardrail := r.environment.Models.Allowed[0], r.environment.Models.Guardrail
	guarded, wrong := access.Plain, "DenyOtherModels"
	if guardrail != "" {
		guarded = access.Plain.With("with the guardrail", iameval.Context{"bedrock:GuardrailIdentifier": {guardrail + ":3"}})
	}
	deny, allow := iameval.ExplicitDeny, iameval.Allow
	var attempts []attempt
	for _, name := range r.agents() {
		for _, action := range []string{"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"} {
			attempts = append(attempts,
				attempt{r.session(name), guarded, action, model(listed), allow, ""},
				attempt{r.session(name), guarded, action, model("amazon.nova-pro-v1:0"), deny, wrong},
				attempt{r.strong(name), guarded, action, model("amazon.nova-pro-v1:0"), deny, wrong},
				attempt{r.strong(name), guarded, action, model(listed + "0"), deny, wrong},
				attempt{r.strong(name), guarded, action, r.names.ARN("bedrock", "inference-profile/eu."+listed), deny, wrong},
				attempt{r.strong(name), guarded, action, r.names.ARN("bedrock", "provisioned-model/x"), deny, wrong})
			if guardrail != "" {
				other := access.Plain.With("with another guardrail", iameval.Context{"bedrock:GuardrailIdentifier": {guardrail + "4"}})
				attempts = append(attempts,
					attempt{r.strong(name), access.Plain, action, model(listed), deny, "DenyWithoutGuardrail"},
					attempt{r.strong(name), other, action, model(listed), deny, "DenyWithoutGuardrail"})
			}
		}
		attempts = append(attempts, attempt{r.session(name), access.Plain, "bedrock:CreateModelCustomizationJob", "*", iameval.ImplicitDeny, ""})
	}
	for _, w := range r.environment.Workloads {
		if !slices.Contains(r.agents(), w.Name) {
			attempts = append(attempts, attempt{r.session(w.Name), guarded, "bedrock:InvokeModel", model(listed), iameval.ImplicitDeny, ""})
		}
	}
	r.attempts("Models", "", attempts)
}
