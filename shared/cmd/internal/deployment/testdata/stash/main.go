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
)

type behaviour struct {
	// Keep is how many things the stack keeps.
	Keep int
	// Value is what each of them is.
	Value string
	// Fail makes the program fail after it has kept everything.
	Fail string
	// Hang makes the program wait, once it has written the file of this name.
	Hang string
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		content, err := os.ReadFile("behaviour")
		if err != nil {
			return err
		}
		var b behaviour
		if err := json.Unmarshal(content, &b); err != nil {
			return err
		}
		for i := range b.Keep {
			name := fmt.Sprintf("thing-%d", i)
			if _, err := pulumi.NewStash(ctx, name, &pulumi.StashArgs{Input: pulumi.String(b.Value)}); err != nil {
				return err
			}
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
		ctx.Export("kept", pulumi.Int(b.Keep))
		ctx.Export("hidden", pulumi.ToSecret(pulumi.String("tell nobody")))
		return nil
	})
}
