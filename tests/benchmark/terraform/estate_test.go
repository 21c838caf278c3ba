package terraform

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/names"
)

// root is the checkout.
const root = "../../.."

// open takes the estate as the golden files of the stacks record it, in which the
// policies are files of their own.
func open(t *testing.T) *Estate {
	t.Helper()
	env, err := config.Load(filepath.Join(root, "stacks", "environments"), "local", "local")
	if err != nil {
		t.Fatal(err)
	}
	recordings := map[graph.Name]Recording{}
	for _, stack := range graph.Names() {
		folder := filepath.Join(root, filepath.FromSlash(stack.Dir()), string(stack), "testdata", "local")
		var r Recording
		var golden []struct {
			Type, Name string
			Inputs     map[string]any
		}
		readJSON(t, filepath.Join(folder, "outputs.json"), &r.Outputs)
		readJSON(t, filepath.Join(folder, "resources.json"), &golden)
		for _, resource := range golden {
			for key, value := range resource.Inputs {
				if file, ok := value.(string); ok && strings.HasPrefix(file, "policies/") {
					var policy json.RawMessage
					readJSON(t, filepath.Join(folder, filepath.FromSlash(file)), &policy)
					var text bytes.Buffer
					if err := json.Compact(&text, policy); err != nil {
						t.Fatal(err)
					}
					resource.Inputs[key] = text.String()
				}
			}
			r.Resources = append(r.Resources, Resource{Type: resource.Type, Name: resource.Name, Inputs: resource.Inputs})
		}
		recordings[stack] = r
	}
	e, err := New(root, names.New("local", env.AccountID, env.Region), recordings)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// written is a module as Terraform reads it.
type written struct {
	text     []byte
	Resource map[string]map[string]any
	Data     struct {
		State map[string]any `json:"terraform_remote_state"`
	}
	Output map[string]any
}

func write(t *testing.T, e *Estate, stack graph.Name) written {
	t.Helper()
	m, err := e.module(stack)
	if err != nil {
		t.Fatalf("%s: %v", stack, err)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(m); err != nil {
		t.Fatal(err)
	}
	w := written{text: text.Bytes()}
	if err := json.Unmarshal(w.text, &w); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestUnitModulesHoldTheRecordedResources(t *testing.T) {
	e := open(t)
	for _, stack := range graph.Names() {
		recorded, err := e.resources(stack)
		if err != nil {
			t.Fatal(err)
		}
		w := write(t, e, stack)
		count := 0
		for _, labels := range w.Resource {
			count += len(labels)
		}
		if count != len(recorded) || count == 0 {
			t.Errorf("%s: %d resources, want the %d of the recording", stack, count, len(recorded))
		}
		for _, r := range recorded {
			if _, ok := w.Resource[r.kind][r.label()]; !ok {
				t.Errorf("%s: %s is missing", stack, r.address())
			}
		}
	}
}

// What the recording made up exists nowhere, so none of it may be left.
func TestUnitModulesHoldNoMadeUpValues(t *testing.T) {
	e := open(t)
	var madeUp []mark
	for _, stack := range graph.Names() {
		resources, err := e.resources(stack)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range resources {
			for _, m := range e.marks(r) {
				if m.computed {
					madeUp = append(madeUp, m)
				}
			}
		}
	}
	if len(madeUp) < 20 {
		t.Fatalf("only %d made-up values: the test looks for nothing", len(madeUp))
	}
	for _, stack := range graph.Names() {
		_, err := rewrite(string(write(t, e, stack).text), madeUp, func(m mark) (bool, error) {
			return false, errors.New(m.value)
		})
		if err != nil {
			t.Errorf("%s: holds %s", stack, err)
		}
	}
}

var reference = regexp.MustCompile(`\$\{(?:split\(\\?"/\\?", )?(data\.)?([a-z0-9_]+)\.([A-Za-z0-9_-]+)`)

func TestUnitReferencesLeadSomewhere(t *testing.T) {
	e := open(t)
	for _, stack := range graph.Names() {
		w := write(t, e, stack)
		for _, match := range reference.FindAllSubmatch(w.text, -1) {
			kind, label := string(match[2]), string(match[3])
			_, found := w.Resource[kind][label]
			if len(match[1]) > 0 {
				_, found = w.Data.State[label]
			}
			if !found {
				t.Errorf("%s: nothing is called %s.%s", stack, kind, label)
			}
		}
		for _, dependency := range graph.DependsOn(stack) {
			if !strings.Contains(string(w.text), "data.terraform_remote_state."+string(dependency)+".outputs") {
				t.Errorf("%s reads nothing of %s", stack, dependency)
			}
		}
	}
}

func TestUnitModulesAreTheSameEachTime(t *testing.T) {
	e := open(t)
	for _, stack := range graph.Names() {
		if first, second := write(t, e, stack), write(t, e, stack); !bytes.Equal(first.text, second.text) {
			t.Errorf("%s is written differently a second time", stack)
		}
	}
}

func TestUnitProperties(t *testing.T) {
	alarm := kind{name: "aws_cloudwatch_metric_alarm", names: map[string]string{"alarm_name": "name"}}
	acl := kind{name: "aws_network_acl", names: map[string]string{"egress": "egress"}}
	plain := kind{name: "aws_plain", names: map[string]string{"block.inner_name": "other"}}
	object := func(key string, value any) map[string]any { return map[string]any{key: value} }
	for name, test := range map[string]struct {
		kind         kind
		inputs, want map[string]any
	}{
		"words":               {plain, object("assignIpv6AddressOnCreation", true), object("assign_ipv6_address_on_creation", true)},
		"a mapped name":       {alarm, object("name", "x"), object("alarm_name", "x")},
		"a mapped inner one":  {plain, object("block", object("other", 1)), object("block", object("inner_name", 1))},
		"not so elsewhere":    {plain, object("other", 1), object("other", 1)},
		"blocks":              {plain, object("eventSelectors", []any{object("readWriteType", "All")}), object("event_selector", []any{object("read_write_type", "All")})},
		"a list of texts":     {plain, object("subnetIds", []any{"a"}), object("subnet_ids", []any{"a"})},
		"an empty list":       {acl, object("egress", []any{}), object("egress", []any{})},
		"tags are the user's": {plain, object("tags", object("ControlSet", "x")), object("tags", object("ControlSet", "x"))},
		"objects that must be complete": {acl, object("egress", []any{object("ruleNo", 1)}),
			object("egress", []any{map[string]any{"rule_no": 1, "icmp_code": nil, "icmp_type": nil, "ipv6_cidr_block": nil}})},
	} {
		if got := test.kind.properties("", test.inputs); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}
