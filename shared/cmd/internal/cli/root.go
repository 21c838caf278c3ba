package cli

import (
	"github.com/spf13/cobra"
)

const (
	groupEstate  = "estate"
	groupMachine = "machine"
)

// command builds the tree of commands.
func (a *App) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "ringfence",
		Short: "A security baseline around AI and ML workloads on AWS",
		Long: `Ringfence deploys a security baseline around AI and ML workloads on AWS: four
stacks that build on each other, each an independent Pulumi program.

Start with

  ./ringfence up        the whole estate in an emulated AWS on this machine
  ./ringfence status    what is deployed
  ./ringfence destroy   take it down again

An environment file, stacks/environments/<name>.yaml, says what is deployed and
where. "local" needs no AWS account and is the default; the others deploy to
the account that their file names.`,
		SilenceUsage: true, SilenceErrors: true,
		Annotations: map[string]string{cobra.CommandDisplayNameAnnotation: "./ringfence"},
		Args:        noArguments,
		RunE:        func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommandGroupID(groupMachine)
	root.AddGroup(&cobra.Group{ID: groupEstate, Title: "The estate:"}, &cobra.Group{ID: groupMachine, Title: "This machine:"})
	for _, cmd := range []*cobra.Command{
		a.bootstrapCommand(), a.doctorCommand(),
		a.previewCommand(), a.upCommand(), a.driftCommand(), a.destroyCommand(),
		a.statusCommand(), a.outputsCommand(), a.controlsCommand(), a.accessCommand(), a.lintCommand(), a.reportCommand(),
		a.graphCommand(), a.affectedCommand(),
		a.janitorCommand(), a.unlockCommand(),
	} {
		cmd.GroupID = groupEstate
		root.AddCommand(cmd)
	}
	for _, cmd := range []*cobra.Command{
		a.emulatorCommand(), a.envCommand(), a.testCommand(), a.toolsCommand(), a.versionCommand(),
	} {
		cmd.GroupID = groupMachine
		root.AddCommand(cmd)
	}
	return root
}

// noArguments refuses words that a command would ignore.
func noArguments(cmd *cobra.Command, args []string) error {
	if err := cobra.NoArgs(cmd, args); err != nil {
		return usageError{err}
	}
	return nil
}
