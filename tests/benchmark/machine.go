package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/ringfence/ringfence/tests/benchmark/terraform"
)

// machine describes where the measurement is made, and what else went on there
// when it began.
func machine() string {
	parts := []string{fmt.Sprintf("%d cores", runtime.NumCPU())}
	if memory := total(procFile("meminfo")); memory != "" {
		parts = append(parts, memory+" of memory")
	}
	parts = append(parts, runtime.GOOS+"/"+runtime.GOARCH)
	if load, _, ok := strings.Cut(procFile("loadavg"), " "); ok {
		parts = append(parts, "load "+load+" before the run")
	}
	return strings.Join(parts, ", ")
}

// procFile reads a file of Linux; elsewhere it is empty.
func procFile(name string) string {
	text, _ := os.ReadFile("/proc/" + name)
	return string(text)
}

// total is the size of the memory according to /proc/meminfo.
func total(meminfo string) string {
	for line := range strings.Lines(meminfo) {
		var kibibytes int
		if n, _ := fmt.Sscanf(line, "MemTotal: %d kB", &kibibytes); n == 1 {
			return fmt.Sprintf("%.0f GiB", float64(kibibytes)/(1<<20))
		}
	}
	return ""
}

// versions are what is compared.
type versions struct{ Pulumi, Terraform, Provider, Moto string }

func readVersions(ctx context.Context, ours *ringfence, theirs *modules) (versions, error) {
	v := versions{Provider: terraform.ProviderVersion}
	text, err := ours.run(ctx, "version", "--json")
	if err != nil {
		return v, err
	}
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return v, fmt.Errorf("./ringfence version: %w", err)
	}
	text, err = output(command(ctx, theirs.dir, theirs.env, "terraform", "version", "-json"))
	if err != nil {
		return v, err
	}
	var said struct {
		Version string `json:"terraform_version"`
	}
	err = json.Unmarshal([]byte(text), &said)
	v.Terraform = said.Version
	return v, err
}
