package cli

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ringfence/ringfence/shared/cmd/internal/emulator"
)

func (a *App) emulatorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "Start, stop or look at the emulated AWS",
		Long: `The emulator is moto, an emulated AWS that runs on this machine and keeps all it
holds in memory: stopping it empties it. "./ringfence up" starts it when it is
needed. It proves that the estate deploys, updates and goes; it proves nothing
about who may access what.

With RINGFENCE_AWS_ENDPOINT set, the emulator at that address is used instead,
and never started or stopped.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.emulatorStartCommand(), a.emulatorStopCommand(), a.emulatorStatusCommand(), a.emulatorRunCommand())
	return cmd
}

func (a *App) emulatorStartCommand() *cobra.Command {
	var port int
	cmd := &cobra.Command{
		Use: "start", Short: "Start the emulator unless it runs", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			status, err := emulator.Start(cmd.Context(), a.Root, port, a.say())
			return a.showEmulator(status, err)
		},
	}
	cmd.Flags().IntVar(&port, "port", 0, "port to listen on (default: a free one)")
	a.asJSON(cmd)
	return cmd
}

func (a *App) emulatorStopCommand() *cobra.Command {
	return &cobra.Command{
		Use: "stop", Short: "Stop the emulator; what it holds is gone", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			status, err := emulator.Stop(cmd.Context(), a.Root, a.say())
			if err != nil {
				return err
			}
			text := "the emulator did not run"
			switch {
			case status.Given:
				text = fmt.Sprintf("the emulator at %s is not Ringfence's own, and goes on", status.Endpoint)
			case status.Running:
				text = "the emulator is stopped"
			}
			a.console().Line("%s", text)
			return nil
		},
	}
}

func (a *App) emulatorStatusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "status", Short: "Say whether the emulator runs, and where", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			status, err := emulator.Current(cmd.Context(), a.Root)
			return a.showEmulator(status, err)
		},
	}
	a.asJSON(cmd)
	return cmd
}

func (a *App) emulatorRunCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "run", Short: "Run one more emulator, until an interrupt or the end of the input", Args: noArguments,
		Long: `Runs an emulator besides that of the checkout, says where it listens, and ends it
with an interrupt or when the standard input ends: whoever starts it holds it by
that, and it is gone with them however they end.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			scratch, err := os.MkdirTemp("", "ringfence-emulator-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(scratch)
			another, err := emulator.StartEphemeral(cmd.Context(), a.Root, scratch, a.say())
			if err != nil {
				return err
			}
			defer another.Stop()
			if err := a.showEmulator(another.Status, nil); err != nil {
				return err
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				_, _ = io.Copy(io.Discard, a.In)
			}()
			select {
			case <-cmd.Context().Done():
			case <-ended:
			}
			return nil
		},
	}
	a.asJSON(cmd)
	return cmd
}

func (a *App) showEmulator(status emulator.Status, err error) error {
	switch {
	case err != nil:
		return err
	case a.json:
		return a.writeJSON(status)
	case !status.Running:
		a.console().Line("the emulator does not run: ./ringfence emulator start")
	case status.Given:
		a.console().Line("the emulator answers at %s (%s)", status.Endpoint, emulator.EndpointVariable)
	default:
		a.console().Line("the emulator runs at %s since %s (moto %s, process %d, log %s)",
			status.Endpoint, utc(status.Since), status.Version, status.PID, a.relative(status.Log))
	}
	return nil
}
