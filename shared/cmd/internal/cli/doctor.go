package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/account"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/cmd/internal/doctor"
	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/cmd/internal/toolchain"
)

func (a *App) doctorCommand() *cobra.Command {
	var t target
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is missing on the way to the first deployment",
		Long: `Goes through the steps of docs/ci.md, from a fork to a pipeline that deploys, and
says of each whether it is ok, not yet done, wrong, not to be seen from here, or
not needed, with the way out. It looks and changes nothing.

Without a network, credentials or gh it says what it could not see, which is
never ok. The exit status is 1 when something is wrong, and 0 otherwise: a step
that is still to be done is no failure.`,
		Example: `  ./ringfence doctor --env dev
  ./ringfence doctor --env dev --json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.surroundings(t)
			if err != nil {
				return err
			}
			findings := doctor.Examine(cmd.Context(), s)
			if cmd.Context().Err() != nil {
				return deployment.ErrInterrupted
			}
			if err := a.showFindings(t.environment, findings); err != nil {
				return err
			}
			if doctor.Result(findings) == doctor.Wrong {
				return reported{estate.Failed}
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&t.environment, "env", "e", deployment.DefaultEnvironment,
		"environment: a file in stacks/environments, without .yaml")
	a.asJSON(cmd)
	return cmd
}

// surroundings is what the checks look at. An environment file that is not
// valid is a finding, not the end.
func (a *App) surroundings(t target) (doctor.Surroundings, error) {
	site, err := a.site(t)
	var usage usageError
	if errors.As(err, &usage) {
		return doctor.Surroundings{}, err
	}
	region := ""
	if site.Environment != nil {
		region = site.Environment.Region
	}
	return doctor.Surroundings{
		Root: a.Root, Name: t.environment, File: "stacks/environments/" + t.environment + ".yaml",
		Environment: site.Environment, Broken: err,
		Run: a.runProgram,
		Tools: func() (bool, bool) {
			tools, ready := toolchain.Ready(a.Root)
			return ready, tools.StandIn
		},
		AWS: func(ctx context.Context) (aws.Config, error) { return account.Real(ctx, region) },
	}, nil
}

// runProgram runs a program in the root of the checkout.
func (a *App) runProgram(ctx context.Context, program string, arguments ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, arguments...)
	cmd.Dir, cmd.Env = a.Root, a.Environ
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if text := strings.TrimSpace(said.String()); err != nil && text != "" {
		err = errors.New(text)
	}
	return string(out), err
}

func (a *App) showFindings(environment string, findings []doctor.Finding) error {
	if a.json {
		return a.writeJSON(struct {
			Environment string           `json:"environment"`
			Result      doctor.State     `json:"result"`
			Checks      []doctor.Finding `json:"checks"`
		}{environment, doctor.Result(findings), findings})
	}
	c := a.console()
	counts := map[doctor.State]int{}
	for _, f := range findings {
		counts[f.State]++
		state := fmt.Sprintf("%-14s", f.State)
		if f.State == doctor.Wrong {
			state = c.Emphasis(state)
		}
		c.Line("%s %-12s %s: %s", state, f.Check, f.Title, f.Says)
		for _, detail := range f.Details {
			c.Line("%27s  - %s", "", detail)
		}
		if f.Way != "" {
			c.Line("%27s  → %s", "", f.Way)
		}
	}
	c.Line("")
	var words []string
	for _, state := range []doctor.State{doctor.OK, doctor.Later, doctor.Wrong, doctor.Unseen, doctor.Unused} {
		if counts[state] > 0 {
			words = append(words, fmt.Sprintf("%d %s", counts[state], state))
		}
	}
	c.Line("%d checks: %s.", len(findings), strings.Join(words, ", "))
	if next := doctor.Next(findings); next != nil {
		c.Line("The next step is %q of docs/ci.md: %s", next.Check, next.Way)
	}
	return nil
}
