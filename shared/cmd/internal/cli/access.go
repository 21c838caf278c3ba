package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/access"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/recording"
	"github.com/ringfence/ringfence/shared/iameval"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// asked is the command line of one question.
type asked struct {
	principal, action, resource string
	viaEndpoint, tls            bool
	key                         string
	context                     []string
	recorded, matrix            bool
}

func (a *App) accessCommand() *cobra.Command {
	var t target
	var q asked
	cmd := &cobra.Command{
		Use:   "access",
		Short: "Say who may do what, and which statement decides",
		Long: `Decides a request over all policies that are in force for it in the deployed
stacks: those of the role, its boundary, and those of the resource, its key and
the endpoint. AWS is not asked. It says the verdict, each statement that decided
and the resource that carries it or, where nothing allows the request, what lacks
an allow.

A principal is a role of the estate, an ARN, anonymous, deployer,
service:cloudtrail.amazonaws.com or account:999999999999. One from outside has
every permission of its account, so that only the estate stands in its way.
A resource is an ARN, a name such as data-key, or a place in the data bucket.`,
		Example: `  ./ringfence access --principal churn-training --action s3:GetObject --resource curated/churn/x --via-endpoint
  ./ringfence access --principal account:999999999999 --action kms:Decrypt --resource data-key
  ./ringfence access --matrix --principal churn-training
  ./ringfence access --matrix --recorded --json    what the programs would register`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := q.check(cmd.Flags().Changed); err != nil {
				return usageError{err}
			}
			d, _, err := a.deployment(t)
			if err != nil {
				return err
			}
			s, err := a.estateOf(cmd.Context(), d, q.recorded)
			if err != nil {
				return err
			}
			if q.matrix {
				return a.printMatrix(access.New(s), q.principal)
			}
			return a.answer(access.New(s), q)
		},
	}
	t.where(cmd)
	q.flags(cmd)
	a.asJSON(cmd)
	return cmd
}

func (q *asked) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&q.principal, "principal", "", "who asks")
	f.StringVar(&q.action, "action", "", "the action, such as s3:GetObject")
	f.StringVar(&q.resource, "resource", "", `what it is about; "*" for an action that is not about one resource`)
	f.BoolVar(&q.viaEndpoint, "via-endpoint", false, "the request passes the VPC's endpoint for the service")
	f.BoolVar(&q.tls, "tls", true, "the request comes over TLS")
	f.StringVar(&q.key, "key", "", "a write asks for this encryption: data, other, none (S3's own key) or customer (SSE-C)")
	f.StringArrayVar(&q.context, "context", nil, "a condition key of the request, as key=value (may be repeated)")
	f.BoolVar(&q.recorded, "recorded", false, "ask what the stack programs would register, not what is deployed")
	f.BoolVar(&q.matrix, "matrix", false, "answer every question worth asking, of everybody or of one principal")
}

// keys are the encryptions that a write can ask for.
var keys = []string{"data", "other", "none", "customer"}

// check finds what does not go together.
func (q *asked) check(given func(flag string) bool) error {
	if q.matrix {
		for _, flag := range []string{"action", "resource", "via-endpoint", "tls", "key", "context"} {
			if given(flag) {
				return fmt.Errorf("--%s asks one question, and --matrix asks all: leave one of them out", flag)
			}
		}
		return nil
	}
	for _, flag := range []struct{ name, value, example string }{
		{"principal", q.principal, "churn-training"}, {"action", q.action, "s3:GetObject"}, {"resource", q.resource, "models/churn/x"},
	} {
		if flag.value == "" {
			return fmt.Errorf("--%s is missing, such as %s; --matrix asks everything", flag.name, flag.example)
		}
	}
	if !strings.Contains(q.action, ":") {
		return fmt.Errorf("--action %q: name the service too, as in s3:GetObject", q.action)
	}
	if q.key != "" && !slices.Contains(keys, q.key) {
		return fmt.Errorf("--key %q: choose one of %s", q.key, strings.Join(keys, ", "))
	}
	for _, pair := range q.context {
		if key, _, ok := strings.Cut(pair, "="); !ok || !strings.Contains(key, ":") {
			return fmt.Errorf("--context %q: write key=value, as in aws:RequestedRegion=eu-central-1", pair)
		}
	}
	return nil
}

// estateOf is the estate as it is deployed, or as the programs would register it.
func (a *App) estateOf(ctx context.Context, d *deployment.Deployment, recorded bool) (*snapshot.Snapshot, error) {
	if recorded {
		programs, err := a.Machine.Programs(ctx, a.say())
		if err != nil {
			return nil, err
		}
		return recording.Source{Root: a.Root, Programs: programs, Environment: d.Environment, Name: d.Name}.Take(ctx)
	}
	survey, err := d.Survey(ctx)
	if err != nil {
		return nil, err
	}
	for _, n := range d.Estate.Names() {
		if !survey.Complete(n) {
			return nil, fmt.Errorf("stack %s is not deployed, and what it would allow or deny is missing: ./ringfence up%s, or ask what the programs would register with --recorded", n, d.Flags())
		}
	}
	return d.Snapshot(survey.Deployments())
}

// answer decides one question and says what came of it.
func (a *App) answer(m *access.Model, q asked) error {
	caller, err := m.FindCaller(q.principal)
	if err != nil {
		return usageError{fmt.Errorf("--principal: %w", err)}
	}
	if q.action, err = access.FindAction(q.action); err != nil {
		return usageError{fmt.Errorf("--action: %w", err)}
	}
	about, err := m.FindTarget(caller, q.action, q.resource)
	if err != nil {
		return usageError{fmt.Errorf("--resource: %w", err)}
	}
	way, err := q.way(m)
	if err != nil {
		return err
	}
	first, err := decide(m, caller, way, q.action, about)
	if err != nil {
		return err
	}
	answers := []decided{first}
	if key, call, ok := m.KeyCall(caller, q.action, about); ok && first.Verdict == iameval.Allow {
		behind, err := decide(m, caller, m.ViaService("s3"), call, key)
		if err != nil {
			return err
		}
		answers = append(answers, behind)
	}
	if a.json {
		return a.writeJSON(answersJSON(answers))
	}
	printAnswers(a.console(), answers)
	return nil
}

// decided is one request with what was decided.
type decided struct {
	Principal string `json:"principal"`
	Action    string `json:"action"`
	Resource  string `json:"resource"`
	Way       string `json:"way,omitempty"`
	ruling
}

func decide(m *access.Model, c access.Caller, w access.Way, action string, t access.Target) (decided, error) {
	d, err := m.AskOf(c, w, action, t)
	if err != nil {
		return decided{}, err
	}
	return decided{c.Name, action, t.ARN, w.Name, rulingOf(m, d)}, nil
}

// way is how the request travels.
func (q asked) way(m *access.Model) (access.Way, error) {
	w := access.Outside.Named("")
	var said []string
	if q.viaEndpoint {
		endpoint := m.EndpointFor(q.action)
		if endpoint == "" {
			return w, usageError{fmt.Errorf("--via-endpoint: the VPC has no endpoint for %s", q.action)}
		}
		w = m.Through(endpoint)
		said = append(said, "through the endpoint "+endpoint)
	}
	if !q.tls {
		w = w.OverPlainHTTP()
		said = append(said, w.Name)
	}
	var err error
	if w, err = q.encrypted(m, w); err != nil {
		return w, err
	}
	if q.key != "" {
		said = append(said, w.Name)
	}
	context := iameval.Context{}
	for _, pair := range q.context {
		key, value, _ := strings.Cut(pair, "=")
		context[key] = append(context[key], value)
		said = append(said, "with "+pair)
	}
	return w.With(strings.Join(said, ", "), context), nil
}

// encrypted is the way of a write that asks for an encryption.
func (q asked) encrypted(m *access.Model, w access.Way) (access.Way, error) {
	switch q.key {
	case "data":
		key, err := m.FindTarget(access.Anonymous(), "kms:Decrypt", "data key")
		if err != nil {
			return w, err
		}
		return w.WithKey("encrypted with the data key, named", key.ARN), nil
	case "other":
		return w.WithKey("encrypted with another key of KMS", m.OtherKeyARN()), nil
	case "none":
		return w.WithOwnKey(), nil
	case "customer":
		return w.WithCallersKey(), nil
	}
	return w, nil
}
