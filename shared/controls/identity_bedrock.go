package controls

import (
	"strings"

	"github.com/ringfence/ringfence/shared/iameval"
)

// invoking are the actions that call a model; Converse and ConverseStream are
// authorized as these (Amazon Bedrock API Reference, "Converse"). They alone know
// bedrock:GuardrailIdentifier (Service Authorization Reference, "Actions,
// resources, and condition keys for Amazon Bedrock").
var invoking = []string{"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"}

const guardrailKey = "bedrock:GuardrailIdentifier"

// call is a call of a model by its ARN, with the guardrail where there is one.
func (in *inspection) call(action, model string) probe {
	p := in.request(action, model)
	if guardrail := in.Environment.Models.Guardrail; guardrail != "" {
		p.context[guardrailKey] = []string{guardrail}
	}
	return p
}

// foundationModel is the ARN of a model of AWS, which is in no account.
func (in *inspection) foundationModel(region, id string) string {
	return "arn:" + in.Names.Partition() + ":bedrock:" + region + "::foundation-model/" + id
}

// otherModels are ways to a model that nobody listed: another one, the same in
// another region, one with a longer name, and the account's own.
func (in *inspection) otherModels() []string {
	region := in.Names.Region
	out := []string{
		in.foundationModel(region, "other.model-v1:0"),
		in.Names.ARN("bedrock", "application-inference-profile/other"), in.Names.ARN("bedrock", "custom-model-deployment/other"),
		in.Names.ARN("bedrock", "imported-model/other"), in.Names.ARN("bedrock", "inference-profile/other"),
		in.Names.ARN("bedrock", "prompt-router/other"), in.Names.ARN("bedrock", "provisioned-model/other"),
	}
	for _, id := range in.Environment.Models.Allowed {
		provider, _, _ := strings.Cut(id, ".")
		out = append(out, in.foundationModel(region, id+"-2"), in.foundationModel("ap-southeast-2", id),
			in.foundationModel(region, provider+".other-v1:0"))
	}
	return out
}

func modelsAreListed(in *inspection) {
	var listed []string
	for _, id := range in.Environment.Models.Allowed {
		listed = append(listed, in.foundationModel(in.Names.Region, id))
	}
	for _, r := range in.callersOf(invoking...) {
		for _, action := range invoking {
			for _, id := range in.Environment.Models.Allowed {
				r.lets(in.call(action, in.foundationModel(in.Names.Region, id)))
			}
			for _, model := range append(in.otherModels(), resourcesLeftOut(listed, r.environment.Identity...)...) {
				r.denies(in.call(action, model))
			}
		}
	}
}

func guardrailIsUsed(in *inspection) {
	guardrail := in.Environment.Models.Guardrail
	for _, r := range in.callersOf(invoking...) {
		if guardrail == "" {
			continue
		}
		for _, id := range in.Environment.Models.Allowed {
			for _, action := range invoking {
				p := in.call(action, in.foundationModel(in.Names.Region, id))
				for _, version := range []string{guardrail, guardrail + ":1"} {
					r.lets(p.given("with the guardrail "+version, iameval.Context{guardrailKey: {version}}))
				}
				r.denies(p.given("without a guardrail", iameval.Context{guardrailKey: nil}))
				for _, other := range append(comparedWith(guardrailKey, []string{guardrail, guardrail + ":*"}, r.environment.Identity...),
					guardrail+"-2", strings.Replace(guardrail, in.Names.Account, foreignAccount, 1), "other") {
					r.denies(p.given("with the guardrail "+other, iameval.Context{guardrailKey: {other}}))
				}
			}
		}
	}
}

// denies wants a request to be denied by a statement, whatever else the role may
// be given.
func (r roleSubject) denies(p probe) {
	if d, ok := r.decide(p); ok && d.Verdict != iameval.ExplicitDeny {
		r.fail("", "a denial of "+p.what, d.String())
	}
}
