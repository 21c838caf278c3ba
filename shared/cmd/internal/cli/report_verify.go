package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/estate"
	"github.com/ringfence/ringfence/shared/evidence"
)

func (a *App) verifyCommand() *cobra.Command {
	var signer string
	cmd := &cobra.Command{
		Use:   "verify DIR",
		Short: "Check a report, offline",
		Long: `Checks that every file of a report is as its manifest lists it, that none is
missing or too many, and that the manifest is signed. It also says what it could
not check. The exit status is 1 when anything is wrong.`,
		Example: `  ./ringfence report verify evidence
  ./ringfence report verify evidence --signer SHA256:2jmj7l5rSw0yVb/vlWAYkK/YBwk…`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("report verify takes the folder of a report")}
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			v, err := evidence.Verify(args[0], signer)
			if err != nil {
				return err
			}
			if a.json {
				err = a.writeJSON(v)
			} else {
				a.printVerification(v)
			}
			if err == nil && !v.OK() {
				err = reported{estate.Failed}
			}
			return err
		},
	}
	cmd.Flags().StringVar(&signer, "signer", "", "fingerprint of the key that must have signed it, such as SHA256:…")
	a.asJSON(cmd)
	return cmd
}

func (a *App) printVerification(v *evidence.Verification) {
	c := a.console()
	if v.Manifest.Format != "" {
		m := v.Manifest
		c.Line("report on environment %s at %s: %s", m.Environment.Stacks, m.Time, m.Headline)
	}
	for _, list := range []struct {
		mark  string
		lines []string
	}{{"right      ", v.Checked}, {"not checked", v.NotChecked}, {"WRONG      ", v.Problems}} {
		for _, line := range list.lines {
			c.Line("%s  %s", list.mark, line)
		}
	}
}
