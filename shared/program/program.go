// Package program runs a stack's program: it loads the environment, sets up
// the AWS provider, tags what is created, and hands over to the stack. All
// four mains are this one call.
package program

import (
	"fmt"
	"os"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	environment "github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/contract"
	"github.com/ringfence/ringfence/shared/names"
	"github.com/ringfence/ringfence/shared/secure"
)

// Program is what a stack gets to work with.
type Program struct {
	// Env is the environment file, checked.
	Env *environment.Environment
	// Names makes the names of everything the stack creates.
	Names names.Names
	// Provider is the option that every component of the stack must be given.
	Provider pulumi.ResourceOption
}

// Setting is the part of the program's context that components take.
func (p *Program) Setting() secure.Setting {
	return secure.Setting{Names: p.Names, Safeguards: p.Env.Lifecycle.Safeguards()}
}

// Stack is a stack's program: it creates the stack's resources and returns what
// the stack promises to others.
type Stack func(ctx *pulumi.Context, p *Program) (contract.Contract, error)

// Run returns the stack's program for the environments of a folder, in the form
// that pulumi.Run, the Automation API and the mocks take.
//
// Pulumi config "ringfence:environment" says which environment file to use; the
// default is the file called like the Pulumi stack.
func Run(stack Stack, environments string) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		name := config.New(ctx, "ringfence").Get("environment")
		if name == "" {
			name = ctx.Stack()
		}
		env, err := environment.Load(environments, name, ctx.Stack())
		if err != nil {
			return err
		}
		if err := tagEverything(ctx, env); err != nil {
			return err
		}
		provider, err := newProvider(ctx, env, env.Region)
		if err != nil {
			return err
		}
		ctx = contract.Noting(ctx)
		exports, err := stack(ctx, &Program{
			Env:      env,
			Names:    names.New(ctx.Stack(), env.AccountID, env.Region),
			Provider: pulumi.Provider(provider),
		})
		if err != nil {
			return err
		}
		if err := contract.Export(ctx, exports); err != nil {
			return err
		}
		contract.ExportConsumed(ctx)
		return nil
	}
}

// ProviderIn makes a second provider, like the program's own but for another
// region. Its parent sets it apart: every provider of the estate is called aws.
func (p *Program) ProviderIn(ctx *pulumi.Context, region string, parent pulumi.Resource) (pulumi.ResourceOption, error) {
	provider, err := newProvider(ctx, p.Env, region, pulumi.Parent(parent))
	if err != nil {
		return nil, err
	}
	return pulumi.Provider(provider), nil
}

// Standing is the option of a resource that bootstrap has made in the account of a
// sandbox: the program takes it over as it is, fails where it is not as declared,
// and leaves it there when all else is destroyed. The role that deploys there may
// not change it. Everywhere else it does nothing.
func (p *Program) Standing(id string) pulumi.ResourceOption {
	if !p.Env.GitHub.Integration {
		return pulumi.Composite()
	}
	return pulumi.Composite(pulumi.Import(pulumi.ID(id)), pulumi.RetainOnDelete(true))
}

// newProvider makes an AWS provider for a region. Credentials and, for the
// emulator, the address (AWS_ENDPOINT_URL) come from the process environment,
// so that neither is ever in a file or in the state.
func newProvider(ctx *pulumi.Context, env *environment.Environment, region string, opts ...pulumi.ResourceOption) (*aws.Provider, error) {
	args := &aws.ProviderArgs{
		Region: pulumi.String(region),
		// The provider refuses any other account before it changes anything.
		AllowedAccountIds: pulumi.ToStringArray([]string{env.AccountID}),
	}
	if env.Target == environment.Emulator {
		if os.Getenv("AWS_ENDPOINT_URL") == "" {
			return nil, fmt.Errorf("environment %s is for the emulator, and AWS_ENDPOINT_URL is not set: use ./ringfence up, or run `eval \"$(./ringfence env)\"` first", env.Name)
		}
		args.S3UsePathStyle = pulumi.Bool(true)       // the emulator has one host name for all buckets
		args.SkipMetadataApiCheck = pulumi.Bool(true) // there is no instance metadata to wait for
		args.MaxRetries = pulumi.Int(3)               // what the emulator lacks fails at once, not after minutes
	}
	return aws.NewProvider(ctx, "aws", args, opts...)
}
