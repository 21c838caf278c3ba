package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// server serves moto as the command ringfence does.
const server = "shared/cmd/internal/emulator/serve.py"

// chosenPython says, in the runtime folder, which Python has moto.
const chosenPython = ".ringfence/emulator/python.json"

// emulator is an emulated AWS of our own. It ends with us, however we end.
type emulator struct {
	endpoint string
	leash    *os.File
	process  *exec.Cmd
}

// prepare makes sure of the tools and of the emulator's software.
func prepare(ctx context.Context, root string) error {
	env := environ([]string{"RINGFENCE_AWS_ENDPOINT="})
	ringfence := func(args ...string) error {
		_, err := output(command(ctx, root, env, filepath.Join(root, "ringfence"), args...))
		return err
	}
	if err := ringfence("tools"); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(root, chosenPython)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// The first start installs it. Nobody can be using what was not there.
	if err := ringfence("emulator", "start"); err != nil {
		return err
	}
	return ringfence("emulator", "stop")
}

// startEmulator starts an emulator on a free port.
func startEmulator(root, scratch string) (*emulator, error) {
	text, err := os.ReadFile(filepath.Join(root, chosenPython))
	if err != nil {
		return nil, err
	}
	var python struct{ Path string }
	if err := json.Unmarshal(text, &python); err != nil {
		return nil, fmt.Errorf("%s: %w", chosenPython, err)
	}
	log, err := os.CreateTemp(scratch, "emulator-*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	reportRead, reportWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer reportRead.Close()
	leashRead, leashWrite, err := os.Pipe()
	if err != nil {
		reportWrite.Close()
		return nil, err
	}
	cmd := command(context.Background(), scratch,
		environ(nil, "MOTO_IAM_LOAD_MANAGED_POLICIES=true"),
		python.Path, filepath.Join(root, filepath.FromSlash(server)), "0", "3", "4")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{reportWrite, leashRead} // descriptors 3 and 4
	err = cmd.Start()
	reportWrite.Close()
	leashRead.Close()
	if err != nil {
		leashWrite.Close()
		return nil, fmt.Errorf("start the emulator: %w", err)
	}
	e := &emulator{leash: leashWrite, process: cmd}
	var started struct{ Port int }
	if err := json.NewDecoder(bufio.NewReader(reportRead)).Decode(&started); err != nil {
		e.stop()
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("the emulator did not start: %w\n%s", err, tail(string(said)))
	}
	e.endpoint = "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(started.Port))
	return e, nil
}

// stop lets go of the leash, whereupon the emulator ends.
func (e *emulator) stop() {
	e.leash.Close()
	_ = e.process.Wait()
}
