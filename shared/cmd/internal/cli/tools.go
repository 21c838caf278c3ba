package cli

import (
	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/emulator"
	"github.com/ringfence/ringfence/shared/cmd/internal/toolchain"
)

func (a *App) toolsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "tools",
		Short: "Make the tools ready: Pulumi, its AWS plugin, the stack programs",
		Long: `Makes sure of the pinned Pulumi CLI, the AWS plugin and the stack programs, and
builds what can be had in no other way. Every other command does the same when
it has to; use this one to have it done beforehand. Everything lands in
.ringfence/, but for what Go keeps in its caches.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tools, err := toolchain.Ensure(cmd.Context(), a.Root, a.say())
			if err != nil {
				return err
			}
			if tools.OwnHost {
				if _, err := toolchain.BuildPrograms(cmd.Context(), a.Root, a.say()); err != nil {
					return err
				}
			}
			if a.json {
				return a.writeJSON(tools.Origins)
			}
			for _, origin := range tools.Origins {
				a.console().Line("%-20s %-9s %s", origin.Tool, origin.Version, origin.From)
			}
			return nil
		},
	}
	a.asJSON(cmd)
	return cmd
}

func (a *App) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the versions that this checkout pins",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				return a.writeJSON(map[string]string{
					"pulumi": toolchain.PulumiVersion, "awsPlugin": toolchain.AWSPluginVersion, "moto": emulator.Version,
				})
			}
			for _, tool := range [][2]string{
				{"pulumi", toolchain.PulumiVersion}, {"aws plugin", toolchain.AWSPluginVersion}, {"moto", emulator.Version},
			} {
				a.console().Line("%-12s %s", tool[0], tool[1])
			}
			return nil
		},
	}
	a.asJSON(cmd)
	return cmd
}

// say tells of work that takes its time.
func (a *App) say() func(string) {
	c := a.console()
	return func(text string) { c.Line("%s", text) }
}
