package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/archive"
	"github.com/ringfence/ringfence/shared/cmd/internal/deployment"
	"github.com/ringfence/ringfence/shared/config"
	"github.com/ringfence/ringfence/shared/evidence"
	"github.com/ringfence/ringfence/shared/names"
)

// uploading is what is to be kept, and where.
type uploading struct {
	target
	folder, attestation, signer string
}

func (a *App) uploadCommand() *cobra.Command {
	var u uploading
	cmd := &cobra.Command{
		Use:   "upload DIR",
		Short: "Keep a report in the audit bucket, where nobody takes it back",
		Long: `Checks a report as "report verify" does, and puts its files into the audit bucket
of its environment, below evidence/, the manifest and what signs it last. Each is
locked there for as long as the audit log is.

Nothing is replaced. What is there already stays, so an upload that was cut off is
made whole by the same command, and a second one changes nothing. In AWS only the
environment's evidence role may add, which GitHub's workflows on main assume.`,
		Example: `  ./ringfence report upload evidence --env prod
  ./ringfence report upload evidence --env prod --attestation attestation.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("report upload takes the folder of a report")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			u.folder = args[0]
			return a.upload(cmd.Context(), u)
		},
	}
	u.where(cmd)
	cmd.Flags().StringVar(&u.attestation, "attestation", "", "file with GitHub's attestation of the manifest, kept beside the report")
	cmd.Flags().StringVar(&u.signer, "signer", "", "fingerprint of the key that must have signed it, such as SHA256:…")
	a.asJSON(cmd)
	return cmd
}

// object is a file on its way to a key of the audit bucket.
type object struct {
	key     string
	content []byte
}

func (a *App) upload(ctx context.Context, u uploading) error {
	manifest, objects, err := u.read()
	if err != nil {
		return err
	}
	d, _, err := a.deployment(u.target)
	if err != nil {
		return err
	}
	if err := isAbout(d.Site, u.folder, manifest); err != nil {
		return err
	}
	place := keptAt(d.Site)
	kept, err := keep(ctx, d, place, objects)
	if errors.Is(err, archive.ErrDenied) {
		n := d.Environment
		err = fmt.Errorf("%w\nonly the role %s adds reports, from workflows on main of %s",
			err, names.New(d.Name, n.AccountID, n.Region).Of("evidence"), n.GitHub.Repository)
	}
	if err != nil {
		return err
	}
	return a.printKept(place, kept)
}

// read checks the report before anybody is asked for anything.
func (u uploading) read() (evidence.Manifest, []object, error) {
	v, files, err := evidence.Read(u.folder, u.signer)
	if err != nil {
		return evidence.Manifest{}, nil, err
	}
	if !v.OK() {
		return v.Manifest, nil, fmt.Errorf("%s is not as it was made, and nothing was sent:\n  %s", u.folder, strings.Join(v.Problems, "\n  "))
	}
	folder, err := evidence.ArchiveFolder(v.Manifest)
	if err != nil {
		return v.Manifest, nil, fmt.Errorf("%s: %w", u.folder, err)
	}
	folder = config.EvidencePrefix + folder
	var objects []object
	var manifest []byte
	for _, f := range files {
		objects = append(objects, object{folder + "/" + f.Name, f.Content})
		if f.Name == evidence.ManifestFile {
			manifest = f.Content
		}
	}
	if u.attestation == "" {
		return v.Manifest, objects, nil
	}
	attestation, err := os.ReadFile(u.attestation)
	if err == nil {
		if err = evidence.CheckAttestation(attestation, manifest); err != nil {
			err = fmt.Errorf("%s %w", u.attestation, err)
		}
	}
	// Beside the folder, because a report has no file too many.
	return v.Manifest, append(objects, object{folder + ".sigstore.json", attestation}), err
}

// isAbout is an error for a report on something else than the site.
func isAbout(site deployment.Site, folder string, m evidence.Manifest) error {
	e := site.Environment
	wanted := evidence.Environment{
		Name: e.Name, Stacks: site.Name, Target: e.Target, Lifecycle: e.Lifecycle, Account: e.AccountID, Region: e.Region,
	}
	if m.Environment == wanted {
		return nil
	}
	say := func(e evidence.Environment) string {
		return fmt.Sprintf("environment %s (stacks %s, %s, %s) in account %s, %s", e.Name, e.Stacks, e.Target, e.Lifecycle, e.Account, e.Region)
	}
	return fmt.Errorf("%s is a report on %s, and not on %s: choose its environment with --env and --name", folder, say(m.Environment), say(wanted))
}

// keptAt is where the reports of a site are kept, and how.
func keptAt(site deployment.Site) archive.Place {
	e := site.Environment
	place := archive.Place{Bucket: names.New(site.Name, e.AccountID, e.Region).Bucket("audit"), Account: e.AccountID}
	if mode := e.Lifecycle.Safeguards().AuditLock; mode != "" {
		place.Lock = archive.Lock{Mode: mode, Days: e.Retention.AuditDays}
	}
	return place
}

func keep(ctx context.Context, d *deployment.Deployment, place archive.Place, objects []object) ([]archive.Kept, error) {
	cfg, running, err := d.AWS(ctx)
	if err == nil && !running {
		err = fmt.Errorf("the emulator does not run, and holds no audit bucket: ./ringfence up%s", d.Flags())
	}
	if err != nil {
		return nil, err
	}
	bucket, err := archive.Open(ctx, cfg, place)
	if err != nil {
		return nil, err
	}
	var kept []archive.Kept
	for i, o := range objects {
		k, err := bucket.Add(ctx, o.key, o.content)
		switch {
		case ctx.Err() != nil:
			return kept, deployment.ErrInterrupted
		case err != nil:
			return kept, fmt.Errorf("%w\n%d of %d files are kept; the same command adds the rest", err, i, len(objects))
		}
		kept = append(kept, k)
	}
	return kept, nil
}

func (a *App) printKept(place archive.Place, kept []archive.Kept) error {
	added, until := 0, kept[0].LockedUntil
	for _, k := range kept {
		if k.Added {
			added++
		}
		until = min(until, k.LockedUntil)
	}
	manifest := kept[0].Key
	folder := "s3://" + place.Bucket + "/" + manifest[:strings.LastIndex(manifest, "/")+1]
	if a.json {
		return a.writeJSON(map[string]any{"folder": folder, "objects": kept, "lockedUntil": until})
	}
	c := a.console()
	c.Line("kept       %s", folder)
	c.Line("files      %d added, %d were there", added, len(kept)-added)
	if until == "" {
		c.Line("locked     not at all: an ephemeral environment locks nothing")
	} else {
		c.Line("locked     until %s", until)
	}
	return nil
}
