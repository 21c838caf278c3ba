package deployment

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/cmd/internal/awsstub"
	"github.com/ringfence/ringfence/shared/cmd/internal/console"
	"github.com/ringfence/ringfence/shared/cmd/internal/engine"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/state"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
)

// The URNs of what the states of these tests hold.
const (
	ofStack    = "urn:pulumi:local::ringfence-network::"
	stackURN   = ofStack + "pulumi:pulumi:Stack::ringfence-network-local"
	awsURN     = ofStack + "pulumi:providers:aws::main"
	groupType  = "aws:ec2/securityGroup:SecurityGroup"
	groupURN   = ofStack + groupType + "::workloads"
	ruleURN    = ofStack + groupType + "$aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule::out"
	issuerType = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
)

// The resources and operations of these states, as Pulumi writes them.
const (
	theStack = `{"urn": "` + stackURN + `", "type": "pulumi:pulumi:Stack"}, {"urn": "` + awsURN + `", "type": "pulumi:providers:aws", "id": "1", "custom": true}`
	pending  = `{"type": "creating", "resource": {"urn": "` + groupURN + `", "type": "` + groupType + `", "parent": "` + stackURN + `",
		"provider": "` + awsURN + `::1", "inputs": {"tags": {"Name": "workloads"}}}}`
	anOpenRule = `"outputs": {"egress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"], "ipv6CidrBlocks": []}]}`
)

// aGroup is the security group, with more about it.
func aGroup(more string) string {
	return `, {"urn": "` + groupURN + `", "type": "` + groupType + `", "id": "sg-1", "custom": true, "parent": "` + stackURN + `"` + more + `}`
}

// aRule is a rule of the group that the state knows.
const aRule = `, {"urn": "` + ruleURN + `", "type": "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", "parent": "` + groupURN + `"}`

// scripted is a site whose engine is a script: it writes down what it is asked for,
// fails where it is told to, and an import or a destruction puts the next state in
// place.
type scripted struct {
	*Deployment
	t      *testing.T
	ground *ground
	output *strings.Builder
	// tagged is what AWS answers when it is asked for tags.
	tagged http.HandlerFunc
}

func newScripted(t *testing.T) *scripted {
	t.Helper()
	root := t.TempDir()
	stacks, err := estate.New([]graph.Stack{{Name: "network"}})
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{t: t, output: &strings.Builder{}, tagged: func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:ec2:eu-central-1:123456789012:security-group/sg-1",
			"Tags": [{"Key": "Name", "Value": "workloads"}]}]}`)
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.tagged(w, r) }))
	t.Cleanup(server.Close)
	s.Deployment = &Deployment{
		Site: Site{Root: root, Estate: stacks, Name: "local", Environment: &config.Environment{
			Name: "local", Target: config.Emulator, AccountID: awsstub.Account, Region: "eu-central-1",
		}},
		Console: console.New(s.output, os.Getenv),
	}
	cli := s.write("pulumi", `#!/bin/sh
echo "$2" >> calls
case "$*" in *--target*) echo "$*" >> targets;; esac
if [ -e "$2-fails" ]; then echo "error: Rate exceeded" >&2; exit 1; fi
if [ -e "after-$2.json" ]; then cp "after-$2.json" "`+s.stateFile()+`"; fi
`)
	s.ground = &ground{engine: engine.Engine{CLI: cli, Env: os.Environ()}, emulator: Emulator{Endpoint: server.URL}, stop: func() {}}
	s.write("stacks/network/Pulumi.yaml", "name: ringfence-network\nruntime: go\n")
	return s
}

func (s *scripted) stateFile() string {
	return filepath.Join(string(s.State()), ".pulumi/stacks/ringfence-network/local.json")
}

func (s *scripted) write(name, content string) string {
	s.t.Helper()
	file := filepath.Join(s.Root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o700); err != nil {
		s.t.Fatal(err)
	}
	return file
}

// holds makes a state: what it holds, and what was under way.
func holds(resources, operations string) string {
	return `{"version": 3, "checkpoint": {"latest": {"resources": [` + resources + `], "pending_operations": [` + operations + `]}}}`
}

// stands puts a state in place.
func (s *scripted) stands(content string) {
	s.t.Helper()
	short, err := filepath.Rel(s.Root, s.stateFile())
	if err != nil {
		s.t.Fatal(err)
	}
	s.write(short, content)
}

// then is the state after an operation of the engine.
func (s *scripted) then(operation, content string) {
	s.write("stacks/network/after-"+operation+".json", content)
}

func (s *scripted) fails(operation string, fails bool) {
	s.t.Helper()
	file := s.write("stacks/network/"+operation+"-fails", "")
	if fails {
		return
	}
	if err := os.Remove(file); err != nil {
		s.t.Fatal(err)
	}
}

// deploys deploys the stack and returns what the engine was asked for.
func (s *scripted) deploys(adopt bool) (asked string, err error) {
	s.t.Helper()
	if s.ground.survey, err = s.surveyFolder(); err != nil {
		s.t.Fatal(err)
	}
	job, err := s.job("network", s.ground.survey["network"], io.Discard)
	if err != nil {
		s.t.Fatal(err)
	}
	calls := filepath.Join(s.folder("network"), "calls")
	_ = os.Remove(calls)
	_, err = s.upAdopting(s.t.Context(), s.ground, "network", job, adopt)
	content, _ := os.ReadFile(calls)
	return strings.Join(strings.Fields(string(content)), " "), err
}

// What a run has found open must go, however often AWS cuts in.
func TestUnitOpenGroupIsDiscardedBeforeTheStateIsSettled(t *testing.T) {
	s := newScripted(t)
	s.stands(holds(theStack, pending))
	s.then("import", holds(theStack+aGroup(""), pending))
	s.then("destroy", holds(theStack, pending))
	s.fails("refresh", true)
	if asked, err := s.deploys(false); err == nil || asked != "import destroy refresh" {
		t.Errorf("the engine was asked for %s, %v", asked, err)
	}
	targets, _ := os.ReadFile(filepath.Join(s.folder("network"), "targets"))
	if !strings.Contains(string(targets), groupURN) {
		t.Errorf("deleted is %s", targets)
	}
}

func TestUnitOpenGroupIsDiscardedByTheNextRun(t *testing.T) {
	for name, c := range map[string]struct{ state, asked string }{
		"taken in, and not discarded": {holds(theStack+aGroup(""), pending), "destroy refresh up"},
		"not closed":                  {holds(theStack+aGroup(`, "initErrors": ["no network"]`), ""), "destroy refresh up"},
		"taken in by --adopt":         {holds(theStack+aGroup(", "+anOpenRule), ""), "destroy refresh up"},
		"in use and not updated":      {holds(theStack+aGroup(`, "initErrors": ["no network"]`)+aRule, ""), "refresh up"},
		"in use and opened since":     {holds(theStack+aGroup(", "+anOpenRule)+aRule, ""), "up"},
		"finished":                    {holds(theStack+aGroup(""), ""), "up"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScripted(t)
			s.stands(c.state)
			s.then("destroy", holds(theStack, ""))
			if asked, err := s.deploys(false); err != nil || asked != c.asked {
				t.Errorf("the engine was asked for %s, want %s: %v", asked, c.asked, err)
			}
		})
	}
}

func TestUnitFailedDiscardEndsTheDeployment(t *testing.T) {
	s := newScripted(t)
	s.stands(holds(theStack, pending))
	s.then("import", holds(theStack+aGroup(""), pending))
	s.fails("destroy", true)
	asked, err := s.deploys(false)
	if err == nil || !strings.Contains(err.Error(), "Rate exceeded") || asked != "import destroy" {
		t.Errorf("the engine was asked for %s, %v", asked, err)
	}
	s.fails("destroy", false)
	s.then("destroy", holds(theStack, pending))
	if asked, err := s.deploys(false); err != nil || asked != "destroy refresh up" {
		t.Errorf("then it was asked for %s, %v", asked, err)
	}
}

// A report shows why AWS refused and why nobody could look after it.
func TestUnitRefusalKeepsBothReasons(t *testing.T) {
	s := newScripted(t)
	s.tagged = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"message": "not you"}`)
	}
	refused := &engine.Failure{Lines: []string{"Role r: EntityAlreadyExists"}}
	found, err := s.refusal(t.Context(), s.ground, "network", []state.Creation{{Type: groupType, URN: groupURN}}, refused)
	said := strings.Join(errorLines(err), "\n")
	if len(found) > 0 || !strings.Contains(said, "EntityAlreadyExists") || !strings.Contains(said, "AccessDeniedException") {
		t.Errorf("found %v, said %s", found, said)
	}
}

func TestUnitOnlyWhatAStateCanTakeInIsFound(t *testing.T) {
	found := func(urn, parent, provider string) engine.Found {
		return engine.Found{Creation: state.Creation{URN: urn, Parent: parent, Provider: provider}}
	}
	d := state.Deployment{Content: []byte(`{"resources": [` + theStack + `, {"urn": "network"}, {"urn": "replaced"}]}`)}
	fits, err := fitting(d, []engine.Found{
		found("below-found", "below", awsURN+"::1"),
		found("below", "network", awsURN+"::1"),
		found("top", stackURN, awsURN+"::1"),
		found("replaced", stackURN, awsURN+"::1"),
		found("without-parent", "gone", awsURN+"::1"),
		found("below-that", "without-parent", awsURN+"::1"),
		found("without-provider", stackURN, "gone::04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
	})
	if got := urns(fits); err != nil || !slices.Equal(got, []string{"below-found", "below", "top"}) {
		t.Errorf("fitting are %v, %v", got, err)
	}
	// A stack that was destroyed keeps its name, and nothing to hang anything on.
	if fits, err := fitting(state.Deployment{}, []engine.Found{found("top", stackURN, awsURN+"::1")}); err != nil || len(fits) > 0 {
		t.Errorf("fitting into an empty state are %v, %v", fits, err)
	}
}

// An account has one identity provider for an issuer, and names of IAM are the
// account's: what one deployment has made is not for another of the same file.
func TestUnitWhatAnotherDeploymentHoldsIsLeftToIt(t *testing.T) {
	s := newScripted(t)
	const issuer = "arn:aws:iam::123456789012:oidc-provider/token.example.com"
	s.stands(holds(theStack+`, {"urn": "issuer", "type": "`+issuerType+`", "id": "`+issuer+`", "custom": true, "outputs": {"arn": "`+issuer+`"}},
		{"urn": "profile", "type": "aws:iam/role:Role", "id": "training", "custom": true}`, ""))
	second := s.Named("pr-42")
	found := func(kind, id string) engine.Found {
		return engine.Found{ID: id, Creation: state.Creation{URN: ofStack + kind + "::x", Type: kind}}
	}
	free, others, err := second.ownerless(t.Context(), Survey{}, []engine.Found{
		found(issuerType, issuer), found("aws:iam/role:Role", "training"), found("aws:iam/instanceProfile:InstanceProfile", "training"),
	})
	if err != nil || len(free) != 1 || free[0].Type != "aws:iam/instanceProfile:InstanceProfile" {
		t.Errorf("free are %v, %v", free, err)
	}
	said := strings.Join(others, "\n")
	for _, want := range []string{`in the state of the stacks named "local": ` + issuer, "github.providerArn in stacks/environments/local.yaml", ": training"} {
		if !strings.Contains(said, want) {
			t.Errorf("said is\n%s\nwant %q", said, want)
		}
	}
}
