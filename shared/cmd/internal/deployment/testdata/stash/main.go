// Command stash is the program of every stack of the throw-away estates in the
// engine tests. It needs no provider. A file "behaviour" in the stack's folder
// says what it does.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/graph"
)

type behaviour struct {
	// Keep is how many things the stack keeps.
	Keep int
	// Value is what each of them is, unless the config own:value says so.
	Value string
	// Replace makes a thing with another value another thing.
	Replace bool
	// Fail makes the program fail after it has kept everything.
	Fail string
	// Hang makes the program wait, once it has written the file of this name.
	Hang string
	// Tell makes the program write the file of this name, and Await wait for one.
	Tell, Await string
	// Exports names what the stack promises to those that read it: greeting,
	// which is Value, and identity, which only a deployment can tell.
	Exports []string
	// Reads makes the stack keep what stack base promises.
	Reads bool
}

func (b behaviour) options() []pulumi.ResourceOption {
	if !b.Replace {
		return nil
	}
	return []pulumi.ResourceOption{pulumi.ReplaceOnChanges([]string{"input"})}
}

// promise is the contract of stack base.
type promise struct {
	Greeting pulumi.StringOutput `contract:"greeting"`
	Identity pulumi.StringOutput `contract:"identity"`
}

// Stack implements contract.Contract.
func (promise) Stack() graph.Name { return "base" }

// Version implements contract.Contract.
func (promise) Version() int { return 1 }

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		ctx = contract.Noting(ctx)
		content, err := os.ReadFile("behaviour")
		if err != nil {
			return err
		}
		var b behaviour
		if err := json.Unmarshal(content, &b); err != nil {
			return err
		}
		if own := config.New(ctx, "own").Get("value"); own != "" {
			b.Value = own
		}
		if err := meet(b.Tell, b.Await); err != nil {
			return err
		}
		if b.Reads {
			if err := keepPromise(ctx); err != nil {
				return err
			}
		}
		promised := map[string]pulumi.Input{"greeting": pulumi.String(b.Value)}
		for i := range b.Keep {
			name := fmt.Sprintf("thing-%d", i)
			thing, err := pulumi.NewStash(ctx, name, &pulumi.StashArgs{Input: pulumi.String(b.Value)}, b.options()...)
			if err != nil {
				return err
			}
			promised["identity"] = thing.ID()
		}
		if b.Hang != "" {
			if err := os.WriteFile(b.Hang, nil, 0o600); err != nil {
				return err
			}
			time.Sleep(10 * time.Minute)
		}
		if b.Fail != "" {
			return errors.New(b.Fail)
		}
		for _, name := range b.Exports {
			ctx.Export("contractVersion", pulumi.Int(1))
			ctx.Export(name, promised[name])
		}
		contract.ExportConsumed(ctx)
		ctx.Export("kept", pulumi.Int(b.Keep))
		ctx.Export("hidden", pulumi.ToSecret(pulumi.String("tell nobody")))
		return nil
	})
}

// keepPromise reads the contract of stack base and keeps what it says.
func keepPromise(ctx *pulumi.Context) error {
	base, err := contract.Read[promise](ctx)
	if err != nil {
		return err
	}
	for name, value := range map[string]pulumi.StringOutput{"greeting": base.Greeting, "identity": base.Identity} {
		if _, err := pulumi.NewStash(ctx, name, &pulumi.StashArgs{Input: value}); err != nil {
			return err
		}
	}
	return nil
}

// meet writes one file and waits for another, a minute at most.
func meet(tell, await string) error {
	if tell != "" {
		if err := os.WriteFile(tell, nil, 0o600); err != nil {
			return err
		}
	}
	for range 600 {
		if _, err := os.Stat(await); await == "" || err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("nobody wrote %s", await)
}
