package deployment_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/graph"
)

// planned is an estate whose stack left reads what base promises, deployed, and
// with an environment file.
func planned(t *testing.T) *throwAway {
	t.Helper()
	a := chain(t)
	a.write(t, a.File(), "accountId: \"123456789012\"\n")
	a.up(t, estate.Done)
	return a
}

// promises is the behaviour of stack base.
func promises(value string, keep int) behaviour {
	return behaviour{Keep: keep, Value: value, Exports: []string{"greeting", "identity"}}
}

// plan saves a plan, and holds what every one must be like.
func (a *throwAway) plan(t *testing.T) (folder string, p deployment.Preview) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "plans", "plan")
	before := a.fingerprint(t)
	selection := a.all()
	selection.SavePlan = folder
	p, err := a.Preview(context.Background(), selection)
	if err != nil || p.Result != estate.Done || p.Plan != folder {
		t.Fatalf("%v: %+v\n%s", err, p, a.output)
	}
	a.assertUntouched(t, before)
	assertPrivate(t, folder)
	return folder, p
}

// assertPrivate holds that only the owner can read a plan, that no secret can be
// read in it, and that nothing else was left beside it.
func assertPrivate(t *testing.T, folder string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Dir(folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil || path == filepath.Dir(folder) {
			return err
		}
		if !strings.HasPrefix(path, folder) {
			t.Errorf("%s lies beside the plan", path)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %s", path, info.Mode())
		}
		if entry.IsDir() {
			return nil
		}
		content, err := os.ReadFile(path)
		if strings.Contains(string(content), "tell nobody") {
			t.Errorf("a secret can be read in %s", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// upPlan deploys by a plan.
func (a *throwAway) upPlan(t *testing.T, folder string, want estate.Result) deployment.Report {
	t.Helper()
	return a.result(t, want, func(ctx context.Context, selection deployment.Selection) (deployment.Report, error) {
		selection.Plan = folder
		return a.Up(ctx, selection)
	})
}

// refused holds that a plan is refused for a reason, before anything was changed.
func (a *throwAway) refused(t *testing.T, folder string, reasons ...string) {
	t.Helper()
	before := a.fingerprint(t)
	selection := a.all()
	selection.Plan = folder
	report, err := a.Up(context.Background(), selection)
	if err == nil {
		t.Fatalf("the plan was deployed: %+v", report)
	}
	for _, reason := range reasons {
		if !strings.Contains(err.Error(), reason) {
			t.Errorf("refused with %q, want %q", err, reason)
		}
	}
	a.assertUntouched(t, before)
	assertNoLock(t, a)
}

func TestEnginePlanIsWhatUpThenDoes(t *testing.T) {
	a := planned(t)
	a.behave(t, "base", promises("goodbye", 3))
	folder, p := a.plan(t)
	if p.Stacks[1].Exact {
		t.Error("the plan of left counts as exact, and the identity is not known")
	}
	report := a.upPlan(t, folder, estate.Done)
	for i, s := range report.Stacks {
		if s.Changes != p.Stacks[i].Changes {
			t.Errorf("%s: planned %+v, done %+v", s.Stack, p.Stacks[i].Changes, s.Changes)
		}
	}
	if want := (engine.Changes{Created: 2, Updated: 1, Unchanged: 1}); report.Stacks[0].Changes != want {
		t.Errorf("base: %+v, want %+v", report.Stacks[0].Changes, want)
	}
	a.refused(t, folder, "stack base was changed since the plan was made; stack left was changed", "nothing was changed",
		"./ringfence preview --save-plan "+folder)
}

// Nothing has to be deployed, and things are replaced and deleted as planned.
// What a stack has read itself is nothing that those downstream of it count on.
func TestEnginePlanCountsOnContractsOnly(t *testing.T) {
	a := newThrowAway(t, []graph.Stack{diamond[0], diamond[1], {Name: "top", DependsOn: []graph.Name{"left"}}})
	a.write(t, a.File(), "accountId: \"123456789012\"\n")
	a.behave(t, "base", promises("hello", 1))
	a.behave(t, "left", behaviour{Reads: true})
	a.up(t, estate.Done)
	a.behave(t, "base", promises("goodbye", 1))
	folder, _ := a.plan(t)
	a.upPlan(t, folder, estate.Done)
}

func TestEnginePlanOfEveryKindOfChange(t *testing.T) {
	a := chain(t)
	a.write(t, a.File(), "accountId: \"123456789012\"\n")
	for _, b := range []behaviour{
		promises("hello", 2),
		{Keep: 2, Value: "goodbye", Replace: true, Exports: []string{"greeting", "identity"}},
		promises("goodbye", 1),
		promises("goodbye", 1),
	} {
		a.behave(t, "base", b)
		folder, p := a.plan(t)
		report := a.upPlan(t, folder, estate.Done)
		for i, s := range report.Stacks {
			if s.Changes != p.Stacks[i].Changes {
				t.Errorf("%s: planned %+v, done %+v", s.Stack, p.Stacks[i].Changes, s.Changes)
			}
		}
	}
}

// A workflow deploys each stack in a job of its own.
func TestEnginePlanStackByStack(t *testing.T) {
	a := planned(t)
	a.behave(t, "base", promises("goodbye", 3))
	folder, _ := a.plan(t)
	for _, stack := range a.Estate.Names() {
		report, err := a.Up(context.Background(), deployment.Selection{Stacks: []graph.Name{stack}, Only: true, Plan: folder})
		if err != nil || report.Result != estate.Done {
			t.Fatalf("%s: %v, %+v", stack, err, report)
		}
	}
	if p := a.preview(t, estate.Done); words(p.Stacks[0])+words(p.Stacks[1]) != "" {
		t.Errorf("something is left to do: %+v", p.Stacks)
	}
}

func TestEnginePlanThatNoLongerFitsIsRefused(t *testing.T) {
	a := planned(t)
	a.behave(t, "base", promises("goodbye", 1))
	folder, _ := a.plan(t)

	t.Run("an update without changes does no harm", func(t *testing.T) {
		a.behave(t, "base", promises("hello", 1))
		a.up(t, estate.Done)
		a.behave(t, "base", promises("goodbye", 1))
	})
	t.Run("the environment file was changed", func(t *testing.T) {
		a.write(t, a.File(), "accountId: \"123456789012\"\nregion: elsewhere\n")
		a.refused(t, folder, "stacks/environments/local.yaml is not what it was")
		a.write(t, a.File(), "accountId: \"123456789012\"\n")
	})
	t.Run("the plan is for other stacks", func(t *testing.T) {
		part := filepath.Join(t.TempDir(), "part")
		if _, err := a.Preview(context.Background(), deployment.Selection{Stacks: []graph.Name{"base"}, SavePlan: part}); err != nil {
			t.Fatal(err)
		}
		a.refused(t, part, "is for base, and not for stack left")
	})
	t.Run("the program was changed", func(t *testing.T) {
		program := filepath.Join(a.Root, "programs", "left")
		link, err := os.Readlink(program)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.Remove(program); _ = os.Symlink(link, program) }()
		content, err := os.ReadFile(link)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(program); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(program, append(content, "changed"...), 0o700); err != nil {
			t.Fatal(err)
		}
		a.refused(t, folder, "the program of stack left is not the one that was previewed")
	})
	t.Run("a stack was changed", func(t *testing.T) {
		a.behave(t, "left", behaviour{Reads: true, Keep: 1, Value: "more"})
		a.up(t, estate.Done)
		a.refused(t, folder, "stack base was changed since the plan was made")
	})
}

// The plan is right, and only base's turn comes before left's.
func TestEnginePlanOfAStackWhoseUpstreamIsStillToBeDeployed(t *testing.T) {
	a := planned(t)
	a.behave(t, "base", promises("goodbye", 1))
	folder, _ := a.plan(t)
	before := a.fingerprint(t)
	_, err := a.Up(context.Background(), deployment.Selection{Stacks: []graph.Name{"left"}, Only: true, Plan: folder})
	want := "stack left reads what this plan changes in base, which is not deployed yet, so nothing was changed: ./ringfence up"
	if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), " --stack base --only --plan ") {
		t.Errorf("refused with %v, want %q", err, want)
	}
	a.assertUntouched(t, before)
}

// Base is deployed without the plan of left, and exports something else than it
// was to.
func TestEnginePlanOfAStackWhoseUpstreamEndedElsewhere(t *testing.T) {
	a := planned(t)
	a.behave(t, "base", promises("goodbye", 1))
	folder, _ := a.plan(t)
	a.behave(t, "base", promises("good night", 1))
	if _, err := a.Up(context.Background(), deployment.Selection{Stacks: []graph.Name{"base"}}); err != nil {
		t.Fatal(err)
	}
	before := a.fingerprint(t)
	_, err := a.Up(context.Background(), deployment.Selection{Stacks: []graph.Name{"left"}, Only: true, Plan: folder})
	want := `greeting of stack base is "good night", and the plan counts on "goodbye", so nothing was changed`
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("refused with %v, want %q", err, want)
	}
	a.assertUntouched(t, before)
}

// What the programs do can depend on more than what a plan has a digest of. The
// engine finds it before it changes anything of the stack, and what depends on
// the stack is skipped.
func TestEngineStackThatViolatesItsPlan(t *testing.T) {
	a := planned(t)
	a.behave(t, "base", promises("goodbye", 2))
	folder, _ := a.plan(t)
	before := a.fingerprint(t)
	for name, test := range map[string]struct {
		then behaviour
		want string
	}{
		"another value":      {promises("good night", 1), "Stash thing-0: input would get another value than the plan says"},
		"one thing more":     {promises("goodbye", 3), "Stash thing-2: the plan does not say create"},
		"one thing less":     {promises("goodbye", 0), "a resource: the plan does not say delete"},
		"one not made":       {behaviour{Keep: 1, Value: "goodbye"}, "the stack would not export what the plan says"},
		"one thing replaced": {behaviour{Keep: 2, Value: "goodbye", Replace: true}, "Stash thing-0: the plan does not say replace"},
	} {
		t.Run(name, func(t *testing.T) {
			a.behave(t, "base", test.then)
			report := a.upPlan(t, folder, estate.Failed)
			if got, want := results(report), "base failed, left skipped"; got != want {
				t.Errorf("%s, want %s", got, want)
			}
			said := strings.Join(report.Stacks[0].Error, "\n")
			for _, want := range []string{"it does not fit the plan", test.want, "Nothing of this stack was changed. Make a new plan: ./ringfence preview --save-plan " + folder} {
				if !strings.Contains(said, want) {
					t.Errorf("the error is\n%s\nwant %q", said, want)
				}
			}
			a.assertState(t, before)
			assertNoLock(t, a)
		})
	}
}

// assertState holds that the state is what it was.
func (a *throwAway) assertState(t *testing.T, before map[string]string) {
	t.Helper()
	for file, was := range a.fingerprint(t) {
		if strings.HasPrefix(file, filepath.Join(a.Root, ".ringfence/state")) && was != before[file] {
			t.Errorf("%s was changed", file)
		}
	}
}

// On the next machine there is nothing but the state, the sources and the plan.
func TestEnginePlanInARealEnvironment(t *testing.T) {
	a := chain(t)
	a.real(t, map[string]string{"PULUMI_CONFIG_PASSPHRASE": "passphrase"})
	a.write(t, a.File(), "accountId: \"123456789012\"\n")
	selection := a.all()
	selection.SavePlan = filepath.Join(t.TempDir(), "early")
	_, err := a.Preview(context.Background(), selection)
	if want := "stack base was never deployed, so it has no key yet for the secrets in its plan"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	if _, err := os.Stat(selection.SavePlan); !os.IsNotExist(err) {
		t.Errorf("a plan that nobody can read was saved: %v", err)
	}

	a.up(t, estate.Done)
	a.behave(t, "base", promises("goodbye", 3))
	folder, p := a.plan(t)
	if err := os.RemoveAll(filepath.Join(a.Root, ".ringfence/settings")); err != nil {
		t.Fatal(err)
	}
	report := a.upPlan(t, folder, estate.Done)
	for i, s := range report.Stacks {
		if s.Changes != p.Stacks[i].Changes {
			t.Errorf("%s: planned %+v, done %+v", s.Stack, p.Stacks[i].Changes, s.Changes)
		}
	}
	a.Environment.AccountID = "999999999999"
	a.refused(t, folder, `for account "123456789012", and this is "999999999999"`)
	a.Name = "other"
	a.refused(t, folder, `for stacks named "dev", and this is "other"`)
	a.Environment.Name = "prod"
	a.write(t, a.File(), "accountId: \"123456789012\"\n")
	a.refused(t, folder, `for environment "dev", and this is "prod"`)
}

// Nobody knows what stands of a stack that was cut off, and a plan cannot say it.
func TestEngineNoPlanOfAStackThatWasCutOff(t *testing.T) {
	a := planned(t)
	a.behave(t, "base", promises("goodbye", 1))
	folder, _ := a.plan(t)
	a.cutOff(t, "left")
	a.refused(t, folder, "the last deployment of stack left was cut off", "./ringfence up --stack left first")

	before := a.fingerprint(t)
	selection := a.all()
	selection.SavePlan = filepath.Join(t.TempDir(), "plan")
	_, err := a.Preview(context.Background(), selection)
	if err == nil || !strings.Contains(err.Error(), "the last deployment of stack left was cut off") {
		t.Errorf("a plan was saved: %v", err)
	}
	a.assertUntouched(t, before)
	a.preview(t, estate.Done)
	a.up(t, estate.Done)
	a.plan(t)
}

// cutOff makes the state of a stack say that a creation was under way.
func (a *throwAway) cutOff(t *testing.T, stack graph.Name) {
	t.Helper()
	s, _, err := a.State().Stack(stack.Project(), a.Name)
	if err != nil {
		t.Fatal(err)
	}
	var content map[string]any
	if err := json.Unmarshal(s.Deployment.Content, &content); err != nil {
		t.Fatal(err)
	}
	const kind = "pulumi:index:Stash"
	content["pending_operations"] = []any{map[string]any{"type": "creating", "resource": map[string]any{
		"urn": "urn:pulumi:" + a.Name + "::" + stack.Project() + "::" + kind + "::cut-off", "type": kind, "custom": true,
	}}}
	if s.Deployment.Content, err = json.Marshal(content); err != nil {
		t.Fatal(err)
	}
	if err := a.State().Put(stack.Project(), a.Name, s.Deployment); err != nil {
		t.Fatal(err)
	}
}
