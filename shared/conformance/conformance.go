// Package conformance holds the tests that every stack must pass, whatever it
// creates: that it behaves the same in each run, promises exactly its
// contract, reads exactly what the graph says, survives missing and hostile
// input, tags and parents what it makes, and never falls back to Pulumi's
// default provider.
package conformance

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/program"
	"github.com/ringfence/ringfence/shared/record"
)

// Suite is a stack to test. Paths are relative to the stack's package,
// stacks/<name>/<name>.
type Suite struct {
	Program  program.Stack
	Contract contract.Contract
}

// The folders of the environment files: the project's, and the one with the least and
// the most that a file can hold.
const (
	project  = "../../environments"
	extremes = "../../../shared/conformance/testdata"
)

// environments are the environments that every stack is recorded in. Each has its
// outputs in a golden file.
func environments(t testing.TB) []string {
	all := config.List(project)
	if len(all) == 0 {
		t.Fatalf("there are no environment files in %s", project)
	}
	return append(all, config.List(extremes)...)
}

// folder is where the file of an environment lies.
func folder(environment string) string {
	if slices.Contains(config.List(extremes), environment) {
		return extremes
	}
	return project
}

// reviewed are the environments whose resources and policies are in golden
// files too: the one that people meet first, the one that counts, and the one
// that has everything.
var reviewed = []string{"full", "local", "prod"}

// Run runs the suite.
func Run(t *testing.T, s Suite) {
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1") // nothing is called
	for _, environment := range environments(t) {
		t.Run(environment, func(t *testing.T) {
			r := s.Record(t, environment)
			s.keepsItsContract(t, r)
			s.readsWhatTheGraphSays(t, r)
			s.notesWhatItReads(t, r, environment)
			everyResourceIsAccountedFor(t, r, environment)
			s.isTheSameInEachRun(t, r, environment)
			s.previewsTheSameResources(t, r, environment)
			golden.CheckJSON(t, "testdata/"+environment+"/outputs.json", r.Outputs)
			if slices.Contains(reviewed, environment) {
				s.matchesGoldenFiles(t, r, environment)
			}
		})
	}
	for _, upstream := range graph.DependsOn(s.Contract.Stack()) {
		t.Run("upstream "+string(upstream), func(t *testing.T) { s.checksItsUpstream(t, upstream) })
	}
}

// Record records the stack in an environment, with the outputs that its
// upstream stacks have in their golden files.
func (s Suite) Record(t testing.TB, environment string) *record.Recording {
	t.Helper()
	r, err := record.Run(s.Program, s.Options(t, environment))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Options are the options to record the stack in an environment with.
func (s Suite) Options(t testing.TB, environment string) record.Options {
	upstream := map[graph.Name]map[string]any{}
	for _, name := range graph.DependsOn(s.Contract.Stack()) {
		upstream[name] = upstreamOutputs(t, name, environment)
	}
	return record.Options{
		Stack:        s.Contract.Stack(),
		Environments: folder(environment),
		Environment:  environment,
		Upstream:     upstream,
	}
}

func (s Suite) keepsItsContract(t *testing.T, r *record.Recording) {
	want := []string{"contractVersion"}
	for _, f := range contract.Fields(s.Contract) {
		want = append(want, f.Key)
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(r.Outputs)); !slices.Equal(got, want) {
		t.Errorf("the stack exports %v; its contract is %v", got, want)
	}
}

func (s Suite) readsWhatTheGraphSays(t *testing.T, r *record.Recording) {
	if want := graph.DependsOn(s.Contract.Stack()); !slices.Equal(r.Reads, want) {
		t.Errorf("the program reads %v; the graph says %v", r.Reads, want)
	}
}

// notesWhatItReads holds that a look at the state tells which outputs of an
// upstream stack are not any more what this one was deployed with.
func (s Suite) notesWhatItReads(t *testing.T, r *record.Recording, environment string) {
	for name, outputs := range s.Options(t, environment).Upstream {
		if fields, known := contract.Outdated(r.Consumed, name, outputs); !known || len(fields) > 0 {
			t.Errorf("of %s, just read, these outputs count as outdated: %v (noted: %t)", name, fields, known)
		}
		for key := range outputs {
			changed := maps.Clone(outputs)
			changed[key] = "another"
			if fields, _ := contract.Outdated(r.Consumed, name, changed); !slices.Equal(fields, []string{key}) {
				t.Errorf("%s of %s has changed; outdated are %v", key, name, fields)
			}
		}
	}
}

func everyResourceIsAccountedFor(t *testing.T, r *record.Recording, environment string) {
	if len(r.Resources) < 5 {
		t.Errorf("only %d resources were registered", len(r.Resources))
	}
	for _, resource := range r.Resources {
		id := resource.Type + " " + resource.Name
		if resource.Provider != "aws" {
			t.Errorf("%s: uses Pulumi's default provider; give its component the option Program.Provider", id)
		}
		if resource.Parent == "" || strings.HasPrefix(resource.Parent, "ringfence-") {
			t.Errorf("%s: has no component for a parent", id)
		}
		tags, tagged := resource.Inputs["tags"].(map[string]any)
		if !tagged {
			continue // not taggable: program.tagEverything tags all that is
		}
		for _, key := range []string{"ControlSet", "DataClassification", "Environment", "ManagedBy", "Owner"} {
			if v, _ := tags[key].(string); v == "" {
				t.Errorf("%s: tag %s is missing (control DAT-25)", id, key)
			}
		}
		if tags["Environment"] != environment {
			t.Errorf("%s: tag Environment is %v", id, tags["Environment"])
		}
	}
}

func (s Suite) isTheSameInEachRun(t *testing.T, first *record.Recording, environment string) {
	for range 3 {
		if again := s.Record(t, environment); !reflect.DeepEqual(first, again) {
			t.Fatal("two runs registered different resources")
		}
	}
}

// previewsTheSameResources holds that what is created depends on the
// environment alone: a first preview, with nothing known and nothing deployed
// upstream, shows the same resources as the deployment.
func (s Suite) previewsTheSameResources(t *testing.T, deployed *record.Recording, environment string) {
	o := s.Options(t, environment)
	o.Preview = true
	for name, upstream := range map[string]map[graph.Name]map[string]any{
		"with upstream": o.Upstream, "without upstream": nil, "with pending upstream": pending(o.Upstream),
	} {
		o.Upstream = upstream
		preview, err := record.Run(s.Program, o)
		if err != nil {
			t.Errorf("preview %s: %v", name, err)
			continue
		}
		if foreseen := name == "with upstream"; foreseen != (preview.Consumed != nil) && len(s.Options(t, environment).Upstream) > 0 {
			t.Errorf("preview %s: what it reads is noted as %v", name, preview.Consumed)
		}
		if got, want := identities(preview), identities(deployed); !slices.Equal(got, want) {
			t.Errorf("preview %s shows other resources than the deployment:\n%v\n%v", name, got, want)
		}
	}
}

// pending turns every output into one that is not known yet.
func pending(upstream map[graph.Name]map[string]any) map[graph.Name]map[string]any {
	out := map[graph.Name]map[string]any{}
	for name, outputs := range upstream {
		keys := []any{}
		for key := range outputs {
			if key != "contractVersion" {
				keys = append(keys, key)
			}
		}
		out[name] = map[string]any{"contractVersion": outputs["contractVersion"], contract.PendingKey: keys}
	}
	return out
}

func identities(r *record.Recording) []string {
	var out []string
	for _, resource := range r.Resources {
		out = append(out, resource.Type+" "+resource.Name)
	}
	return out
}

func (s Suite) matchesGoldenFiles(t *testing.T, r *record.Recording, environment string) {
	dir := "testdata/" + environment
	resources, policies := withoutPolicies(r.Resources)
	golden.CheckJSON(t, dir+"/resources.json", resources)
	for file, policy := range policies {
		golden.CheckJSON(t, dir+"/policies/"+file, policy)
	}
	golden.CheckDir(t, dir+"/policies", slices.Sorted(maps.Keys(policies)))
}
