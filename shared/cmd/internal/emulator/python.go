package emulator

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed" // for the pinned requirements
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/blang/semver"

	"github.com/ringfence/ringfence/shared/cmd/internal/process"
)

// PythonVariable names a Python that has moto, in place of the pinned one.
const PythonVariable = "RINGFENCE_EMULATOR_PYTHON"

//go:embed requirements.txt
var requirements []byte

// accepts says which installed versions of moto will do where the pinned one
// cannot be had.
var accepts = semver.MustParseRange(">=5.2.0 <6.0.0")

// installPatience is how long the installation of moto may take.
const installPatience = 10 * time.Minute

// python is a Python interpreter that has moto.
type python struct {
	Path string `json:"path"`
	Moto string `json:"moto"`
	// Requirements is the digest of the pinned requirements when it was
	// chosen: with new ones the choice is made anew.
	Requirements string `json:"requirements"`
}

// Prepare makes sure that there is an emulator to start.
func Prepare(ctx context.Context, root string, say func(string)) error {
	f, release, err := lock(ctx, root, say)
	if err != nil {
		return err
	}
	defer release()
	_, err = f.python(ctx, say)
	return err
}

// python returns the Python to run: the one that was named, the one that was
// chosen before, the pinned moto in a virtual environment, or an installed
// moto that will do.
func (f folder) python(ctx context.Context, say func(string)) (python, error) {
	if given := os.Getenv(PythonVariable); given != "" {
		p, err := inspect(ctx, given)
		if err != nil {
			return python{}, fmt.Errorf("%s=%s: %w", PythonVariable, given, err)
		}
		return p, nil
	}
	if p := f.chosen(); p.Requirements == digest() && exists(p.Path) {
		return p, nil
	}
	p, failed := f.install(ctx, say)
	if failed != nil {
		if ctx.Err() != nil {
			return python{}, ctx.Err()
		}
		var ok bool
		if p, ok = findInstalled(ctx); !ok {
			return python{}, missing(failed)
		}
		say(fmt.Sprintf("moto %s could not be installed (%v); the installed %s of %s is used", Version, failed, p.Moto, p.Path))
	}
	p.Requirements = digest()
	return p, f.writeJSON("python.json", p)
}

func digest() string {
	sum := sha256.Sum256(requirements)
	return hex.EncodeToString(sum[:])
}

func missing(failed error) error {
	return fmt.Errorf(`there is no emulator: moto %[1]s could not be installed (%[2]v), and no Python here has moto. Supply it in one of these ways:
  - let pip reach a package index from here
  - install it yourself: python3 -m pip install 'moto[server]==%[1]s'
  - name a Python that has it: %[3]s=/path/to/python
  - run it elsewhere, for example in the container motoserver/moto:%[1]s, and set %[4]s=http://host:port`,
		Version, failed, PythonVariable, EndpointVariable)
}

func (f folder) chosen() python {
	var p python
	if text, err := os.ReadFile(f.path("python.json")); err == nil && json.Unmarshal(text, &p) != nil {
		return python{}
	}
	return p
}

// doubt has the next start choose a Python anew when this one did not do.
func (f folder) doubt(err error) error {
	if errors.Is(err, errNotStarted) {
		_ = os.Remove(f.path("python.json"))
	}
	return err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// install makes a virtual environment with the pinned moto. It is there whole
// or not at all.
func (f folder) install(ctx context.Context, say func(string)) (python, error) {
	base, err := basePython(ctx)
	if err != nil {
		return python{}, err
	}
	say("installing moto " + Version + ", the emulated AWS, in a Python virtual environment")
	ctx, cancel := context.WithTimeout(ctx, installPatience)
	defer cancel()
	fresh, place := f.path("venv.new"), f.path("venv")
	for _, old := range []string{fresh, place} {
		if err := os.RemoveAll(old); err != nil {
			return python{}, err
		}
	}
	defer os.RemoveAll(fresh)
	list := f.path("requirements.txt")
	if err := os.WriteFile(list, requirements, 0o644); err != nil {
		return python{}, err
	}
	if err := f.logged(ctx, base, "-m", "venv", fresh); err != nil {
		return python{}, err
	}
	// A network that swallows everything must not hold up the other ways.
	err = f.logged(ctx, filepath.Join(fresh, "bin", "python"), "-m", "pip", "install", "--disable-pip-version-check",
		"--no-input", "--retries", "1", "--timeout", "15", "--requirement", list)
	if err != nil {
		return python{}, err
	}
	if err := os.Rename(fresh, place); err != nil {
		return python{}, err
	}
	return python{Path: filepath.Join(place, "bin", "python"), Moto: Version}, nil
}

// logged runs a command with its output in venv.log. Its error is the last
// line of the output.
func (f folder) logged(ctx context.Context, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := process.Run(ctx, cmd)
	if err == nil {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(output.String()), "\n")
	return errors.Join(
		fmt.Errorf("%s: %s; see %s", err, strings.TrimSpace(lines[len(lines)-1]), f.path("venv.log")),
		os.WriteFile(f.path("venv.log"), output.Bytes(), 0o644))
}

// names are what Pythons are called.
var names = []string{"python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"}

// basePython finds a Python that can hold the pinned requirements.
func basePython(ctx context.Context) (string, error) {
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err == nil && probe(ctx, path, "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))") == nil {
			return path, nil
		}
	}
	return "", errors.New("no Python 3.11 or newer with venv is on PATH")
}

func probe(ctx context.Context, path, program string) error {
	return exec.CommandContext(ctx, path, "-c", program).Run()
}

// findInstalled finds a Python that has a moto that will do: one on PATH, or the
// one that runs the command moto_server.
func findInstalled(ctx context.Context) (python, bool) {
	candidates := slices.Clone(names)
	if command, err := exec.LookPath("moto_server"); err == nil {
		if interpreter := shebang(command); strings.Contains(filepath.Base(interpreter), "python") {
			candidates = append(candidates, interpreter)
		}
	}
	for _, name := range candidates {
		if path, err := exec.LookPath(name); err == nil {
			if p, err := inspect(ctx, path); err == nil {
				return p, true
			}
		}
	}
	return python{}, false
}

func shebang(file string) string {
	script, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer script.Close()
	line, _ := bufio.NewReader(script).ReadString('\n')
	interpreter, found := strings.CutPrefix(strings.TrimSpace(line), "#!")
	if !found {
		return ""
	}
	return interpreter
}

// inspect asks a Python for its moto, and for its real path behind any shim.
func inspect(ctx context.Context, path string) (python, error) {
	out, err := exec.CommandContext(ctx, path, "-c",
		"import sys, moto, moto.moto_server.werkzeug_app; print(sys.executable); print(moto.__version__)").Output()
	if err != nil {
		return python{}, fmt.Errorf("no Python with moto and its server: install moto[server]==%s there (%w)", Version, err)
	}
	executable, version, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	v, err := semver.ParseTolerant(version)
	if err != nil || !accepts(v) {
		return python{}, fmt.Errorf("moto %s: must be 5.2.0 or newer, below 6", version)
	}
	return python{Path: executable, Moto: version}, nil
}
