package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/assessment"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/evidence"
)

// reporting is how a report is to be made.
type reporting struct {
	target
	out, key, at   string
	live, unsigned bool
}

func (a *App) reportCommand() *cobra.Command {
	var r reporting
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write down what holds, as evidence: a page, and files for tools",
		Long: `Judges what stands by the control catalogue and writes one folder: report.html
for people, the same as text, JSON, OSCAL and SARIF, the access matrix, the
exceptions, and a signed manifest with the digest of every file. The folder is
written whole or not at all; an older report in it is replaced.

What really stands is read as by "drift". With --live=false the state of the last
deployment is judged, which asks nobody.

The exit status says whether the report was written, not what it says.`,
		Example: `  ./ringfence report                        what stands in the emulator
  ./ringfence report --env prod --out evidence
  ./ringfence report verify evidence        check a report, offline
  ./ringfence report upload evidence --env prod`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.report(cmd.Context(), r) },
	}
	r.where(cmd)
	cmd.Flags().StringVar(&r.out, "out", "", "folder to write (default: .ringfence/reports/<name>)")
	cmd.Flags().BoolVar(&r.live, "live", true, "read what really stands, and not only the state")
	cmd.Flags().StringVar(&r.key, "key", "", "private key to sign with, Ed25519 in PEM (default: your own, made at the first report)")
	cmd.Flags().BoolVar(&r.unsigned, "unsigned", false, "leave the signature to somebody else, such as the workflow")
	cmd.Flags().StringVar(&r.at, "time", "", "time of the report, such as 2027-01-31T12:00:00Z (default: SOURCE_DATE_EPOCH, or now)")
	a.asJSON(cmd)
	cmd.AddCommand(a.verifyCommand(), a.uploadCommand())
	return cmd
}

func (a *App) report(ctx context.Context, r reporting) error {
	if r.unsigned && r.key != "" {
		return usageError{fmt.Errorf("--unsigned and --key exclude each other")}
	}
	at, err := a.declaredTime(r.at)
	if err != nil {
		return err
	}
	d, _, err := a.deployment(r.target)
	if err != nil {
		return err
	}
	if r.out == "" {
		r.out = d.Report()
	}
	if err := evidence.Replaceable(r.out); err != nil {
		return err
	}
	signer, key, err := a.signer(r)
	if err != nil {
		return err
	}
	take := assessment.Deployed
	if r.live {
		take = assessment.Live
	}
	report, err := take(ctx, d, at)
	if err != nil {
		return err
	}
	files, err := evidence.Bundle(report, signer)
	if err != nil {
		return err
	}
	if err := evidence.Write(r.out, files); err != nil {
		return err
	}
	return a.printWritten(report, r.out, signer, key)
}

func (a *App) printWritten(report *evidence.Report, folder string, signer *evidence.Signer, key string) error {
	fingerprint := ""
	if signer != nil {
		fingerprint = signer.Fingerprint()
	}
	if a.json {
		return a.writeJSON(map[string]any{"folder": folder, "headline": report.Headline, "signer": fingerprint})
	}
	c := a.console()
	c.Line("\n%s", c.Emphasis(report.Headline.String()))
	for _, control := range report.Controls {
		for _, f := range control.Findings {
			c.Line("  %s", f)
		}
	}
	c.Line("\npage       %s", fromHere(filepath.Join(folder, evidence.PageFile)))
	if signer == nil {
		c.Line("signature  none; attest %s", fromHere(filepath.Join(folder, evidence.ManifestFile)))
		return nil
	}
	c.Line("signed by  %s", fingerprint)
	c.Line("           with %s", key)
	return nil
}

// declaredTime is the time that the report states, to the second.
func (a *App) declaredTime(given string) (time.Time, error) {
	if given != "" {
		at, err := time.Parse(time.RFC3339, given)
		if err != nil {
			return time.Time{}, usageError{fmt.Errorf("--time %q: give a time such as 2027-01-31T12:00:00Z", given)}
		}
		return at.UTC().Truncate(time.Second), nil
	}
	if epoch := a.getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return time.Time{}, usageError{fmt.Errorf("SOURCE_DATE_EPOCH %q: it must be seconds since 1970", epoch)}
		}
		return time.Unix(seconds, 0).UTC(), nil
	}
	return a.now().UTC().Truncate(time.Second), nil
}

// signer is the key to sign with, and its file; nil when nobody is to sign.
func (a *App) signer(r reporting) (*evidence.Signer, string, error) {
	switch {
	case r.unsigned:
		return nil, "", nil
	case r.key != "":
		signer, err := evidence.LoadSigner(r.key)
		return signer, r.key, err
	}
	folder, err := os.UserConfigDir()
	if err != nil {
		return nil, "", fmt.Errorf("there is no place for a signing key of yours (%w): give one with --key, or --unsigned", err)
	}
	file := filepath.Join(folder, "ringfence", "evidence-key.pem")
	signer, made, err := evidence.EnsureSigner(file)
	if made && err == nil {
		a.say()("made the signing key " + file + ": keep it, and tell those who verify its fingerprint")
	}
	return signer, file, err
}

// closingReport ends a deployment with what holds now. In the emulator the state
// is at hand, and the report is written in a moment; it is not signed, because a
// deployment touches nothing outside the checkout. A real account would be asked
// again, so there only the command is named.
func (a *App) closingReport(ctx context.Context, d *deployment.Deployment) {
	if a.json || a.Judge == nil {
		return
	}
	if !d.Emulated() {
		d.Console.Line("./ringfence report%s writes down which controls hold, as a page and for tools.", d.Flags())
		return
	}
	report, err := a.writeClosingReport(ctx, d)
	if err != nil {
		d.Console.Line("\nThere is no report on what holds: %v", err)
		return
	}
	d.Console.Line("\n%s: %s", d.Console.Emphasis(report.Headline.String()), fromHere(filepath.Join(d.Report(), evidence.PageFile)))
}

func (a *App) writeClosingReport(ctx context.Context, d *deployment.Deployment) (*evidence.Report, error) {
	at, err := a.declaredTime("")
	if err != nil {
		return nil, err
	}
	report, err := assessment.Deployed(ctx, d, at)
	if err != nil {
		return nil, err
	}
	files, err := evidence.Bundle(report, nil)
	if err != nil {
		return nil, err
	}
	kept, err := evidence.SetSignedAside(d.Report())
	if err != nil {
		return nil, err
	}
	if kept != "" {
		d.Console.Line("The signed report that was there is now in %s", fromHere(kept))
	}
	return report, evidence.Write(d.Report(), files)
}
