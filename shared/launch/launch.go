// Package launch is the main function of the four stack programs.
//
// Started by Pulumi's engine, the program deploys its stack. Started with the
// argument "record" it runs without an engine, an account or credentials, and
// prints what it would register: this is how the command judges a change before
// anything is previewed or deployed.
package launch

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/program"
	"github.com/ringfence/ringfence/shared/record"
	"github.com/ringfence/ringfence/shared/snapshot"
)

// Recorded is what "record" prints, as JSON.
type Recorded struct {
	// Resources are the stack's resources, with the values that AWS would compute
	// made up, the same in each run; with -inputs, what the engine gets and no more.
	Resources []snapshot.Resource `json:"resources"`
	// Outputs are the stack's outputs.
	Outputs map[string]any `json:"outputs"`
}

// environments is the folder of the environment files, from a stack's own.
var environments = filepath.Join("..", "environments")

// Main runs the program of a stack. It does not return.
func Main(name graph.Name, stack program.Stack) {
	if len(os.Args) < 2 || os.Args[1] != "record" {
		pulumi.Run(program.Run(stack, environments))
		return
	}
	if err := recordTo(os.Stdout, os.Stdin, name, stack, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// recordTo records the stack. It reads the outputs of the stacks that this one
// reads, by stack, as JSON.
func recordTo(out io.Writer, in io.Reader, name graph.Name, stack program.Stack, args []string) error {
	o := record.Options{Stack: name}
	flags := flag.NewFlagSet("record", flag.ContinueOnError)
	flags.StringVar(&o.Environments, "environments", environments, "folder of the environment files")
	flags.StringVar(&o.Environment, "environment", "local", "environment file, without .yaml")
	flags.StringVar(&o.Name, "name", "", "name of the Pulumi stack; the environment's own when left out")
	inputs := flags.Bool("inputs", false, "leave out of the resources what AWS would compute")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if err := json.NewDecoder(in).Decode(&o.Upstream); err != nil {
		return fmt.Errorf("record: standard input must be a JSON object of the upstream stacks' outputs, {} for none: %w", err)
	}
	// An environment in the emulator wants its address. Nothing is called.
	if os.Getenv("AWS_ENDPOINT_URL") == "" {
		if err := os.Setenv("AWS_ENDPOINT_URL", "http://localhost"); err != nil {
			return err
		}
	}
	r, err := record.Run(stack, o)
	if err != nil {
		return err
	}
	recorded := Recorded{Resources: r.Snapshot(name), Outputs: r.Outputs}
	if *inputs {
		for i := range recorded.Resources {
			recorded.Resources[i].Properties = r.Resources[i].Inputs
		}
	}
	return json.NewEncoder(out).Encode(recorded)
}
