package footprint

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// role is the variable that makes this test binary a program to be measured.
const role = "FOOTPRINT_TEST_ROLE"

// What the programs use, each of them.
const (
	burnt    = 200 * time.Millisecond
	occupied = 64 << 20
)

func TestMain(m *testing.M) {
	if os.Getenv(role) == "wait" {
		grace = time.Second
	}
	Supervise()
	switch os.Getenv(role) {
	case "burn":
		for own := (syscall.Rusage{}); own.Utime.Nano()+own.Stime.Nano() < int64(burnt); {
			_ = syscall.Getrusage(syscall.RUSAGE_SELF, &own)
		}
	case "occupy":
		memory := make([]byte, occupied)
		for i := range memory {
			memory[i] = byte(i)
		}
		time.Sleep(20 * interval)
		fmt.Fprint(os.Stderr, len(memory))
	case "save":
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, os.Interrupt)
		if err := os.WriteFile(os.Getenv("STARTED"), nil, 0o600); err != nil {
			os.Exit(1)
		}
		<-signals
		fmt.Println("saved")
		os.Exit(7)
	default:
		os.Exit(m.Run())
	}
}

// shell runs a script in which $0 is this test binary in a role.
func shell(ctx context.Context, as, script string, more ...string) (string, Footprint, error) {
	return Run(ctx, Command{
		Environment: append(append(os.Environ(), role+"="+as), more...),
		Arguments:   []string{"sh", "-c", script, os.Args[0]},
	})
}

func TestUnitProcessorTimeOfAllCounts(t *testing.T) {
	for name, script := range map[string]string{
		"the command itself":              `exec "$0"`,
		"a child":                         `"$0"; :`,
		"an orphan":                       `"$0" & exit 0`,
		"the child of a child that left":  `sh -c '"$0" & exit 0' "$0"; :`,
		"an orphan in a group of its own": `setsid "$0" & exit 0`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, f, err := shell(t.Context(), "burn", script)
			if err != nil {
				t.Fatal(err)
			}
			if f.CPU < burnt || f.Left != nil {
				t.Errorf("got %+v, want at least %s, and nothing left", f, burnt)
			}
		})
	}
	t.Run("once each", func(t *testing.T) {
		t.Parallel()
		_, f, err := shell(t.Context(), "burn", `sh -c '"$0"; "$0"' "$0"; :`)
		if err != nil || f.CPU < 2*burnt || f.CPU >= 3*burnt {
			t.Errorf("got %+v, %v, want two times %s and little more", f, err, burnt)
		}
	})
}

func TestUnitMemoryOfAllCounts(t *testing.T) {
	_, one, err := shell(t.Context(), "occupy", `"$0"; :`)
	if err != nil {
		t.Fatal(err)
	}
	_, two, err := shell(t.Context(), "occupy", `"$0" & "$0"; wait`)
	if err != nil {
		t.Fatal(err)
	}
	if one.Memory < occupied || one.Memory > 2*occupied || two.Memory < one.Memory+occupied/2 {
		t.Errorf("one took %d bytes, two %d, each holds %d", one.Memory, two.Memory, occupied)
	}
}

func TestUnitWhatGoesOnIsEndedAndNamed(t *testing.T) {
	t.Parallel()
	_, f, err := shell(t.Context(), "wait", "sleep 600 & exit 0")
	if err != nil || !slices.Equal(f.Left, []string{"sleep"}) {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestUnitFailureSaysWhatTheCommandSaid(t *testing.T) {
	t.Parallel()
	out, _, err := shell(t.Context(), "", "echo out; echo because >&2; exit 3")
	if out != "out\n" || err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "because") {
		t.Errorf("got %q, %v", out, err)
	}
	if _, _, err := Run(t.Context(), Command{Arguments: []string{"no-such-command"}}); err == nil || !strings.Contains(err.Error(), "no-such-command") {
		t.Errorf("got %v", err)
	}
}

func TestUnitInterruptReachesTheCommand(t *testing.T) {
	t.Parallel()
	started := filepath.Join(t.TempDir(), "started")
	ctx, interrupt := context.WithCancel(t.Context())
	go func() {
		for _, err := os.Stat(started); err != nil; _, err = os.Stat(started) {
			time.Sleep(10 * time.Millisecond)
		}
		interrupt()
	}()
	out, _, err := shell(ctx, "save", `exec "$0"`, "STARTED="+started)
	if out != "saved\n" || err == nil || !strings.Contains(err.Error(), "exit status 7") {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestUnitProcessesAreReadWhateverTheirName(t *testing.T) {
	for stat, want := range map[string]process{
		"12 (sh) S 3 12 12":         {12, 3, "sh"},
		"12 (a) R (b)) S 3 12 12":   {12, 3, "a) R (b)"},
		"12 ((sd-pam)) S 1 12 12\n": {12, 1, "(sd-pam)"},
	} {
		if got, ok := parse([]byte(stat)); !ok || got != want {
			t.Errorf("%q: got %+v, %t", stat, got, ok)
		}
	}
	for _, stat := range []string{"", "12", "12 (", "12 (sh)", "12 (sh) S", ") (", "x (sh) S 3", "12 (sh) S x"} {
		if got, ok := parse([]byte(stat)); ok {
			t.Errorf("%q: got %+v", stat, got)
		}
	}
}

func TestUnitOneAfterTheOther(t *testing.T) {
	got := Footprint{Wall: 2, CPU: 5, Memory: 70}.Then(Footprint{Wall: 3, CPU: 1, Memory: 60, Left: []string{"x"}})
	if got.Wall != 5 || got.CPU != 6 || got.Memory != 70 || !slices.Equal(got.Left, []string{"x"}) {
		t.Errorf("got %+v", got)
	}
}
