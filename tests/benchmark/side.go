package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/ringfence/ringfence/tests/benchmark/footprint"
	"github.com/ringfence/ringfence/tests/benchmark/terraform"
)

// side is one of the two ways to deploy the estate.
type side interface {
	// Run does an operation. It returns what it took, and how many resources it has
	// changed or would change.
	Run(context.Context, operation) (took footprint.Footprint, changes int, err error)
	// Created counts the resources of the estate.
	Created(*terraform.Estate) (census, error)
}

// The two sides, in the order of the report's columns.
const (
	ringfenceSide = iota
	terraformSide
)

var sideNames = [...]string{"Ringfence", "Terraform"}

// The credentials for the emulator, which takes any.
const (
	accessKeyID     = "RINGFENCE0EMULATOR00"
	secretAccessKey = "not-a-secret/ringfence-emulated-aws"
)

// environ is the environment without the variables that start with one of the
// prefixes, and with some more.
func environ(drop []string, add ...string) []string {
	var env []string
	for _, variable := range os.Environ() {
		kept := true
		for _, prefix := range drop {
			kept = kept && !strings.HasPrefix(variable, prefix)
		}
		if kept {
			env = append(env, variable)
		}
	}
	return append(env, add...)
}

func readJSON(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
