// Package toolchain provides the tools that deploy the estate: the Pulumi CLI,
// its Go language host, the AWS plugin, and the stack programs.
//
// Its rules: every tool has the version pinned here; what is installed is used
// before anything is downloaded, and what can be downloaded before anything is
// built; all of it lands in the .ringfence folder of the checkout and nothing
// global is touched; a tool is there whole or not at all; and making sure of
// tools that are there costs milliseconds.
package toolchain

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// The pinned versions. A test holds them against go.mod and .pulumi.version.
const (
	PulumiVersion       = "3.259.0"
	AWSPluginVersion    = "6.83.2"
	TerraformAWSVersion = "5.100.0"
)

// Tools are the tools of one checkout, ready to be used.
type Tools struct {
	Root string
	// Pulumi and AWSPlugin are the paths of executables. The CLI finds its
	// language host beside itself.
	Pulumi, AWSPlugin string
	// OwnHost says that the language host is ours. Pulumi's own knows nothing
	// of RINGFENCE_PROGRAMS and builds each program at each run.
	OwnHost bool
	// StandIn says that the AWS plugin is the stand-in over HashiCorp's
	// provider: for trial and test, not for production.
	StandIn bool
	// Origins says of each tool, for people, where it comes from.
	Origins []Origin
}

// Origin says where a tool comes from.
type Origin struct{ Tool, Version, From string }

// Env returns the variables, "NAME=value", that make the CLI use these tools
// and no others.
func (t Tools) Env() []string {
	return []string{
		"PATH=" + filepath.Dir(t.Pulumi) + string(os.PathListSeparator) + os.Getenv("PATH"),
		"PULUMI_HOME=" + layout{root: t.Root}.home(),
		"PULUMI_SKIP_UPDATE_CHECK=true",
		// All that is needed is there. What is not must be an error at once,
		// not a download.
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
	}
}

// TerraformProvider is the path of HashiCorp's provider below the stand-in.
func (t Tools) TerraformProvider() (string, error) {
	path, err := os.ReadFile(filepath.Join(filepath.Dir(t.AWSPlugin), providerPathFile))
	return strings.TrimSpace(string(path)), err
}

// providerPathFile tells the stand-in where HashiCorp's provider is.
const providerPathFile = "terraform-provider-path"

// Ensure makes sure of the tools of the checkout at root. It calls say with
// one line for each piece of work that takes its time.
func Ensure(ctx context.Context, root string, say func(string)) (Tools, error) {
	l, err := at(root)
	if err != nil {
		return Tools{}, err
	}
	return l.ensure(ctx, say)
}

// Ready returns the tools of the checkout at root when they are there and need
// no making.
func Ready(root string) (Tools, bool) {
	l, err := at(root)
	if err != nil {
		return Tools{}, false
	}
	r := l.read()
	if l.stale(&r) != nil {
		return Tools{}, false
	}
	return l.tools(r), true
}

func (l layout) ensure(ctx context.Context, say func(string)) (Tools, error) {
	if r := l.read(); l.stale(&r) == nil {
		return l.tools(r), nil
	}
	release, err := l.lock(ctx, "tools", say)
	if err != nil {
		return Tools{}, err
	}
	defer release()
	var speaking sync.Mutex // the parts are made side by side
	aloud := func(line string) {
		speaking.Lock()
		defer speaking.Unlock()
		say(line)
	}
	r := l.read() // another process may have made them meanwhile
	if stale := l.stale(&r); stale != nil {
		if err := l.make(ctx, &r, stale, aloud); err != nil {
			return Tools{}, err
		}
	}
	return l.tools(r), nil
}

// make makes the stale parts, side by side, and records each that succeeds.
func (l layout) make(ctx context.Context, r *record, stale map[*part]bool, say func(string)) error {
	if err := l.clearScratch(); err != nil {
		return err
	}
	defer l.clearScratch()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// Where the AWS plugin comes from is settled first: when no way is open,
	// that is said before minutes of building.
	plugin := func(context.Context) (part, error) { return r.AWSPlugin, nil }
	if stale[&r.AWSPlugin] {
		var err error
		if plugin, err = l.planPlugin(ctx, say); err != nil {
			return err
		}
	}

	before, staleCLI, staleHost := *r, stale[&r.CLI], stale[&r.Host]
	var jobs sync.WaitGroup
	var writing sync.Mutex
	failed := make([]error, 2)
	job := func(i int, work func() error) {
		jobs.Go(func() {
			if failed[i] = work(); failed[i] != nil {
				cancel()
			}
		})
	}
	job(0, func() error {
		cli, host, err := l.makeCLI(ctx, before, staleCLI, staleHost, say)
		if err != nil {
			return err
		}
		writing.Lock()
		defer writing.Unlock()
		r.CLI, r.Host = cli, host
		return l.write(*r)
	})
	job(1, func() error {
		made, err := plugin(ctx)
		if err != nil {
			return err
		}
		writing.Lock()
		defer writing.Unlock()
		r.AWSPlugin = made
		return l.write(*r)
	})
	jobs.Wait()
	return cause(failed)
}

// cause leaves out the failures that only followed from another one.
func cause(failed []error) error {
	var causes []error
	for _, err := range failed {
		if err != nil && !errors.Is(err, context.Canceled) {
			causes = append(causes, err)
		}
	}
	if len(causes) == 0 {
		return errors.Join(failed...)
	}
	return errors.Join(causes...)
}
