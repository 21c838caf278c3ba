package policylint

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/backend"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/golden"
	"github.com/ringfence/ringfence/shared/policylint"
	"github.com/ringfence/ringfence/shared/quota"
	"github.com/ringfence/ringfence/tests/recorded"
)

const longestName = "as-long-as-it"

// longest is an environment in which everything that is not a list is as long as
// it can be: every feature, the longest names, the longest partition.
func longest(t *testing.T) *config.Environment {
	return load(t, recorded.Extremes, "full", longestName)
}

// ordinary is an environment as most are.
func ordinary(t *testing.T) *config.Environment { return load(t, folder, "dev", "dev") }

func load(t *testing.T, folder, environment, name string) *config.Environment {
	t.Helper()
	e, err := config.Load(folder, environment, environment)
	if err != nil {
		t.Fatal(err)
	}
	e.Name = name
	return e
}

// growth is a list of the environment file that ends up in a policy.
type growth struct {
	what string
	// grow makes it so many entries long.
	grow func(e *config.Environment, entries int)
	// carrier is the type of the resource, and name its name, whose policy grows.
	carrier, name string
	limit         quota.Limit
}

var growths = []growth{
	{"auditors", func(e *config.Environment, n int) { e.Access.Auditors = arns(e, "role", n) }, roleType, "auditor", quota.Trust},
	{"breakGlass", func(e *config.Environment, n int) { e.Access.BreakGlass = arns(e, "user", n) }, roleType, "break-glass", quota.Trust},
	{"dataScientists", func(e *config.Environment, n int) { e.Access.DataScientists = arns(e, "role", n) }, roleType, "data-scientist", quota.Trust},
	{"supportRole", func(e *config.Environment, n int) { e.Features.SupportRole = arns(e, "role", n) }, roleType, "support", quota.Trust},
	{"deployers", func(e *config.Environment, n int) { e.Access.Deployers = arns(e, "role", n) }, bucketPolicy, "data", quota.Bucket},
	{"models", func(e *config.Environment, n int) {
		e.Models.Allowed = many(n, "anthropic.claude-3-haiku-20240307-v%d:0")
	}, managed, "ml-guard-models", quota.Managed},
	{"instanceTypes", func(e *config.Environment, n int) { e.Features.InstanceTypes = many(n, "ml.p4d.%dxlarge") }, managed, "ml-guard-instances", quota.Managed},
	{"workloads on SageMaker", crowd(config.SageMaker, config.Training), inline, "data-scientist", quota.Inline},
	{"workloads on EC2", crowd(config.EC2, config.Inference), inline, "deploy-security", quota.Inline},
	{"workloads on Lambda", crowd(config.Lambda, config.Inference), "aws:kms/key:Key", "data", quota.Key},
	{"reads of a training job", prefixes(config.SageMaker, config.Training, many, nil), inline, grown, quota.Inline},
	{"writes of a training job", prefixes(config.SageMaker, config.Training, nil, many), inline, grown, quota.Inline},
	{"reads of an agent", prefixes(config.Lambda, config.Agent, many, nil), inline, grown, quota.Inline},
}

const (
	roleType = "aws:iam/role:Role"
	// inline stands for all inline policies of a role.
	inline = "inline"
	// grown is the workload whose prefixes grow.
	grown = "workload-of-some-team"
)

func many(entries int, pattern string) []string {
	out := make([]string, entries)
	for i := range out {
		out[i] = fmt.Sprintf(pattern, i)
	}
	return out
}

func arns(e *config.Environment, kind string, entries int) []string {
	partition := strings.Split(e.Access.Auditors[0], ":")[1]
	return many(entries, "arn:"+partition+":iam::"+e.AccountID+":"+kind+"/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Team_%016d")
}

// crowd is an environment full of workloads of one kind.
func crowd(on config.Service, kind config.Kind) func(*config.Environment, int) {
	return func(e *config.Environment, entries int) {
		e.Workloads = nil
		for i := range entries {
			e.Workloads = append(e.Workloads, config.Workload{
				Name: fmt.Sprintf("workload-on-%s-number-%04d", on, i), Owner: "o", Kind: kind, RunsOn: on,
				Writes: []string{fmt.Sprintf("%s/%d/", on, i)}, Classification: "internal",
			})
		}
	}
}

// prefixes is one workload with many prefixes.
func prefixes(on config.Service, kind config.Kind, reads, writes func(int, string) []string) func(*config.Environment, int) {
	return func(e *config.Environment, entries int) {
		w := config.Workload{Name: grown, Owner: "o", Kind: kind, RunsOn: on, Classification: "internal"}
		if reads != nil {
			w.Reads = reads(entries, "raw/%d/")
		}
		if writes != nil {
			w.Writes = writes(entries, "models/%d/")
		}
		e.Workloads = []config.Workload{w}
	}
}

// write writes an environment file into a folder, and says why it does not load.
func write(t *testing.T, folder string, e *config.Environment) error {
	t.Helper()
	content, err := yaml.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, e.Name+".yaml"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = config.Load(folder, e.Name, e.Name)
	return err
}

// most is how many entries a list can have in an environment, and the folder of
// the file that has as many.
func (g growth) most(t *testing.T, base func(*testing.T) *config.Environment) (entries int, folder string) {
	t.Helper()
	folder = t.TempDir()
	load := func(entries int) error {
		e := base(t)
		g.grow(e, entries)
		return write(t, folder, e)
	}
	entries = sort.Search(1000, func(n int) bool { return load(n+1) != nil })
	if err := load(entries + 1); err == nil || !strings.Contains(err.Error(), "AWS takes") {
		t.Errorf("%s: %d entries are not refused for their length: %v", g.what, entries+1, err)
	}
	if err := load(entries); err != nil {
		t.Fatalf("%s: %v", g.what, err)
	}
	return entries, folder
}

// A list that the loader takes makes no policy too long, and one that it refuses
// would have come close. The golden file says how large an environment can be.
func TestVerdictLongestListsThatLoadFitTheirPolicies(t *testing.T) {
	var table strings.Builder
	table.WriteString("| list | entries in an environment like dev | at the longest names, with every feature | characters in all |\n|---|--:|--:|--:|\n")
	for _, g := range growths {
		common, _ := g.most(t, ordinary)
		entries, folder := g.most(t, longest)
		s := recorded.Estate(t, folder, longestName)
		for _, f := range policylint.Sizes(s) {
			t.Errorf("%s: with %d entries, %s", g.what, entries, f)
		}
		bootstrapFits(t, s.Environment)
		used := characters(access.New(s), g.carrier, g.name)
		if used*8 < g.limit.Characters*7 {
			t.Errorf("%s: %d entries take %d of %d characters; the loader could take more", g.what, entries, used, g.limit.Characters)
		}
		fmt.Fprintf(&table, "| %s | %d | %d | %d |\n", g.what, common, entries, g.limit.Characters)
	}
	golden.Check(t, "testdata/largest.md", []byte(table.String()))
}

// bootstrapFits holds the policies that bootstrap writes to the same limits.
func bootstrapFits(t *testing.T, e *config.Environment) {
	t.Helper()
	b := backend.Of(e)
	for _, p := range []struct {
		what   string
		limit  quota.Limit
		policy func() (string, error)
	}{
		{"the state's key", quota.Key, b.KeyPolicy},
		{"the state's bucket", quota.Bucket, func() (string, error) {
			return b.BucketPolicy("arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-12345678901234567890123456789012")
		}},
		{"the state's log bucket", quota.Bucket, b.LogBucketPolicy},
	} {
		text, err := p.policy()
		if err != nil || len(text) > p.limit.Characters {
			t.Errorf("the policy of %s has %d characters, and AWS takes %d: %v", p.what, len(text), p.limit.Characters, err)
		}
	}
}

// Any environment that loads makes policies that AWS takes, whatever is in it, and
// one that does not load is refused for its lengths only.
func TestVerdictEnvironmentsThatLoadFitTheirPolicies(t *testing.T) {
	loaded, refused := 0, 0
	for seed := range uint64(10) {
		e := random(t, rand.New(rand.NewPCG(seed, 0)))
		folder := t.TempDir()
		if err := write(t, folder, e); err != nil {
			if refused++; strings.Count(err.Error(), "\n") != strings.Count(err.Error(), "that AWS takes") {
				t.Errorf("seed %d: %v", seed, err)
			}
			continue
		}
		loaded++
		for _, f := range policylint.Sizes(recorded.Estate(t, folder, e.Name)) {
			t.Errorf("seed %d: %s", seed, f)
		}
	}
	if loaded < 3 || refused < 3 {
		t.Errorf("%d environments loaded and %d did not; the lists are too short or too long to say anything", loaded, refused)
	}
}

// random is an environment in which every list has some length.
func random(t *testing.T, r *rand.Rand) *config.Environment {
	base := []func(*testing.T) *config.Environment{longest, ordinary}[r.IntN(2)]
	e := base(t)
	e.Name = strings.Repeat("x", 1+r.IntN(len(longestName)))
	workloads := e.Workloads
	scale := 1 + r.IntN(4) // how far it goes
	for _, g := range growths {
		e.Workloads = nil
		g.grow(e, 1+r.IntN(8*scale))
		if !slices.ContainsFunc(e.Workloads, func(w config.Workload) bool { return w.Name == grown }) {
			workloads = append(workloads, e.Workloads...)
		} else if r.IntN(3) == 0 {
			grown := e.Workloads[0]
			grown.Name += fmt.Sprint(len(workloads))
			grown.Reads, grown.Writes = append(grown.Reads, grown.Writes...), nil // every prefix has one writer
			workloads = append(workloads, grown)
		}
	}
	e.Workloads = workloads
	return e
}

// characters is how long a policy is, or the inline policies of a role are.
func characters(model *access.Model, carrier, name string) int {
	total := 0
	for _, d := range model.Documents {
		if d.Resource.Type == carrier && d.Resource.Name == name {
			total += len(d.Resource.Properties[d.Property].(string))
		}
	}
	for _, role := range model.Roles {
		for _, d := range role.Identity {
			if carrier == inline && role.Resource.Name == name && d.Resource.Type == "aws:iam/rolePolicy:RolePolicy" {
				total += len(d.Resource.Properties[d.Property].(string))
			}
		}
	}
	return total
}
