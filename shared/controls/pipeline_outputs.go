package controls

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// contracts are what the stacks promise to each other.
var contracts = []contract.Contract{contract.Network{}, contract.Security{}, contract.Data{}, contract.Audit{}}

const contractVersion = "contractVersion"

// contractsAreKept compares the outputs of every stack that has any with its
// contract. Before a stack is deployed completely, an output can be missing
// because it is not known yet.
func contractsAreKept(in *inspection) {
	for _, c := range contracts {
		outputs, judged := in.Outputs[c.Stack()]
		if !judged || outputs == nil || !in.Has(c.Stack()) {
			continue
		}
		in.checked[c.Stack()]++
		o := stackOutputs{in, c.Stack(), outputs}
		o.has(contractVersion, show(c.Version()), func(v any) bool { return equal(v, c.Version()) })
		promised := []string{contractVersion, contract.ConsumedKey}
		for _, f := range contract.Fields(c) {
			promised = append(promised, f.Key)
			o.has(f.Key, "a "+f.Type.String(), func(v any) bool { return isOfType(v, f.Type) })
		}
		for _, key := range slices.Sorted(maps.Keys(outputs)) {
			if !slices.Contains(promised, key) {
				o.fail(key, "no output that the contract does not have", "one")
			}
		}
	}
}

// stackOutputs are the outputs of a stack under inspection.
type stackOutputs struct {
	in     *inspection
	stack  graph.Name
	values map[string]any
}

func (o stackOutputs) has(key, wanted string, ok func(v any) bool) {
	value, present := o.values[key]
	known := present && snapshot.Known(value)
	switch {
	case !known && !o.in.deployed(o.stack):
		f := o.finding(key, wanted, "not known yet")
		o.in.unknown = append(o.in.unknown, f)
	case !present:
		o.fail(key, wanted, "nothing")
	case !known:
		o.fail(key, wanted+" that is no secret", "a secret")
	case !ok(value):
		o.fail(key, wanted, show(value))
	}
}

func (o stackOutputs) fail(key, wanted, found string) {
	o.in.findings = append(o.in.findings, o.finding(key, wanted, found))
}

func (o stackOutputs) finding(key, wanted, found string) Finding {
	return Finding{
		Control: o.in.control.ID, Severity: o.in.control.Severity, Stack: o.stack, Resource: "output " + key,
		Wanted: wanted, Found: found, Remedy: o.in.control.Remedy,
	}
}

// deployed reports whether AWS knows every resource of a stack.
func (in *inspection) deployed(stack graph.Name) bool {
	return !slices.ContainsFunc(in.Resources, func(r snapshot.Resource) bool { return r.Stack == stack && r.ID == "" })
}

// isOfType reports whether a plain JSON value is a text, a list of texts or a
// mapping to texts, none of them empty.
func isOfType(v any, t reflect.Type) bool {
	isText := func(v any) bool { text, ok := v.(string); return ok && text != "" }
	switch v := v.(type) {
	case []any:
		return t.Kind() == reflect.Slice && !slices.ContainsFunc(v, func(item any) bool { return !isText(item) })
	case map[string]any:
		return t.Kind() == reflect.Map && !slices.ContainsFunc(slices.Collect(maps.Values(v)), func(item any) bool { return !isText(item) })
	}
	return t.Kind() == reflect.String && isText(v)
}

// stateKeepsSecrets looks at the environment file and at all outputs. What an
// emulator holds is not real, so where its state is does not matter.
func stateKeepsSecrets(in *inspection) {
	in.checked[""]++
	if in.Environment.Target != config.Emulator {
		in.stateIsEncrypted(in.Environment.State)
	}
	for _, stack := range in.Stacks {
		o := stackOutputs{in, stack, in.Outputs[stack]}
		for _, key := range slices.Sorted(maps.Keys(o.values)) {
			if what := secretIn(key, o.values[key]); what != "" {
				o.fail(key, "nothing secret", what)
			}
		}
	}
}

// stateIsEncrypted wants a key of AWS for the secrets in the state, or Pulumi
// Cloud, which has its own; and no state on somebody's disk.
func (in *inspection) stateIsEncrypted(state config.State) {
	file := "stacks/environments/" + in.Environment.Name + ".yaml"
	cloud := strings.HasPrefix(state.Backend, "https://")
	key := strings.HasPrefix(state.SecretsProvider, "awskms://")
	if !key && (!cloud || state.SecretsProvider != "") {
		in.report(file, "state.secretsProvider", "an awskms:// key, or Pulumi Cloud as the backend", show(state.SecretsProvider))
	}
	if state.Backend != "" && !cloud && !strings.HasPrefix(state.Backend, "s3://") {
		in.report(file, "state.backend", "an s3:// bucket or Pulumi Cloud", show(state.Backend))
	}
}

var (
	secretName = regexp.MustCompile(`(?i)password|passphrase|secret|token|credential|private_?key|access_?key|api_?key`)
	// secretValue matches keys of AWS, private keys, and tokens of GitHub, Pulumi
	// and Slack, and signed tokens.
	secretValue = regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|` +
		`\bpul-[0-9a-f]{40}\b|\bxox[abprs]-[\w-]{10,}|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}`)
	// secretKey has the form of AWS's secret access keys.
	secretKey = regexp.MustCompile(`^[A-Za-z0-9/+]{40}$`)
	lowerHex  = regexp.MustCompile(`^[0-9a-f]+$`)
)

// secretIn says what looks like a secret in an output, by name or value, and
// never the value. Keys of a mapping are names of workloads and services, so they
// say nothing.
func secretIn(name string, value any) string {
	if secretName.MatchString(name) {
		return "the name " + name
	}
	values := snapshot.List(value)
	if mapping, ok := value.(map[string]any); ok {
		values = snapshot.List(slices.Collect(maps.Values(mapping)))
	}
	if slices.ContainsFunc(values, isSecret) {
		return "a value that looks like a key or a token"
	}
	return ""
}

func isSecret(text string) bool {
	return secretValue.MatchString(text) || secretKey.MatchString(text) && !lowerHex.MatchString(text)
}
