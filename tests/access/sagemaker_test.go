package access

import (
	"maps"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/authorization"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/iameval"
)

// guardedKey is a condition key of SageMaker with what the guards make of it.
type guardedKey struct {
	key string
	// own is the value as it should be, foreign one as it should not.
	own, foreign []string
}

func (e *estate) guardedKeys() []guardedKey {
	var subnets []string
	for _, r := range e.snapshot.OfType(subnetType) {
		id, _ := r.Get("id").(string)
		subnets = append(subnets, id)
	}
	group := e.find(groupType, "workloads", "id")
	data, other := e.key("data"), e.names.ARN("kms", "key/other")
	keys := []guardedKey{
		{"sagemaker:VpcSubnets", subnets, append(slices.Clone(subnets), "subnet-foreign")},
		{"sagemaker:VpcSecurityGroupIds", []string{group}, []string{group, "sg-foreign"}},
		{"sagemaker:NetworkIsolation", []string{"true"}, []string{"false"}},
		{"sagemaker:InterContainerTrafficEncryption", []string{"true"}, []string{"false"}},
		{"sagemaker:VolumeKmsKeyArn", []string{data}, []string{other}},
		{"sagemaker:OutputKmsKeyArn", []string{data}, []string{other}},
		{"sagemaker:DirectInternetAccess", []string{"Disabled"}, []string{"Enabled"}},
		{"sagemaker:RootAccess", []string{"Disabled"}, []string{"Enabled"}},
		{"sagemaker:AppNetworkAccessType", []string{"VpcOnly"}, []string{"PublicInternetOnly"}},
	}
	if types := e.environment.Features.InstanceTypes; len(types) > 0 {
		keys = append(keys, guardedKey{"sagemaker:InstanceTypes", types[:1], []string{types[0], "ml.p5.48xlarge"}})
	}
	return keys
}

// supportedKeys are the actions that support each condition key, in AWS's own
// reference.
func (e *estate) supportedKeys() map[string][]string {
	keys := map[string][]string{"sagemaker:InstanceTypes": authorization.ActionsWith("sagemaker:InstanceTypes")}
	for _, g := range e.guardedKeys() {
		keys[g.key] = authorization.ActionsWith(g.key)
	}
	return keys
}

// asItShouldBe is a request for an action with each key that AWS sends with it.
func (e *estate) asItShouldBe(action string, keys map[string][]string) access.Way {
	context := iameval.Context{"sagemaker:InstanceTypes": {"ml.m5.xlarge"}}
	for _, g := range e.guardedKeys() {
		context[g.key] = g.own
	}
	maps.DeleteFunc(context, func(key string, _ []string) bool { return !slices.Contains(keys[key], action) })
	return access.Way{Context: context}
}

// sageMaker tries each action of SageMaker that the guards see with all as it
// should be, and then with each of its keys in turn left out or wrong. Whatever a
// guarded role is given, the answers are the same for all of them.
func (r *report) sageMaker() {
	guarded := append(r.runsOn(config.SageMaker), "data-scientist")
	keys := r.supportedKeys()
	r.section("SageMaker's settings, given everything", "The guards of "+strings.Join(guarded, ", ")+". All other settings are as they should be.",
		"setting", "as it should be", "left out", "foreign", "actions")
	for _, g := range r.guardedKeys() {
		groups := map[string][]string{} // actions by their answers
		for _, action := range keys[g.key] {
			row := ""
			for i, name := range guarded {
				answers := strings.Join(r.settings(r.strong(name), g, action, keys), " | ")
				if i > 0 && answers != row {
					r.t.Errorf("%s: %s with %s: %s; for %s it is %s", name, action, g.key, answers, guarded[0], row)
				}
				row = answers
			}
			groups[row] = append(groups[row], strings.TrimPrefix(action, "sagemaker:"))
		}
		for _, row := range slices.Sorted(maps.Keys(groups)) {
			r.row(strings.TrimPrefix(g.key, "sagemaker:"), row, strings.Join(groups[row], ", "))
		}
	}
}

// settings are the answers for one key of one action: as it should be, left out,
// foreign.
func (r *report) settings(c access.Caller, g guardedKey, action string, keys map[string][]string) []string {
	right := r.asItShouldBe(action, keys)
	answer := func(name string, w access.Way, want iameval.Verdict) string {
		d := r.ask(c, w, action, "*")
		if d.Verdict != want {
			r.t.Errorf("%s: %s with %s %s: %s; want %s", c.Name, action, g.key, name, d, want)
		}
		return strings.TrimSuffix(string(d.Verdict)+" by "+strings.Join(deniedBy(d), ", "), " by ")
	}
	absent := iameval.ExplicitDeny
	if action == "sagemaker:CreateLabelingJob" && g.key == "sagemaker:VolumeKmsKeyArn" {
		absent = iameval.Allow // most have no volume, and the request does not say
	}
	return []string{
		answer("as it should be", right, iameval.Allow),
		answer("left out", right.With("", iameval.Context{g.key: nil}), absent),
		answer("foreign", right.With("", iameval.Context{g.key: g.foreign}), iameval.ExplicitDeny),
	}
}

// localStorage are instances with storage of their own, one of each family.
var localStorage = []string{
	"ml.g4dn.xlarge", "ml.g5.xlarge", "ml.g6.xlarge", "ml.g6e.xlarge", "ml.gr6.4xlarge", "ml.m5d.large", "ml.p4d.24xlarge", "ml.p4de.24xlarge",
	"ml.p5.48xlarge", "ml.p5e.48xlarge", "ml.p5en.48xlarge", "ml.p6-b200.48xlarge", "ml.p6e-gb200.36xlarge", "ml.trn1.32xlarge",
	"ml.trn1n.32xlarge", "ml.trn2.48xlarge",
}

// sageMakerVolumes: instances with storage of their own have no volume to
// encrypt, and SageMaker refuses a key for them.
func (r *report) sageMakerVolumes() {
	keys, strong := r.supportedKeys(), r.strong("ml-service")
	without := func(action, name string, instances ...string) access.Way {
		w := r.asItShouldBe(action, keys).With(name, iameval.Context{"sagemaker:VolumeKmsKeyArn": nil, "sagemaker:OutputKmsKeyArn": nil})
		w.Context["sagemaker:InstanceTypes"] = instances
		if slices.Contains(keys["sagemaker:OutputKmsKeyArn"], action) && instances != nil {
			w.Context["sagemaker:OutputKmsKeyArn"] = []string{r.key("data")}
		}
		return w.With(name, nil)
	}
	const train, serve, schedule = "sagemaker:CreateTrainingJob", "sagemaker:CreateEndpointConfig", "sagemaker:CreateMonitoringSchedule"
	local, mixed := "ml.p4d.24xlarge", "ml.m5.xlarge"
	attempts := []attempt{
		{strong, without(train, "on instances with local storage", local), train, "*", iameval.Allow, ""},
		{strong, without(train, "on a mixture", local, mixed), train, "*", iameval.ExplicitDeny, "DenyInstanceVolumesWithoutKey"},
		{strong, without(serve, "on instances with volumes", mixed), serve, "*", iameval.ExplicitDeny, "DenyInstanceVolumesWithoutKey"},
	}
	if len(r.environment.Features.InstanceTypes) == 0 { // which must be named then
		attempts = append(attempts,
			attempt{strong, without(serve, "on no instances"), serve, "*", iameval.Allow, ""},
			attempt{strong, without(schedule, "of a job definition"), schedule, "*", iameval.Allow, ""})
	}
	for _, instance := range localStorage {
		want := iameval.Allow
		if types := r.environment.Features.InstanceTypes; len(types) > 0 && !slices.Contains(types, instance) {
			want = iameval.ExplicitDeny
		}
		attempts = append(attempts, attempt{strong, without(train, "on "+instance, instance), train, "*", want, ""})
	}
	r.attempts("SageMaker without a volume key, given everything", "", attempts)
}

// dataScientist: the people's role starts jobs and hands them their workload's
// role, with its own grants.
func (r *report) dataScientist() {
	keys, who := r.supportedKeys(), r.session("data-scientist")
	const train, notebook = "sagemaker:CreateTrainingJob", "sagemaker:CreateNotebookInstance"
	job := r.names.ARN("sagemaker", "training-job/x")
	named := func(w access.Way, name string) access.Way { w.Name = name; return w }
	to := func(service string) access.Way {
		return access.Way{Name: "to " + service, Context: iameval.Context{"iam:PassedToService": {service + ".amazonaws.com"}}}
	}
	role := func(name string) string { return r.names.IAMARN("role/" + r.names.Of(name)) }
	attempts := []attempt{
		{who, named(r.asItShouldBe(train, keys), "as it should be"), train, job, iameval.Allow, ""},
		{who, access.Plain, train, job, iameval.ExplicitDeny, "DenyWithoutSubnets"},
		{who, named(r.asItShouldBe(notebook, keys), "as it should be"), notebook, r.names.ARN("sagemaker", "notebook-instance/x"), iameval.ImplicitDeny, ""},
		{who, to("lambda"), "iam:PassRole", role("ml-service"), iameval.ImplicitDeny, ""},
		{who, to("sagemaker"), "iam:PassRole", role("break-glass"), iameval.ImplicitDeny, ""},
		{who, to("sagemaker"), "iam:PassRole", r.names.IAMARN("role/admin"), iameval.ImplicitDeny, ""},
	}
	for _, name := range r.runsOn(config.SageMaker) {
		attempts = append(attempts, attempt{who, to("sagemaker"), "iam:PassRole", role(name), iameval.Allow, ""})
	}
	for _, name := range r.runsOn(config.EC2, config.Lambda) {
		attempts = append(attempts, attempt{who, to("sagemaker"), "iam:PassRole", role(name), iameval.ImplicitDeny, ""})
	}
	r.attempts("What a data scientist starts", "", attempts)
}
